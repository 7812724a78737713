import HostileInput
import Testing
import WindowsTypes
import WireCoding

@Suite("Information structures — [MS-FSCC] 2.4 and 2.5")
struct InformationTests {
    @Test("bytes to value and value to bytes", arguments: informationFixtures)
    func golden(fixture: InformationFixture) throws {
        #expect(try fixture.decode(fixture.bytes))
        #expect(fixture.encoded == fixture.bytes)
    }

    @Test("every truncation throws", arguments: informationFixtures)
    func truncations(fixture: InformationFixture) {
        for count in 0..<fixture.required {
            #expect(throws: WireError.self, "\(count)") { _ = try fixture.decode(Array(fixture.bytes[..<count])) }
        }
    }

    @Test("a name of an odd number of bytes is refused")
    func oddName() {
        #expect(throws: WireError.self) { _ = try FileNameInformation(bytes: bytes(ofHex: "03000000 610062")) }
    }

    @Test("a name's length that lies is refused", arguments: ["04000000", "feffffff", "ffffffff", "00000080"])
    func lyingName(length: String) {
        #expect(throws: WireError.self) { _ = try FileNameInformation(bytes: bytes(ofHex: "\(length) 6100")) }
    }

    @Test("no buffer at all means sparse, and what follows the byte does not count")
    func sparse() throws {
        #expect(try FileSetSparseBuffer(bytes: []).setSparse)
        #expect(try FileSetSparseBuffer(bytes: [1, 0, 0]).setSparse)
        #expect(try !FileSetSparseBuffer(bytes: [0, 1]).setSparse)
    }

    @Test(
        "a link's names must lie inside their buffer, and a special file must be one that is known",
        arguments: [
            "0000 0c00 0800 0200 01000000 2e002e005c006100 6200", "0200 0800 0a00 0200 01000000 2e002e005c006100 6200",
            "0000 0300 0800 0200 01000000 2e002e005c006100 6200", "0000 0800 ffff ffff 01000000 2e002e005c006100 6200",
        ])
    func lyingLinks(hex: String) {
        #expect(throws: WireError.self) { _ = try SymbolicLinkReparseData(bytes: bytes(ofHex: hex)) }
        #expect(throws: WireError.self) { _ = try NFSReparseData(bytes: bytes(ofHex: hex)) }
    }

    @Test("a count of elements that are not there is refused", arguments: ["02000000", "ffffffff"])
    func lyingCounts(count: String) {
        let range = "0100000000000000 0200000000000000"
        #expect(throws: WireError.self) { _ = try FileLevelTrim(bytes: bytes(ofHex: "00000000 \(count) \(range)")) }
        let region = "00000000 00000000 \(count) 00000000 \(range) 01000000 00000000"
        #expect(throws: WireError.self) { _ = try FileRegionOutput(bytes: bytes(ofHex: region)) }
    }

    @Test("class numbers without a name survive")
    func openClasses() {
        #expect(FileInformationClass(rawValue: 200).rawValue == 200)
        #expect(FileSystemInformationClass(rawValue: 200).rawValue == 200)
        #expect(DirectoryInformationClass(FileInformationClass(rawValue: 200)) == nil)
        #expect(DirectoryInformationClass(.idBothDirectory) == .idBothDirectory)
    }

    @Test("no mutation makes a decoder trap")
    func hostile() {
        let inputs =
            informationFixtures.enumerated().map { (name: "\($0.offset)", bytes: $0.element.bytes) } + listInputs
        HostileRun(defaultSeconds: 1).forEachInput(of: inputs, label: "information") { name, bytes in
            if let index = Int(name) { _ = try? informationFixtures[index].decode(bytes) }
            var reader = WireReader(bytes.span.bytes)
            _ = try? FileStreamInformation.parseList(&reader)
            reader = WireReader(bytes.span.bytes)
            _ = try? FileFullEaInformation.parseList(&reader)
            reader = WireReader(bytes.span.bytes)
            _ = try? FileGetEaInformation.parseList(&reader)
            reader = WireReader(bytes.span.bytes)
            _ = try? FileNotifyInformation.parseList(&reader)
            for informationClass in DirectoryInformationClass.allCases {
                reader = WireReader(bytes.span.bytes)
                _ = try? DirectoryEntryInformation.parseList(&reader, informationClass: informationClass)
            }
        }
    }
}

let streamList = bytes(
    ofHex: """
        28000000 0e000000 0500000000000000 0010000000000000 3a003a002400440041005400 4100 0000
        00000000 04000000 0100000000000000 0200000000000000 3a007800
        """)
