import AccessControl
import HostileInput
import Testing
import WindowsTypes
import WireCoding

@Suite("Directory lists — [MS-FSCC] 2.4.8 and others")
struct DirectoryListTests {
    let entry = DirectoryEntryInformation(
        fileIndex: 7, creationTime: time, lastAccessTime: otherTime, lastWriteTime: time, changeTime: otherTime,
        endOfFile: 0x0FFF, allocationSize: 0x1000, fileAttributes: .archive, eaSize: 3, reparsePointTag: 4,
        fileID: 0x55,
        fileName: Array("né".utf8))

    static let common =
        "00000000 07000000 \(timeHex) \(otherTimeHex) \(timeHex) \(otherTimeHex)"
        + " ff0f000000000000 0010000000000000 20000000 04000000"
    static let noShortName = "00 00 000000000000000000000000000000000000000000000000"
    static let name = "6e00e900"
    static let number128 = "5500000000000000 0000000000000000"
    static let golden: [(DirectoryInformationClass, String)] = [
        (.directory, "\(common) \(name)"),
        (.fullDirectory, "\(common) 03000000 \(name)"),
        (.bothDirectory, "\(common) 03000000 \(noShortName) \(name)"),
        (.names, "00000000 07000000 04000000 \(name)"),
        (.idFullDirectory, "\(common) 03000000 00000000 5500000000000000 \(name)"),
        (.idBothDirectory, "\(common) 03000000 \(noShortName) 0000 5500000000000000 \(name)"),
        (.idExtdDirectory, "\(common) 03000000 04000000 5500000000000000 0000000000000000 \(name)"),
        (.idExtdBothDirectory, "\(common) 03000000 04000000 5500000000000000 0000000000000000 \(noShortName) \(name)"),
        (.id64ExtdDirectory, "\(common) 03000000 04000000 5500000000000000 \(name)"),
        (.id64ExtdBothDirectory, "\(common) 03000000 04000000 5500000000000000 \(noShortName) \(name)"),
        (.idAllExtdDirectory, "\(common) 03000000 04000000 5500000000000000 \(number128) \(name)"),
        (.idAllExtdBothDirectory, "\(common) 03000000 04000000 5500000000000000 \(number128) \(noShortName) \(name)"),
    ]

    @Test("the POSIX class: two identifiers of any length stand before the name")
    func posixEntries() throws {
        var posix = entry
        posix.eaSize = 0
        posix.reparsePointTag = 0
        posix.posix = PosixEntryFacts(
            device: 9,
            facts: PosixFileFacts(
                hardLinks: 1, mode: 0o644, owner: SID(unixUser: 1), group: SID(authority: 0, [0])))
        let expected = bytes(
            ofHex: """
                00000000 07000000 \(timeHex) \(otherTimeHex) \(timeHex) \(otherTimeHex) ff0f000000000000
                0010000000000000 20000000 5500000000000000 09000000 00000000 01000000 00000000 a4010000
                0102 000000000016 01000000 01000000 0101 000000000000 00000000 04000000 \(Self.name)
                """)
        for (room, fits) in [(expected.count, true), (expected.count - 1, false)] {
            var writer = WireWriter()
            var encoder = DirectoryListEncoder(informationClass: .posix, limit: room, writer: writer)
            #expect(encoder.append(posix, to: &writer) == fits)
            #expect(writer.bytes == (fits ? expected : []))
        }
        #expect(try parse(expected, .posix) == [posix])
        for count in 1..<expected.count {
            #expect(throws: WireError.self, "\(count)") { _ = try parse(Array(expected[..<count]), .posix) }
        }
    }

    @Test("a short name stands before the name, in the classes that have one")
    func shortNames() throws {
        var named = entry
        named.shortName = Array("N_~5.TXT".utf8)
        let shortName = "10 00 4e005f007e0035002e005400580054000000000000000000"
        for (informationClass, hex) in Self.golden {
            var writer = WireWriter()
            var encoder = DirectoryListEncoder(informationClass: informationClass, limit: 1000, writer: writer)
            #expect(encoder.append(named, to: &writer))
            #expect(writer.bytes == bytes(ofHex: hex.replacing(Self.noShortName, with: shortName)))
            let parsed = try parse(writer.bytes, informationClass).first
            #expect(parsed?.shortName == (hex.contains(Self.noShortName) ? named.shortName : []))
        }
        // No more than there is room for, whatever it is given.
        named.shortName = [UInt8](repeating: 0x41, count: 40)
        var writer = WireWriter()
        var encoder = DirectoryListEncoder(informationClass: .bothDirectory, limit: 1000, writer: writer)
        #expect(encoder.append(named, to: &writer))
        #expect(try parse(writer.bytes, .bothDirectory).first?.shortName.count == 12)
    }

