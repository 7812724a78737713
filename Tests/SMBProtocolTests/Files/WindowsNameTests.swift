import FileSystemModel
import SMBMessages
import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("Names of entries on the wire — [MS-FSCC] 2.1.5")
struct WindowsNameTests {
    private static func scalars(_ values: UInt32...) -> [UInt8] {
        Array(String(String.UnicodeScalarView(values.compactMap(Unicode.Scalar.init))).utf8)
    }

    @Test(
        "what SMB cannot say goes through the map of cifs and macOS",
        arguments: [
            (Array("plain.txt".utf8), Array("plain.txt".utf8)),
            (Array("a:b".utf8), scalars(0x61, 0xF022, 0x62)),
            (Array("\"*:<>?\\|".utf8), scalars(0xF020, 0xF021, 0xF022, 0xF023, 0xF024, 0xF025, 0xF026, 0xF027)),
            ([0x01, 0x1F], scalars(0xF001, 0xF01F)),
            (Array("end ".utf8), scalars(0x65, 0x6E, 0x64, 0xF028)),
            (Array("end.".utf8), scalars(0x65, 0x6E, 0x64, 0xF029)),
            (Array("a. b".utf8), Array("a. b".utf8)),
            ([0x61, 0xFF], scalars(0x61, 0xF0FF)),
            // The map's own code points, and two surrogates that would become one character, are escaped byte by byte.
            (scalars(0xF020), scalars(0xF0EF, 0xF080, 0xF0A0)),
            ([0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], scalars(0xF0ED, 0xF0A0, 0xF080) + [0xED, 0xB0, 0x80]),
            // A lone surrogate survives as it is.
            ([0xED, 0xA0, 0x80], [0xED, 0xA0, 0x80]),
            (scalars(0x1F600, 0xE9), scalars(0x1F600, 0xE9)),
        ] as [([UInt8], [UInt8])])
    func mapsReservedCharacters(entry: [UInt8], wire: [UInt8]) {
        #expect(WindowsName.encode(entry) == wire)
        #expect(WindowsName.decode(wire) == entry)
    }

    @Test("name, wire, name is the identity for any bytes but NUL and slash", arguments: 0..<64)
    func roundTripsRandomBytes(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        // Pieces that are near the borders of the map, and plain random bytes.
        let pieces: [[UInt8]] = [
            [0xEF, 0x80, 0x81], [0xEF, 0x80, 0xA8], [0xEF, 0x80, 0xA9], [0xEF, 0x82, 0x80], [0xEF, 0x83, 0xBF],
            [0xEF, 0x80],
            [0xEF], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xED, 0xA0], [0xF0, 0x9F, 0x98, 0x80], [0xF0, 0x9F, 0x98],
            [0xC0, 0xAF],
            [0xE0, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x20], [0x2E], [0x5C], [0x3A], [0xC3, 0xA9], [0x80], [0xFF],
            [0x41],
        ]
        for _ in 0..<2_000 {
            var name: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                if Bool.random(using: &random) {
                    name += pieces[Int.random(in: 0..<pieces.count, using: &random)]
                } else {
                    let byte = UInt8.random(in: 1...255, using: &random)
                    name.append(byte == 0x2F ? 0x2B : byte)
                }
            }
            let wire = WindowsName.encode(name)
            // Through UTF-16 and back, as a client would send it.
            var writer = WireWriter()
            UTF16LE.encode(wire, to: &writer)
            let returned = try UTF16LE.decode(writer.bytes.span.bytes)
            #expect(WindowsName.decode(returned) == name, "seed \(seed): \(name)")
            guard name != [0x2E], name != [0x2E, 0x2E] else { continue }
            // And as a component of a path it is no bad name.
            guard case .success(let path) = WindowsPath.parse(returned) else {
                Issue.record("seed \(seed): \(name) is refused on its way back")
                continue
            }
            #expect(path.components.map(\.bytes) == [name])
        }
    }
}

@Suite("Paths — [MS-SMB2] 3.3.5.9, [MS-FSCC] 2.1.5")
struct WindowsPathTests {
    @Test("takes a path apart at its backslashes")
    func splitsPaths() throws {
        #expect(WindowsPath.parse([]) == .success(WindowsPath(components: [])))
        let path = try WindowsPath.parse(Array("a\\b c\\d.txt".utf8)).get()
        #expect(path.components.map(\.description) == ["a", "b c", "d.txt"])
        #expect(!path.namesDirectory)
        #expect(try WindowsPath.parse(Array("a\\b\\".utf8)).get().namesDirectory)
    }

