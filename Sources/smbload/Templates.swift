import SMBClient
import SMBMessages
import WindowsTypes
import WireCoding

/// A frame that is made once and sent often: each use patches a few fields.
struct FrameTemplate {
    /// With the 4 bytes of its length before it.
    var bytes: [UInt8]
    /// Where its messages begin, one for each of a compound.
    let messages: [Int]

    /// Bytes before the first message.
    static let prefix = 4

    init(_ parts: [[UInt8]]) {
        var bytes: [UInt8] = [0, 0, 0, 0]
        var messages: [Int] = []
        for (index, part) in parts.enumerated() {
            messages.append(bytes.count)
            bytes += part
            guard index + 1 < parts.count else { break }
            while (bytes.count - Self.prefix) % 8 != 0 { bytes.append(0) }
            SMB2Header.patchNextCommand(
                UInt32(bytes.count - messages[index]), in: &bytes, at: messages[index])
        }
        let count = bytes.count - Self.prefix
        (bytes[1], bytes[2], bytes[3]) = (UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF))
        self.bytes = bytes
        self.messages = messages
    }

    mutating func setMessageID(_ identifier: UInt64) {
        for (index, start) in messages.enumerated() {
            SMB2Header.patchMessageID(MessageID(rawValue: identifier + UInt64(index)), in: &bytes, at: start)
        }
    }

    /// Overwrites 8 or 16 bytes at a fixed place of the first message.
    mutating func set(_ value: UInt64, at offset: Int) {
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: value.littleEndian, toByteOffset: Self.prefix + offset, as: UInt64.self)
        }
    }

    mutating func set(_ file: FileID, at offset: Int) {
        set(file.persistent, at: offset)
        set(file.volatile, at: offset + 8)
    }
}

/// Where the fields that are patched lie, in bytes from the message's start.
enum Field {
    /// READ's and WRITE's Offset — [MS-SMB2] 2.2.19, 2.2.21
    static let dataOffset = 64 + 8
    /// CLOSE's and QUERY_DIRECTORY's FileId — [MS-SMB2] 2.2.15, 2.2.33
    static let closeFileID = 64 + 8
    /// CREATE's name — [MS-SMB2] 2.2.13
    static let createName = 64 + 56
}

extension SMBClient {
    /// The template of one request, unsigned; signing happens when it is sent.
    func template(_ command: Command, _ body: some SMB2Body) throws -> FrameTemplate {
        FrameTemplate([message(command, body)])
    }

    func message(_ command: Command, related: Bool = false, _ body: some SMB2Body) -> [UInt8] {
        message(command, related: related) { body.write(to: &$0) }
    }

    func message(_ command: Command, related: Bool = false, writing body: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter()
        var flags: HeaderFlags = signer == nil ? [] : .signed
        if related { flags.insert(.relatedOperations) }
        SMB2Header(
            command: command, flags: flags, creditCharge: 0, credits: 8, messageID: MessageID(rawValue: 0), treeID: treeID,
            sessionID: sessionID
        ).write(to: &writer)
        body(&writer)
        return writer.bytes
    }
}
