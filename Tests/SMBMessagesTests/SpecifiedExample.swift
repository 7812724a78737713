import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// A message of [MS-SMB2] section 4, which lists fields and no bytes: these are the fields' values, in the order of the
/// structures of section 2.2, little-endian.
///
/// - Of GSS tokens and of file data the lists give the length alone: ``counted(_:)`` stands for them, behind the rest.
/// - A signature is not listed either: zero where the header is not signed, ``unlistedSignature`` where it is.
/// - GUIDs stand in 4.1 and 4.3 in wire order and from 4.2 and 4.8 on with the last byte first: in that order alone do
///   they have the version and variant of RFC 4122.
/// - Times that are written as dates have no finer digits than those that are printed, and no zone but UTC.
/// - 4.1 and 4.3 leave PreviousSessionId out, which the fixed part has room for and 4.8 lists as zero.
struct SpecifiedExample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// From the header on; 64 zeros where the list has no header, or not all of it.
    let bytes: [UInt8]
    /// What our encoder makes of the fields, nil where we never send such a message.
    let written: [UInt8]?
    /// Nil where the list has none.
    let header: SMB2Header?
    /// Whether the body's bytes decode to the value that the list describes.
    let decodes: @Sendable ([UInt8]) throws -> Bool
    /// Reserved bytes that the sender of the example left as they were; we write zeros.
    let ignored: Range<Int>

    /// - Parameters:
    ///   - hex: the listed fields.
    ///   - ignored: see the property.
    ///   - emptyBuffer: whether the encoder ends the message with the one byte that stands for an empty buffer, which
    ///     the lists leave out.
    ///   - isWritten: false for a message that we never send.
    ///   - dataFollows: whether the body's encoder leaves the data to its caller.
    ///   - counted: how many bytes that are not listed end the message.
    init<Body: SMB2Body & Equatable>(
        _ name: String, _ header: SMB2Header?, _ body: Body, _ hex: String, ignored: Range<Int> = 0..<0,
        emptyBuffer: Bool = false, isWritten: Bool = true, dataFollows: Bool = false, counted: Int = 0
    ) {
        testDescription = name
        self.header = header
        self.ignored = ignored
        let listed = HostileInput.bytes(ofHex: hex)
        let prefix = header == nil ? [UInt8](repeating: 0, count: SMB2Header.byteCount) : []
        bytes = prefix + listed + Self.counted(counted) + (emptyBuffer ? [0] : [])
        decodes = { try Body(message: $0.span.bytes) == body }
        var writer = WireWriter()
        if let header { header.write(to: &writer) } else { writer.append(prefix) }
        body.write(to: &writer)
        if dataFollows { writer.append(Self.counted(counted)) }
        written = isWritten ? writer.bytes : nil
    }

    /// As many bytes as a list counts without listing them, no two neighbours alike.
    static func counted(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The 16 bytes in place of a signature that is not listed.
    static let unlistedSignature = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"

    static func header(
        _ command: Command, status: NTStatus = .success, flags: HeaderFlags = [],
        creditCharge: UInt16 = 0,
        credits: UInt16, message: UInt64, process: UInt32 = 0, tree: UInt32, session: UInt64,
        isSigned: Bool = false
    ) -> SMB2Header {
        SMB2Header(
            command: command, status: status, flags: flags, creditCharge: creditCharge, credits: credits,
            messageID: MessageID(rawValue: message), processID: process, treeID: TreeID(rawValue: tree),
            sessionID: SessionID(rawValue: session),
            signature: isSigned
                ? MessageSignature(first: 0x5A5A_5A5A_5A5A_5A5A, second: 0x5A5A_5A5A_5A5A_5A5A) : .zero)
    }
}