    @Test("a slash separates as a backslash does")
    func splitsAtSlashes() throws {
        #expect(WindowsPath.parse(Array("a/b".utf8)) == WindowsPath.parse(Array("a\\b".utf8)))
        #expect(WindowsPath.parse(Array("/a".utf8)) == .failure(.leadingBackslash))
    }

    @Test("keeps dots and spaces at the end: they are the entry's own")
    func keepsTrailingDotsAndSpaces() throws {
        #expect(try WindowsPath.parse(Array("a. \\b.".utf8)).get().components.map(\.description) == ["a. ", "b."])
    }

    static let bad: [(WindowsPath.Fault, String)] = [
        (.leadingBackslash, "\\a"), (.leadingBackslash, "\\"),
        (.wildcard, "a*"), (.wildcard, "a?b"), (.wildcard, "<"), (.wildcard, "d>\\b"), (.wildcard, "a\"b"),
        (.reservedCharacter, "a|b"),
        (.controlCharacter, "a\u{1}"), (.controlCharacter, "\u{1F}b"),
        (.nul, "a\0b"),
        (.emptyComponent, "a\\\\b"), (.emptyComponent, "a\\\\"),
        (.dot, "."), (.dot, "a\\.\\b"), (.dot, "\u{F029}"),
        (.dotDot, "a\\..\\b"), (.dotDot, "a\\.."),
        (.aboveRoot, ".."), (.aboveRoot, "..\\a"),
        (.badStreamSyntax, "a:"), (.badStreamSyntax, ":"), (.badStreamSyntax, "a:b\\c"), (.badStreamSyntax, "a:b/c"),
        (.badStreamSyntax, "a:b:$DATA:d"), (.badStreamSyntax, "a:b:"), (.badStreamSyntax, "a::"), (.badStreamSyntax, "a:b\0"),
        (.streamType, "a:b:c"), (.streamType, "a::$INDEX_ALLOCATION"), (.streamType, "a:b:$EA"), (.streamType, "a:b:?D*a"),
        (.emptyComponent, "::$DATA"), (.wildcard, "a*:b"), (.tooLong, "a:" + String(repeating: "n", count: 256)),
        (.tooLong, String(repeating: "n", count: 256)), (.tooLong, String(repeating: "\u{1F600}", count: 128)),
    ]

    @Test("refuses every kind of bad name with its status", arguments: bad)
    func refusesBadNames(fault: WindowsPath.Fault, name: String) throws {
        #expect(WindowsPath.parse(Array(name.utf8)) == .failure(fault))
        let bench = try FilesBench()
        #expect(bench.create(name, .openIf).status == fault.status)
    }

    @Test("takes a stream's name off the last component")
    func namesStreams() throws {
        func parse(_ name: String) throws -> WindowsPath { try WindowsPath.parse(Array(name.utf8)).get() }
        #expect(try parse("d\\a").stream == .none)
        for name in ["d\\a:b", "d\\a:b:$DATA", "d\\a:b:$dAtA"] {
            let path = try parse(name)
            #expect(path.components.map(\.description) == ["d", "a"])
            #expect(path.stream == .named(try FileName("b")))
        }
        #expect(try parse("a::$DATA").stream == .unnamed)
        #expect(try parse("a::$data").components.map(\.description) == ["a"])
        let root = try parse(":b")
        #expect(root.components.isEmpty)
        #expect(root.stream == .named(try FileName("b")))
        // What a name may not hold a stream's may.
        #expect(try parse("a:\u{5}b*?<>|\"\n").stream == .named(try FileName("\u{5}b*?<>|\"\n")))
        // A colon that is the entry's own comes through the map.
        #expect(try parse("a\u{F022}b").components.map(\.description) == ["a:b"])
        #expect(try parse("a\u{F022}b:c").stream == .named(try FileName("c")))
    }

    @Test("refuses a path that no length field could hold")
    func refusesEndlessPaths() {
        let path = String(repeating: "abc\\", count: 25_000) + "a"
        #expect(WindowsPath.parse(Array(path.utf8)) == .failure(.pathTooLong))
    }

    @Test("tries every kind of bad name")
    func coversEveryFault() {
        #expect(Set(Self.bad.map(\.0)).union([.pathTooLong]) == Set(WindowsPath.Fault.allCases))
    }

    @Test("255 UTF-16 units fit")
    func acceptsTheLongestName() throws {
        let bench = try FilesBench()
        try bench.make(String(repeating: "é", count: 255))
        try bench.make(String(repeating: "\u{1F600}", count: 127) + "x")
    }
}
