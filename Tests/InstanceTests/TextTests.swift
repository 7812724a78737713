import Testing

@testable import Instance

@Suite("Texts of an instance")
struct TextTests {
    @Test(
        "JSON strings are escaped",
        arguments: [
            ("plain", "\"plain\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("\n\r\t", "\"\\n\\r\\t\""),
            ("\u{1}\u{1F}", "\"\\u0001\\u001f\""),
            ("grün 🙂", "\"grün 🙂\""),
        ])
    func strings(_ value: String, _ expected: String) {
        #expect(JSONValue.string(value).text == expected)
    }

    @Test("JSON values nest and keep the order of their keys")
    func nesting() {
        let value = JSONValue.object([("z", .array([.number(-1), .boolean(true), .null])), ("a", .object([]))])
        #expect(value.text == "{\"z\":[-1,true,null],\"a\":{}}")
    }

    @Test(
        "SHA-256 gives FIPS 180-4's known answers",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(_ text: String, _ expected: String) {
        #expect(Self.hexadecimal(Self.digest(Array(text.utf8), piece: 1000)) == expected)
    }

    @Test("SHA-256 does not depend on how the bytes arrive", arguments: [1, 3, 63, 64, 65, 127, 1000])
    func pieces(_ piece: Int) {
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 20000)
        #expect(Self.digest(million, piece: piece) == Self.digest(million, piece: 20000))
    }

    static func digest(_ bytes: [UInt8], piece: Int) -> [UInt8] {
        let hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: piece) {
            Array(bytes[start..<min(bytes.count, start + piece)]).withUnsafeBytes { hash.update($0) }
        }
        return hash.digest()
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("a trace line names time, door, user, operation, path, result and microseconds")
    func trace() {
        let entry = TraceLog.Entry(
            door: "smb", user: "alice", operation: "open", path: "/export/a\nb", result: "notFound", microseconds: 12)
        let sink = LogSink(descriptor: -1)
        #expect(
            TraceLog(sink: sink, isJSON: false).line(for: entry, at: "T")
                == "T trace smb alice open \"/export/a\\nb\" notFound 12us")
        #expect(
            TraceLog(sink: sink, isJSON: true).line(for: entry, at: "T")
                == "{\"time\":\"T\",\"level\":\"trace\",\"door\":\"smb\",\"user\":\"alice\",\"operation\":\"open\","
                + "\"path\":\"/export/a\\nb\",\"result\":\"notFound\",\"microseconds\":12}")
    }

    @Test("moments are written in UTC with microseconds")
    func time() {
        #expect(LogTime.text(seconds: 0, nanoseconds: 0) == "1970-01-01T00:00:00.000000Z")
        #expect(LogTime.text(seconds: 951_827_696, nanoseconds: 7_008_999) == "2000-02-29T12:34:56.007008Z")
    }
}
