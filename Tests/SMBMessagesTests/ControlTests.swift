import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// One row: the body of a control code, its bytes derived by hand from the section that its doc comment names.
struct ControlFixture: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    /// How much of ``bytes`` the decoder needs; less where the encoder pads.
    var required: Int
    var decode: @Sendable (_ bytes: [UInt8]) throws -> Bool
    var encoded: [UInt8]

    var testDescription: String { name }

    init<Structure: InformationStructure>(_ value: Structure, _ hex: String, padding: Int = 0) {
        name = "\(Structure.self)"
        bytes = HostileInput.bytes(ofHex: hex)
        required = bytes.count - padding
        decode = { try Structure(bytes: $0) == value }
        encoded = value.bytes
    }
}

private let key = ResumeKey(first: 0x0807_0605_0403_0201, second: 2, third: 3)
private let keyHex = "0102030405060708 0200000000000000 0300000000000000"

private let extents = DuplicateExtentsData(
    sourceFileID: FileID(persistent: 1, volatile: 2), sourceOffset: 3, targetOffset: 4, byteCount: 5)
private let extentsHex = """
    0100000000000000 0200000000000000 0300000000000000 0400000000000000 0500000000000000
    """

let controlFixtures: [ControlFixture] = [
    ControlFixture(ResumeKeyResponse(resumeKey: key), "\(keyHex) 00000000 00000000", padding: 4),
    ControlFixture(
        CopyChunkRequest(
            sourceKey: key,
            chunks: [
                CopyChunk(sourceOffset: 1, targetOffset: 0x1_0000_0002, length: 3),
                CopyChunk(sourceOffset: .max, targetOffset: 0, length: .max),
            ]),
        """
        \(keyHex) 02000000 00000000
        0100000000000000 0200000001000000 03000000 00000000
        ffffffffffffffff 0000000000000000 ffffffff 00000000
        """),
    ControlFixture(
        CopyChunkResponse(chunksWritten: 256, chunkBytesWritten: 1 << 20, totalBytesWritten: 16 << 20),
        "00010000 00001000 00000001"),
    ControlFixture(extents, extentsHex),
    ControlFixture(
        DuplicateExtentsDataEx(data: extents, flags: 1),
        "3000000000000000 \(extentsHex) 01000000 00000000"),
    ControlFixture(
        NetworkInterfaceList([
            NetworkInterfaceInfo(
                interfaceIndex: 2, capability: .receiveSideScaling, linkSpeed: 10_000_000_000,
                address: [192, 0, 2, 7]),
            NetworkInterfaceInfo(
                interfaceIndex: 3, linkSpeed: 1_000_000_000, port: 445,
                address: [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [9]),
        ]),
        """
        98000000 02000000 01000000 00000000 00e40b5402000000
        0200 0000 c0000207 \(String(repeating: "00", count: 120))
        00000000 03000000 00000000 00000000 00ca9a3b00000000
        1700 01bd 00000000 20010db8000000000000000000000009 \(String(repeating: "00", count: 104))
        """),
]

@Suite("Bodies of control codes — [MS-SMB2] 2.2.31 and 2.2.32")
struct ControlTests {
    @Test("bytes to value and value to bytes", arguments: controlFixtures)
    func golden(fixture: ControlFixture) throws {
        #expect(try fixture.decode(fixture.bytes))
        #expect(fixture.encoded == fixture.bytes)
    }

    @Test("every truncation throws", arguments: controlFixtures)
    func truncations(fixture: ControlFixture) {
        for count in 0..<fixture.required {
            #expect(throws: WireError.self, "\(count)") {
                _ = try fixture.decode(Array(fixture.bytes[..<count]))
            }
        }
    }

    @Test(
        "a count of chunks that are not there is refused before anything is made of it",
        arguments: [1, 0xFFFF_FFFF])
    func lyingCount(count: UInt32) {
        let bytes =
            bytes(ofHex: keyHex) + withUnsafeBytes(of: count.littleEndian) { Array($0) } + [0, 0, 0, 0]
        #expect(throws: WireError.self) { _ = try CopyChunkRequest(bytes: bytes) }
    }

    @Test("an interface's Next stays outside its own entry and inside the list; its address is of a known kind")
    func interfaceChains() throws {
        let one = NetworkInterfaceList([NetworkInterfaceInfo(interfaceIndex: 1, linkSpeed: 1, address: [1, 2, 3, 4])]).bytes
        for next: UInt8 in [1, 151, 153] {
            var bytes = one
            bytes[0] = next
            #expect(throws: WireError.self) { _ = try NetworkInterfaceList(bytes: bytes) }
        }
        var bytes = one
        bytes[24] = 3
        #expect(throws: WireError.self) { _ = try NetworkInterfaceList(bytes: bytes) }
    }

    @Test("the extended form says its size")
    func structureSize() {
        let bytes = bytes(ofHex: "3100000000000000 \(extentsHex) 01000000 00000000")
        #expect(throws: WireError.self) { _ = try DuplicateExtentsDataEx(bytes: bytes) }
    }

    @Test("no mutation makes a decoder trap")
    func hostile() {
        let inputs = controlFixtures.enumerated().map {
            (name: "\($0.offset)", bytes: $0.element.bytes)
        }
        HostileRun(defaultSeconds: 1).forEachInput(of: inputs, label: "controls") { name, bytes in
            if let index = Int(name) { _ = try? controlFixtures[index].decode(bytes) }
        }
    }
}
