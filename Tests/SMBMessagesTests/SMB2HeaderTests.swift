import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@Suite("Header — [MS-SMB2] 2.2.1")
struct SMB2HeaderTests {
    /// A TREE_CONNECT response, field by field from 2.2.1.2.
    static let synchronous = bytes(
        ofHex: """
            fe534d42 4000 0100 00000000 0300 2100 09000000 00000000
            0500000000000000 fffe0000 07000000 1100000000040000
            000102030405060708090a0b0c0d0e0f
            """)
    /// An interim CHANGE_NOTIFY response, field by field from 2.2.1.1.
    static let asynchronous = bytes(
        ofHex: """
            fe534d42 4000 0000 03010000 0f00 0100 03000000 00000000
            0600000000000000 0800000000000000 1100000000040000
            00000000000000000000000000000000
            """)

    static let synchronousValue = SMB2Header(
        command: .treeConnect, flags: [.serverToRedir, .signed], creditCharge: 1, credits: 33,
        messageID: MessageID(rawValue: 5), processID: 0xFEFF, treeID: TreeID(rawValue: 7),
        sessionID: SessionID(rawValue: 0x0000_0400_0000_0011),
        signature: MessageSignature(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908))
    static let asynchronousValue = SMB2Header(
        command: .changeNotify, status: .pending, flags: [.serverToRedir, .asyncCommand], credits: 1,
        messageID: MessageID(rawValue: 6), asyncID: AsyncID(rawValue: 8),
        sessionID: SessionID(rawValue: 0x0000_0400_0000_0011))

    private func parse(_ bytes: [UInt8]) throws -> SMB2Header {
        var reader = WireReader(bytes.span.bytes)
        return try SMB2Header(parsing: &reader)
    }

    private func encode(_ header: SMB2Header) -> [UInt8] {
        var writer = WireWriter()
        header.write(to: &writer)
        return writer.bytes
    }

    @Test("both forms", arguments: [(synchronous, synchronousValue), (asynchronous, asynchronousValue)])
    func golden(encoded: [UInt8], value: SMB2Header) throws {
        #expect(try parse(encoded) == value)
        #expect(encode(value) == encoded)
    }

    @Test("every truncation throws", arguments: 0..<64)
    func truncated(count: Int) {
        #expect(throws: WireError.self) { _ = try parse(Array(Self.synchronous[..<count])) }
        #expect(throws: WireError.self) { _ = try parse(Array(Self.asynchronous[..<count])) }
    }

    @Test("another protocol, another structure size")
    func constants() {
        #expect(throws: WireError.unexpectedValue(field: "ProtocolId", value: 0x424D_53FF)) {
            _ = try parse(setting(0xFF, at: 0, width: 1, in: Self.synchronous))
        }
        #expect(throws: WireError.unexpectedValue(field: "StructureSize", value: 65)) {
            _ = try parse(setting(65, at: 4, width: 2, in: Self.synchronous))
        }
    }

    @Test("an unknown command and unknown flags survive")
    func openSets() throws {
        let message = setting(
            0xF0F0_FFF0, at: 16, width: 4, in: setting(0x1234, at: 12, width: 2, in: Self.synchronous))
        let header = try parse(message)
        #expect(header.command == .unknown(0x1234))
        #expect(encode(header) == message)
    }

    @Test("every command is itself again", arguments: 0...UInt16(18))
    func commands(number: UInt16) {
        let command = Command(rawValue: number)
        #expect(command.rawValue == number)
        if case .unknown = command { Issue.record("no name") }
        #expect(Command.allCases[Int(number)] == command)
    }

    @Test("AsyncId decides on the form, not the flag")
    func formFollowsAsyncID() throws {
        var header = Self.asynchronousValue
        header.flags = .serverToRedir
        #expect(encode(header) == Self.asynchronous)
        header = Self.synchronousValue
        header.flags.insert(.asyncCommand)
        #expect(encode(header) == Self.synchronous)
    }

    @Test("what is patched is what is read, in the second message of a compound")
    func patching() throws {
        var bytes = Self.asynchronous + Self.synchronous + [1, 2, 3]
        SMB2Header.patchStatus(.accessDenied, in: &bytes, at: 64)
        SMB2Header.patchCredits(77, in: &bytes, at: 64)
        SMB2Header.insertFlags([.serverToRedir, .relatedOperations], in: &bytes, at: 64)
        SMB2Header.patchNextCommand(0x90, in: &bytes, at: 64)
        SMB2Header.patchMessageID(MessageID(rawValue: 0x1_0000_0002), in: &bytes, at: 64)
        SMB2Header.patchSessionID(SessionID(rawValue: 3), in: &bytes, at: 64)
        SMB2Header.patchSignature(MessageSignature(first: 1, second: 2), in: &bytes, at: 64)
        var expected = Self.synchronousValue
        expected.status = .accessDenied
        expected.credits = 77
        expected.flags.formUnion([.serverToRedir, .relatedOperations])
        expected.nextCommand = 0x90
        expected.messageID = MessageID(rawValue: 0x1_0000_0002)
        expected.sessionID = SessionID(rawValue: 3)
        expected.signature = MessageSignature(first: 1, second: 2)
        #expect(try parse(Array(bytes[64..<128])) == expected)
        #expect(Array(bytes[..<64]) == Self.asynchronous)
        #expect(Array(bytes[128...]) == [1, 2, 3])
    }

    /// The client's NEGOTIATE of the example, from the fields that it lists.
    @Test("[MS-SMB2] 4.3, step 1: byte for byte")
    func specifiedNegotiate() throws {
        let expected = bytes(
            ofHex: """
                fe534d42 4000 0000 00000000 0000 7e00 00000000 00000000
                0000000000000000 00000000 00000000 0000000000000000
                00000000000000000000000000000000
                2400 0100 0100 0000 00000000 00000000000000000000000000000000 0000000000000000 0202
                """)
        let header = SMB2Header(command: .negotiate, credits: 126, messageID: MessageID(rawValue: 0))
        let request = NegotiateRequest(securityMode: .signingEnabled, dialects: [.smb202])
        var writer = WireWriter()
        header.write(to: &writer)
        request.write(to: &writer)
        #expect(writer.bytes == expected)
        #expect(try parse(expected) == header)
        #expect(try NegotiateRequest(message: expected.span.bytes) == request)
    }
}
