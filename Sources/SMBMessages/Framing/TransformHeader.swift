package import WireCoding

/// SMB2 TRANSFORM_HEADER, before a frame that is sealed — [MS-SMB2] 2.2.41
package struct SMB2TransformHeader: Equatable, Sendable {
    package static let byteCount = 52
    /// 0xFD 'S' 'M' 'B', read little-endian.
    package static let protocolID: UInt32 = 0x424D_53FD
    /// Flags (3.1.1): the message is encrypted. EncryptionAlgorithm (3.0, 3.0.2): AES-128-CCM. The same number.
    package static let encrypted: UInt16 = 0x0001

    /// The cipher's tag.
    package var signature: MessageSignature
    /// 16 bytes, of which the cipher uses the first 11 or 12.
    package var nonce: MessageSignature
    /// The sealed message's length in bytes, without this header.
    package var originalMessageSize: UInt32
    /// Flags in 3.1.1, EncryptionAlgorithm before.
    package var flags: UInt16
    package var sessionID: SessionID

    package init(
        originalMessageSize: UInt32, sessionID: SessionID, signature: MessageSignature = .zero,
        nonce: MessageSignature = .zero, flags: UInt16 = Self.encrypted
    ) {
        self.signature = signature
        self.nonce = nonce
        self.originalMessageSize = originalMessageSize
        self.flags = flags
        self.sessionID = sessionID
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let magic: UInt32 = try reader.integer()
        guard magic == Self.protocolID else { throw .unexpectedValue(field: "ProtocolId", value: UInt64(magic)) }
        signature = try MessageSignature(parsing: &reader)
        nonce = try MessageSignature(parsing: &reader)
        originalMessageSize = try reader.integer()
        try reader.skip(2)  // Reserved: MUST be ignored on receipt
        flags = try reader.integer()
        sessionID = SessionID(rawValue: try reader.integer())
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.protocolID)
        signature.write(to: &writer)
        nonce.write(to: &writer)
        writer.integer(originalMessageSize)
        writer.integer(UInt16(0))
        writer.integer(flags)
        writer.integer(sessionID.rawValue)
    }

    /// Fills in the length of a message that has been written behind the header at `start`.
    package static func patchOriginalMessageSize(_ value: UInt32, in bytes: inout [UInt8], at start: Int = 0) {
        precondition(start >= 0 && bytes.count - start >= byteCount, "no transform header at \(start)")
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: start + 36, as: UInt32.self)
        }
    }
}