let attributeList = bytes(ofHex: "10000000 80 01 0300 41 00 010203 000000 00000000 00 02 0000 4243 00")
let nameList = bytes(ofHex: "08000000 02 4142 00 00000000 01 43 00")
let notifyList = bytes(ofHex: "10000000 01000000 02000000 6100 0000 00000000 03000000 04000000 61006200")
let listInputs = [
    (name: "streams", bytes: streamList), (name: "attributes", bytes: attributeList), (name: "names", bytes: nameList),
    (name: "notify", bytes: notifyList),
]

@Suite("Lists of entries — [MS-FSCC] 2.4.16, 2.4.49, 2.7.1")
struct EntryListTests {
    let streams = [
        FileStreamInformation(streamName: Array("::$DATA".utf8), streamSize: 5, streamAllocationSize: 0x1000),
        FileStreamInformation(streamName: Array(":x".utf8), streamSize: 1, streamAllocationSize: 2),
    ]
    let attributes = [
        FileFullEaInformation(flags: 0x80, eaName: Array("A".utf8), eaValue: [1, 2, 3]),
        FileFullEaInformation(eaName: Array("BC".utf8), eaValue: []),
    ]
    let changes = [
        FileNotifyInformation(action: .added, fileName: Array("a".utf8)),
        FileNotifyInformation(action: .modified, fileName: Array("ab".utf8)),
    ]

    @Test("streams")
    func streamsRoundTrip() throws {
        var reader = WireReader(streamList.span.bytes)
        #expect(try FileStreamInformation.parseList(&reader) == streams)
        var writer = WireWriter()
        #expect(FileStreamInformation.writeList(streams, to: &writer) == 2)
        #expect(writer.bytes == streamList)
    }

    @Test("extended attributes")
    func attributesRoundTrip() throws {
        var reader = WireReader(attributeList.span.bytes)
        #expect(try FileFullEaInformation.parseList(&reader) == attributes)
        var writer = WireWriter()
        #expect(FileFullEaInformation.writeList(attributes, to: &writer) == 2)
        #expect(writer.bytes == attributeList)
    }

    @Test("names of extended attributes")
    func namesRoundTrip() throws {
        var reader = WireReader(nameList.span.bytes)
        #expect(try FileGetEaInformation.parseList(&reader) == [Array("AB".utf8), Array("C".utf8)])
        var writer = WireWriter()
        FileGetEaInformation.writeList([Array("AB".utf8), Array("C".utf8)], to: &writer)
        #expect(writer.bytes == nameList)
    }

    @Test("changes")
    func changesRoundTrip() throws {
        var reader = WireReader(notifyList.span.bytes)
        #expect(try FileNotifyInformation.parseList(&reader) == changes)
        var writer = WireWriter()
        #expect(FileNotifyInformation.writeList(changes, to: &writer) == 2)
        #expect(writer.bytes == notifyList)
    }

    @Test("an empty buffer is an empty list")
    func empty() throws {
        let nothing: [UInt8] = []
        var reader = WireReader(nothing.span.bytes)
        #expect(try FileStreamInformation.parseList(&reader).isEmpty)
    }

    @Test("truncated lists throw", arguments: listInputs.indices)
    func truncations(index: Int) {
        let whole = listInputs[index].bytes
        for count in 1..<whole.count {
            let part = Array(whole[..<count])
            // The names' last zero is not read: no length counts it.
            if listInputs[index].name == "names" && count == whole.count - 1 { continue }
            #expect(throws: WireError.self, "\(count)") {
                var reader = WireReader(part.span.bytes)
                switch listInputs[index].name {
                case "streams": _ = try FileStreamInformation.parseList(&reader)
                case "attributes": _ = try FileFullEaInformation.parseList(&reader)
                case "names": _ = try FileGetEaInformation.parseList(&reader)
                default: _ = try FileNotifyInformation.parseList(&reader)
                }
            }
        }
    }

    @Test("a link that lies throws", arguments: [1, 4, 23, 0x29 + 28, 0xFFFF_FFF8] as [UInt32])
    func links(next: UInt32) {
        var list = streamList
        for index in 0..<4 { list[index] = UInt8(truncatingIfNeeded: next >> UInt32(8 * index)) }
        let lying = list
        #expect(throws: WireError.self) {
            var reader = WireReader(lying.span.bytes)
            _ = try FileStreamInformation.parseList(&reader)
        }
    }

    @Test("a list stops at its limit, at an entry's edge", arguments: [(0, 0), (37, 0), (38, 1), (67, 1), (68, 2)])
    func limits(limit: Int, fitting: Int) {
        var writer = WireWriter()
        #expect(FileStreamInformation.writeList(streams, limit: limit, to: &writer) == fitting)
        #expect(writer.bytes.count <= limit)
    }
}
