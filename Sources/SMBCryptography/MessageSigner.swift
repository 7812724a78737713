/// Signs and verifies SMB2 messages for one session on one connection — [MS-SMB2] 3.1.4.1, 3.1.5.1
///
/// A message may lie in two places: its header and body, and a payload (the data of a READ response, say) that follows
/// them on the wire and is not copied. Bytes 48 to 63 of the header, the Signature field, count as zeros whatever they
/// hold.
///
/// Owned by whoever owns the connection; not for use by two threads at once: ``shared`` is for those.
package final class MessageSigner {
    /// What the algorithm computes with: the Galois code needs a nonce for each message, the others none.
    private enum Code {
        case plain(MessageAuthenticationCode)
        case galois(GaloisAuthenticationCode)
    }

    package let algorithm: SigningAlgorithm
    /// For other threads: made when a message is first worth one, which most sessions' never are.
    package private(set) lazy var shared = SharedSigner(algorithm, key: key)
    private let key: [UInt8]
    private let code: Code

    /// The header's length and its Signature field, in bytes from its start — [MS-SMB2] 2.2.1.2
    package static let headerByteCount = 64
    package static let signatureRange = 48..<64

    /// - Parameter key: Session.SessionKey (2.x) or Session.SigningKey (3.x), 16 bytes.
    package init(_ algorithm: SigningAlgorithm, key: [UInt8]) throws(CryptographyError) {
        self.algorithm = algorithm
        self.key = key
        code =
            switch algorithm {
            case .hmacSHA256: .plain(try MessageAuthenticationCode(.hmacSHA256, key: key))
            case .aes128CMAC: .plain(try MessageAuthenticationCode(.aes128CMAC, key: key))
            case .aes128GMAC: .galois(try GaloisAuthenticationCode(key: key))
            }
    }

    /// The signature that the message should carry.
    ///
    /// - Parameters:
    ///   - message: header and body, at least 64 bytes; padding between the messages of a compound belongs to it.
    ///   - payload: what follows `message` on the wire.
    /// - Returns: nil when `message` is shorter than a header, or the library failed.
    package func signature(of message: RawSpan, followedBy payload: RawSpan) -> MessageSignature? {
        message.withUnsafeBytes { message in
            payload.withUnsafeBytes { payload in signature(of: message, followedBy: payload) }
        }
    }

    /// The signature of a message that lies in one place.
    package func signature(of message: RawSpan) -> MessageSignature? {
        message.withUnsafeBytes { message in
            signature(of: message, followedBy: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Writes the signature into bytes 48 to 63 of the message. The caller has set SMB2_FLAGS_SIGNED before.
    ///
    /// - Returns: false, and the message unchanged, when it is shorter than a header or the library failed.
    package func sign(_ message: inout MutableRawSpan, followedBy payload: RawSpan) -> Bool {
        message.withUnsafeMutableBytes { message in
            payload.withUnsafeBytes { payload in sign(message, followedBy: payload) }
        }
    }

    /// Signs one message of those that lie in a buffer, in place.
    ///
    /// - Parameter range: where the message lies; one that leaves the buffer is refused like a message that is too
    ///   short.
    package func sign(_ buffer: inout [UInt8], in range: Range<Int>) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return false }
        return buffer.withUnsafeMutableBytes { buffer in
            sign(
                UnsafeMutableRawBufferPointer(rebasing: buffer[range]),
                followedBy: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Signs one message of those that lie in a buffer, whose payload follows it on the wire from elsewhere.
    package func sign(_ buffer: inout [UInt8], in range: Range<Int>, followedBy payload: RawSpan) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return false }
        return buffer.withUnsafeMutableBytes { buffer in
            payload.withUnsafeBytes { payload in
                sign(UnsafeMutableRawBufferPointer(rebasing: buffer[range]), followedBy: payload)
            }
        }
    }

    /// Whether the message carries the signature that it should, found in constant time.
    ///
    /// False as well for a message that is shorter than a header, and when the library failed.
    package func verify(_ message: RawSpan) -> Bool {
        message.withUnsafeBytes { message in
            verify(message, followedBy: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    package func verify(_ message: RawSpan, followedBy payload: RawSpan) -> Bool {
        message.withUnsafeBytes { message in
            payload.withUnsafeBytes { payload in verify(message, followedBy: payload) }
        }
    }

    // MARK: On raw memory

    private static let zeros = MessageSignature(low: 0, high: 0)

    private func signature(
        of message: UnsafeRawBufferPointer, followedBy payload: UnsafeRawBufferPointer
    ) -> MessageSignature? {
        guard message.count >= Self.headerByteCount else { return nil }
        let head = UnsafeRawBufferPointer(rebasing: message[..<Self.signatureRange.lowerBound])
        let body = UnsafeRawBufferPointer(rebasing: message[Self.signatureRange.upperBound...])
        return withUnsafeBytes(of: Self.zeros) { zeros in
            switch code {
            case .plain(let code):
                code.begin()
                code.update(head)
                code.update(zeros)
                code.update(body)
                code.update(payload)
                return code.finish()
            case .galois(let code):
                code.begin(nonce: Self.nonce(of: head), byteCount: message.count + payload.count)
                code.update(head)
                code.update(zeros)
                code.update(body)
                code.update(payload)
                return code.finish()
            }
        }
    }

    /// Where the nonce's parts lie in a header, in bytes, and what they are compared with — [MS-SMB2] 2.2.1.2
    private enum Header {
        static let command = 12
        static let cancel: UInt16 = 0x000C
        static let flags = 16
        static let serverToRedir: UInt32 = 0x0000_0001
        static let messageID = 24
    }

    /// "First 8 bytes are set to MessageId"; of the 32 bits after them, the first says that a server has sent the
    /// message, the second that it is a CANCEL request — [MS-SMB2] 3.1.4.1
    ///
    /// - Parameter head: the header's first 48 bytes.
    private static func nonce(of head: UnsafeRawBufferPointer) -> GaloisAuthenticationCode.Nonce {
        let flags = UInt32(littleEndian: head.loadUnaligned(fromByteOffset: Header.flags, as: UInt32.self))
        let command = UInt16(littleEndian: head.loadUnaligned(fromByteOffset: Header.command, as: UInt16.self))
        let isFromServer = flags & Header.serverToRedir != 0
        let isCancelRequest = !isFromServer && command == Header.cancel
        return GaloisAuthenticationCode.Nonce(
            low: head.loadUnaligned(fromByteOffset: Header.messageID, as: UInt64.self),
            high: ((isFromServer ? 1 : 0) | (isCancelRequest ? 2 : 0) as UInt32).littleEndian)
    }

    private func sign(_ message: UnsafeMutableRawBufferPointer, followedBy payload: UnsafeRawBufferPointer) -> Bool {
        guard let signature = signature(of: UnsafeRawBufferPointer(message), followedBy: payload) else { return false }
        signature.write(to: message)
        return true
    }

    private func verify(_ message: UnsafeRawBufferPointer, followedBy payload: UnsafeRawBufferPointer) -> Bool {
        guard let expected = signature(of: message, followedBy: payload), let received = MessageSignature(of: message)
        else { return false }
        return expected.matches(received)
    }
}
