import HostileInput
import SMBMessages
import Testing
import WireCoding

@Suite("Examples of the specification — [MS-SMB2] 4")
struct SpecifiedExampleTests {
    private static let examples =
        SpecifiedExample.connecting + SpecifiedExample.pipe + SpecifiedExample.reading
        + SpecifiedExample.writing
        + SpecifiedExample.channels

    @Test("bytes to fields", arguments: examples)
    func decoding(example: SpecifiedExample) throws {
        if let header = example.header {
            var reader = WireReader(example.bytes.span.bytes)
            #expect(try SMB2Header(parsing: &reader) == header)
        }
        #expect(try example.decodes(example.bytes))
    }

    @Test("fields to bytes", arguments: examples.filter { $0.written != nil })
    func encoding(example: SpecifiedExample) throws {
        var expected = example.bytes
        for index in example.ignored { expected[index] = 0 }
        #expect(example.written == expected)
    }

    /// The lists contradict themselves in two fields, which are taken from the rest of the header: PIDLow is 0 as
    /// "Reserved" and 0xFEFF in the header's summary, and 4.1 leaves the status out, which 4.2 has.
    @Test(
        "the SMB1 NEGOTIATE of a multi-protocol client",
        arguments: [
            (
                dialect: "SMB 2.002", isWildcard: false,
                hex: """
                ff534d42 72 00000000 18 53c8 0000 0000000000000000 0000 ffff fffe 0000 0000 00 6d00
                02 5043204e4554574f524b2050524f4752414d20312e30 00 02 4c414e4d414e312e30 00
                02 57696e646f777320666f7220576f726b67726f75707320332e3161 00 02 4c4d312e325830303200
                02 4c414e4d414e322e31 00 02 4e54204c4d20302e313200 02 534d4220322e30303200
                """
            ),
            (
                dialect: "SMB 2.???", isWildcard: true,
                hex: """
                ff534d42 72 00000000 18 53c8 0000 0000000000000000 0000 ffff fffe 0000 0000 00 7800
                02 5043204e4554574f524b2050524f4752414d20312e30 00 02 4c414e4d414e312e30 00
                02 57696e646f777320666f7220576f726b67726f75707320332e3161 00 02 4c4d312e325830303200
                02 4c414e4d414e322e31 00 02 4e54204c4d20302e313200 02 534d4220322e30303200 02 534d4220322e3f3f3f00
                """
            ),
        ])
    func multiProtocol(dialect: String, isWildcard: Bool, hex: String) throws {
        let bytes = HostileInput.bytes(ofHex: hex)
        let names = [
            "PC NETWORK PROGRAM 1.0", "LANMAN1.0", "Windows for Workgroups 3.1a", "LM1.2X002",
            "LANMAN2.1",
            "NT LM 0.12", "SMB 2.002",
        ]
        let request = SMB1NegotiateRequest(
            dialects: (names + (isWildcard ? [dialect] : [])).map { Array($0.utf8) })
        var reader = WireReader(bytes.span.bytes)
        #expect(try SMB1NegotiateRequest(parsing: &reader) == request)
        #expect(request.smb2Dialect == (isWildcard ? .wildcard : .smb202))
        var writer = WireWriter()
        request.write(to: &writer)
        #expect(writer.bytes == bytes)
    }

    /// A command that this server has not: what is around it is read all the same.
    @Test("4.11, step 1: the header of a SERVER_TO_CLIENT_NOTIFICATION")
    func notification() throws {
        let bytes = HostileInput.bytes(
            ofHex: """
                fe534d42 4000 0000 00000000 1300 0000 01000000 00000000
                ffffffffffffffff 00000000 00000000 0000000000040000 00000000000000000000000000000000
                """)
        let header = SpecifiedExample.header(
            .unknown(0x13), flags: .serverToRedir, credits: 0, message: .max, tree: 0, session: 0x0400_0000_0000)
        var reader = WireReader(bytes.span.bytes)
        #expect(try SMB2Header(parsing: &reader) == header)
        var writer = WireWriter()
        header.write(to: &writer)
        #expect(writer.bytes == bytes)
    }
}
