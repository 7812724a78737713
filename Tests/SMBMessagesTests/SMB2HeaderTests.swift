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
        messageID: MessageID(rawValue: 6), asyncID: AsyncID(rawValue: 8), sessionID: SessionID(rawValue: 0x0000_0400_0000_0011))

    @Test("both forms", arguments: [(synchronous, synchronousValue), (asynchronous, asynchronousValue)])
    func golden(encoded: [UInt8], value: SMB2Header) throws {
        var reader = WireReader(encoded.span.bytes)
        #expect(try SMB2Header(parsing: &reader) == value)
        var writer = WireWriter()
        value.write(to: &writer)
        #expect(writer.bytes == encoded)
    }
}
