import HostileInput
import SMBMessages
import Testing
import WireCoding

@Suite("Transform header — [MS-SMB2] 2.2.41")
struct TransformHeaderTests {
    /// Of the frames that Microsoft published in "SMB 3.1.1 encryption in Windows 10".
    static let request = bytes(
        ofHex: """
            fd534d42 bd73d97d2bc9001bcafac0fdff5feebc c7d6822d269caf48904c664c00000000 87000000 0000 0100
            2500000000100000
            """)
    static let value = SMB2TransformHeader(
        originalMessageSize: 0x87, sessionID: SessionID(rawValue: 0x1000_0000_0025),
        signature: MessageSignature(first: 0x1B00_C92B_7DD9_73BD, second: 0xBCEE_5FFF_FDC0_FACA),
        nonce: MessageSignature(first: 0x48AF_9C26_2D82_D6C7, second: 0x4C66_4C90))

    private func parse(_ bytes: [UInt8]) throws -> SMB2TransformHeader {
        var reader = WireReader(bytes.span.bytes)
        return try SMB2TransformHeader(parsing: &reader)
    }

    private func encode(_ header: SMB2TransformHeader) -> [UInt8] {
        var writer = WireWriter()
        header.write(to: &writer)
        return writer.bytes
    }

    @Test("both ways")
    func golden() throws {
        #expect(try parse(Self.request) == Self.value)
        #expect(encode(Self.value) == Self.request)
        #expect(Self.request.count == SMB2TransformHeader.byteCount)
    }

    @Test("every truncation throws", arguments: 0..<52)
    func truncated(count: Int) {
        #expect(throws: WireError.self) { try parse(Array(Self.request[..<count])) }
    }

    @Test("another protocol throws", arguments: [0xFE, 0xFC, 0xFF] as [UInt8])
    func protocols(first: UInt8) {
        var bytes = Self.request
        bytes[0] = first
        #expect(throws: WireError.self) { try parse(bytes) }
    }

    @Test("any bytes decode or throw, and what decodes encodes to what means the same")
    func hostile() throws {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<2000 {
            let bytes = mutate(Self.request, using: &generator)
            guard let header = try? parse(bytes) else { continue }
            #expect(try parse(encode(header)) == header)
        }
    }

    @Test("the size is patched where it lies, behind other frames too")
    func patching() throws {
        var bytes = [1, 2, 3, 4] + Self.request
        SMB2TransformHeader.patchOriginalMessageSize(0x1234_5678, in: &bytes, at: 4)
        var expected = Self.value
        expected.originalMessageSize = 0x1234_5678
        #expect(try parse(Array(bytes[4...])) == expected)
        #expect(bytes.prefix(4) == [1, 2, 3, 4])
    }
}
