import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// A message of [MS-SMB2] section 4, which lists fields and no bytes: these are the fields' values, in the order of the
/// list, little-endian.
struct SpecifiedExample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let header: SMB2Header
    /// Whether the body's bytes decode to the value that the list describes; true where the list was had in part only,
    /// and ``bytes`` is the header alone.
    let decode: @Sendable ([UInt8]) throws -> Bool
    let encodedBody: [UInt8]

    /// A header alone.
    init(_ name: String, _ header: SMB2Header, _ hex: String) {
        testDescription = name
        self.header = header
        bytes = HostileInput.bytes(ofHex: hex)
        decode = { _ in true }
        encodedBody = []
    }

    init<Body: SMB2Body & Equatable>(_ name: String, _ header: SMB2Header, _ body: Body, _ hex: String) {
        testDescription = name
        self.header = header
        bytes = HostileInput.bytes(ofHex: hex)
        decode = { try Body(message: $0.span.bytes) == body }
        var writer = WireWriter()
        body.write(to: &writer)
        encodedBody = writer.bytes
    }
}

@Suite("Examples of the specification — [MS-SMB2] 4")
struct SpecifiedExampleTests {
    private static func header(
        _ command: Command, credits: UInt16, message: UInt64, tree: UInt32, session: UInt64, isResponse: Bool = false
    ) -> SMB2Header {
        SMB2Header(
            command: command, flags: isResponse ? .serverToRedir : [], credits: credits,
            messageID: MessageID(rawValue: message), treeID: TreeID(rawValue: tree),
            sessionID: SessionID(rawValue: session))
    }

    static let examples: [SpecifiedExample] = [
        SpecifiedExample(
            "4.5, step 1: CREATE of testfile.txt, its header",
            header(.create, credits: 111, message: 10, tree: 5, session: 0x400_0000_0011),
            """
            fe534d42 4000 0000 00000000 0500 6f00 00000000 00000000
            0a00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            """),
        SpecifiedExample(
            "4.6, step 1: CREATE of test.dat, its header",
            header(.create, credits: 111, message: 10, tree: 1, session: 0x400_0000_0015),
            """
            fe534d42 4000 0000 00000000 0500 6f00 00000000 00000000
            0a00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            """),
        SpecifiedExample(
            "4.7, step 1: TREE_DISCONNECT",
            header(.treeDisconnect, credits: 111, message: 32, tree: 1, session: 0x400_0000_0015),
            TreeDisconnectRequest(),
            """
            fe534d42 4000 0000 00000000 0400 6f00 00000000 00000000
            2000000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
        SpecifiedExample(
            "4.7, step 2: its response",
            header(.treeDisconnect, credits: 1, message: 32, tree: 1, session: 0x400_0000_0015, isResponse: true),
            TreeDisconnectResponse(),
            """
            fe534d42 4000 0000 00000000 0400 0100 01000000 00000000
            2000000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
    ]

    @Test("bytes to fields and fields to bytes", arguments: examples)
    func bothWays(example: SpecifiedExample) throws {
        var reader = WireReader(example.bytes.span.bytes)
        #expect(try SMB2Header(parsing: &reader) == example.header)
        #expect(try example.decode(example.bytes))
        var writer = WireWriter()
        example.header.write(to: &writer)
        #expect(writer.bytes + example.encodedBody == example.bytes)
    }
}