    @Test("what macOS reads stands where EaSize, the short name and a reserved field are, in one class")
    func appleEntries() throws {
        var apple = entry
        apple.apple = AppleEntryFacts(
            maximalAccess: 0x001F_01FF, resourceForkSize: 0x0102, finderInfo: Array(1...16), mode: 0o100644)
        func list(_ informationClass: DirectoryInformationClass, _ entry: DirectoryEntryInformation) -> [UInt8] {
            var writer = WireWriter()
            var encoder = DirectoryListEncoder(informationClass: informationClass, limit: 1000, writer: writer)
            #expect(encoder.append(entry, to: &writer))
            return writer.bytes
        }
        #expect(
            list(.idBothDirectory, apple)
                == bytes(
                    ofHex: """
                        \(Self.common) ff011f00 18 00 0201000000000000 0102030405060708090a0b0c0d0e0f10 a481
                        5500000000000000 \(Self.name)
                        """))
        for informationClass in DirectoryInformationClass.allCases
        where informationClass != .idBothDirectory && informationClass != .posix {
            #expect(list(informationClass, apple) == list(informationClass, entry))
        }
    }

    private func parse(_ bytes: [UInt8], _ informationClass: DirectoryInformationClass) throws
        -> [DirectoryEntryInformation]
    {
        var reader = WireReader(bytes.span.bytes)
        return try DirectoryEntryInformation.parseList(&reader, informationClass: informationClass)
    }

    @Test("one entry of every class", arguments: golden)
    func oneEntry(informationClass: DirectoryInformationClass, hex: String) throws {
        let expected = bytes(ofHex: hex)
        var writer = WireWriter()
        var encoder = DirectoryListEncoder(informationClass: informationClass, limit: expected.count, writer: writer)
        #expect(encoder.isEmpty)
        #expect(encoder.append(entry, to: &writer))
        #expect(writer.bytes == expected)
        #expect(encoder.count == 1)
        let parsed = try parse(expected, informationClass)
        #expect(parsed.map(\.fileName) == [entry.fileName])
        #expect(parsed.first?.fileIndex == 7)
        if informationClass != .names { #expect(parsed.first?.endOfFile == 0x0FFF) }
        for count in 1..<expected.count {
            #expect(throws: WireError.self, "\(count)") { _ = try parse(Array(expected[..<count]), informationClass) }
        }
    }

    @Test("all fields come back", arguments: DirectoryInformationClass.allCases.filter { $0.hasReparsePointTag && $0 != .posix })
    func allFields(informationClass: DirectoryInformationClass) throws {
        var writer = WireWriter()
        var encoder = DirectoryListEncoder(informationClass: informationClass, limit: 1000, writer: writer)
        #expect(encoder.append(entry, to: &writer))
        #expect(try parse(writer.bytes, informationClass) == [entry])
    }

    @Test(
        "a list behind other bytes: aligned to itself, linked, cut at its limit",
        arguments: DirectoryInformationClass.allCases.filter { $0 != .posix })
    func lists(informationClass: DirectoryInformationClass) throws {
        // 13 bytes before it: the alignment counts from the list's start.
        var writer = WireWriter(appendingTo: [])
        writer.zeros(13)
        var encoder = DirectoryListEncoder(informationClass: informationClass, limit: 1000, writer: writer)
        var written: [[UInt8]] = []
        for length in 1... {
            var next = entry
            next.fileName = [UInt8](repeating: 0x61, count: length)
            let before = writer.bytes
            guard encoder.append(next, to: &writer) else {
                #expect(writer.bytes == before)
                break
            }
            written.append(next.fileName)
        }
        let list = Array(writer.bytes[13...])
        #expect(list.count <= 1000)
        #expect(encoder.count == written.count)
        #expect(written.count > 3)
        #expect(try parse(list, informationClass).map(\.fileName) == written)
        var start = 0
        while true {
            let next = Int(list[start]) | Int(list[start + 1]) << 8
            #expect(next % 8 == 0)
            if next == 0 { break }
            start += next
        }
    }

    @Test("the limit is exact")
    func exactLimit() {
        for (informationClass, hex) in Self.golden {
            let size = bytes(ofHex: hex).count
            var writer = WireWriter()
            var encoder = DirectoryListEncoder(informationClass: informationClass, limit: size - 1, writer: writer)
            #expect(!encoder.append(entry, to: &writer))
            #expect(writer.bytes.isEmpty)
            #expect(informationClass.fixedByteCount == size - 4)
        }
    }
}
