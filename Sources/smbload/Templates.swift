import SMBClient
import SMBCryptography
import SMBMessages
import WindowsTypes
import WireCoding

/// A frame that is made once and sent often: each use patches a few fields.
struct FrameTemplate {
    /// With the 4 bytes of its length before it, and the transform header where frames are sealed.
    var bytes: [UInt8]
    /// Where its messages begin, one for each of a compound.
    let messages: [Int]

    /// Bytes of the length before a frame.
    static let lengthByteCount = 4

    /// - Parameter payloadCount: bytes that will follow the frame's from elsewhere.
    init(_ parts: [[UInt8]], _ protection: Protection, followedBy payloadCount: Int = 0) {
        var bytes: [UInt8] = [0, 0, 0, 0]
        let prefix = Self.lengthByteCount + protection.prefixByteCount
        bytes += [UInt8](repeating: 0, count: protection.prefixByteCount)
        var messages: [Int] = []
        for (index, part) in parts.enumerated() {
            messages.append(bytes.count)
            bytes += part
            guard index + 1 < parts.count else { break }
            while (bytes.count - prefix) % 8 != 0 { bytes.append(0) }
            SMB2Header.patchNextCommand(
                UInt32(bytes.count - messages[index]), in: &bytes, at: messages[index])
        }
        let count = bytes.count - Self.lengthByteCount + payloadCount
        (bytes[1], bytes[2], bytes[3]) = (UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF))
        if case .sealed = protection, let first = parts.first {
            let session = first.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: SMB2Header.FieldOffset.sessionID, as: UInt64.self)
            }
            var writer = WireWriter()
            SMB2TransformHeader(
                originalMessageSize: UInt32(count - SMB2TransformHeader.byteCount),
                sessionID: SessionID(rawValue: UInt64(littleEndian: session))
            ).write(to: &writer)
            bytes.replaceSubrange(Self.lengthByteCount..<prefix, with: writer.bytes)
        }
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
        let start = messages[0] + offset
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: value.littleEndian, toByteOffset: start, as: UInt64.self)
        }
    }

    mutating func set(_ file: FileID, at offset: Int) {
        set(file.persistent, at: offset)
        set(file.volatile, at: offset + 8)
    }

    /// Appends the frame as it is to be sent, signed or sealed.
    func append(to output: inout [UInt8], _ protection: Protection) {
        let start = output.count
        output += bytes
        switch protection {
        case .none: break
        case .signed(let signer):
            for (index, message) in messages.enumerated() {
                let end = index + 1 < messages.count ? messages[index + 1] : bytes.count
                _ = signer.sign(&output, in: start + message..<start + end)
            }
        case .sealed(let sealer):
            output.withUnsafeMutableBytes { output in
                _ = sealer.seal(
                    UnsafeMutableRawBufferPointer(rebasing: output[(start + Self.lengthByteCount)...]),
                    UnsafeRawBufferPointer(start: nil, count: 0), to: UnsafeMutableRawBufferPointer(start: nil, count: 0))
            }
        }
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
    /// One message, neither signed nor sealed yet, but saying that it is signed where it will be.
    func message(_ command: Command, related: Bool = false, _ body: some SMB2Body) -> [UInt8] {
        message(command, related: related) { body.write(to: &$0) }
    }

    func message(
        _ command: Command, related: Bool = false, byteCount: Int = 0, writing body: (inout WireWriter) -> Void
    ) -> [UInt8] {
        var writer = WireWriter()
        var flags: HeaderFlags = signs && !seals && signer != nil ? .signed : []
        if related { flags.insert(.relatedOperations) }
        let charge = negotiated.charge(byteCount: byteCount)
        SMB2Header(
            command: command, flags: flags, creditCharge: negotiated.dialect > .smb202 ? charge : 0, credits: max(8, charge),
            messageID: MessageID(rawValue: 0), treeID: treeID, sessionID: sessionID
        ).write(to: &writer)
        body(&writer)
        return writer.bytes
    }
}
