import FileSystemModel
import Testing

@Suite("Short names — [MS-FSCC] 2.1.5.2.1")
struct ShortNameTests {
    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test(
        "names that need no other",
        arguments: ["a", "README", "readme.txt", "ABCDEFGH.IJK", "a~1.b", "$&'()-@^.~!#", "_`{}%", "12345678"])
    func short(name: String) {
        #expect(ShortName.isShort(Array(name.utf8)))
        #expect(ShortName.make(for: Array(name.utf8), at: .first) == nil)
    }

    private static let names: [(name: String, cookie: UInt64, short: String)] = [
        ("Annual report.html", 12, "ANNUAL~C.HTM"), ("a:b", 40, "A_B~14"), (".profile", 5, "PROFIL~5"),
        ("日本.txt", 100, "__~2S.TXT"), ("abcdefghi", 3, "ABCDEF~3"), ("a.b.c", 3, "AB~3.C"), ("a.html", 3, "A~3.HTM"),
        ("with space", 3, "WITHSP~3"), ("a+b", 3, "A_B~3"), ("trailing.", 3, "TRAILI~3"), ("...", 3, "~3"),
        (" ", 3, "~3"), ("x.", 35, "X~Z"), ("..x", 3, "X~3"), ("long name.tar.gz", 36, "LONGN~10.GZ"),
        ("a~b~c~d~e.txt", 3, "A~B~C~~3.TXT"), ("many files.x", 2_176_782_336, "~1000000.X"),
        ("é.x", 3, "_~3.X"), ("tab\there", 3, "TAB_HE~3"),
    ]

    @Test("names that have a short one beside them", arguments: names)
    func made(name: String, cookie: UInt64, expected: String) {
        let cookie = DirectoryCookie(rawValue: cookie)
        let short = ShortName.make(for: Array(name.utf8), at: cookie)
        #expect(text(short) == expected)
        #expect(ShortName.isShort(short ?? []))
        #expect(ShortName.cookie(in: short ?? []) == cookie)
        #expect(ShortName.cookie(in: Array(expected.lowercased().utf8)) == cookie)
    }

    @Test("what leads to no entry", arguments: ["a", "a~", "~", "a~.b", "a~1~", "abc~1-2", "too long~1", "a~1.b.c", "a~ü"])
    func notOne(name: String) {
        #expect(ShortName.cookie(in: Array(name.utf8)) == nil)
    }

    @Test("whatever the bytes and the place, a short name is one, and leads back", arguments: 0..<200)
    func any(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let name = (0..<Int.random(in: 1...40, using: &generator)).map { _ in UInt8.random(in: 1...255, using: &generator) }
            .map { $0 == 0x2F ? 0x2E : $0 }
        let cookie = DirectoryCookie(rawValue: UInt64.random(in: 3...(1 << 36), using: &generator))
        guard let short = ShortName.make(for: name, at: cookie) else {
            #expect(ShortName.isShort(name))
            return
        }
        #expect(ShortName.isShort(short), "\(short)")
        #expect(ShortName.cookie(in: short) == cookie)
    }

    @Test("a cookie that no seven digits can say has none")
    func tooLarge() {
        #expect(text(ShortName.make(for: Array("a b".utf8), at: DirectoryCookie(rawValue: 78_364_164_095))) == "~ZZZZZZZ")
        #expect(ShortName.make(for: Array("a b".utf8), at: DirectoryCookie(rawValue: 78_364_164_096)) == nil)
        #expect(ShortName.make(for: Array("a b".utf8), at: DirectoryCookie(rawValue: .max)) == nil)
    }

    /// A generator whose whole run follows from its seed.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }
}
