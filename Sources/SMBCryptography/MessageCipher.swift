/// Seals and opens the frames of one session on one connection, where they lie — [MS-SMB2] 3.1.4.3, 3.3.5.2.1.1
///
/// A frame is a transform header of 52 bytes and what it seals: one message, or a compound. The caller writes the
/// header; sealing fills in its Nonce and Signature. Bytes 20 to 51 of it are authenticated and not sealed.
///
/// Owned by whoever owns the connection; not for use by two threads at once: ``shared`` is for those.
package final class MessageCipher {
    package let cipher: SMBCipher
    private let sealing: AuthenticatedCipherContext
    private let opening: AuthenticatedCipherContext
    private let nonces: NonceCounter
    /// For other threads; nil in what is lent to one already.
    package let shared: SharedCipher?
    /// Where CCM puts pieces together.
    private var joined: [UInt8] = []

    /// The transform header's length and fields, in bytes from its start — [MS-SMB2] 2.2.41
    package static let headerByteCount = 52
    package static let signatureRange = 4..<20
    package static let nonceRange = 20..<36
    package static let authenticatedRange = 20..<52

    /// - Parameters:
    ///   - sealingKey: for what is sent, of the cipher's key length.
    ///   - openingKey: for what is received.
    ///   - channel: another number for each connection that a session is bound to, since all of them seal with one
    ///     key and a nonce "MUST NOT be reused" under it. 24 bits count.
    package convenience init(
        _ cipher: SMBCipher, sealingKey: [UInt8], openingKey: [UInt8], channel: UInt32 = 0
    ) throws(CryptographyError) {
        let nonces = NonceCounter(channel: channel)
        let shared = SharedCipher { () throws(CryptographyError) in
            try MessageCipher(cipher, sealingKey: sealingKey, openingKey: openingKey, nonces: nonces, shared: nil)
        }
        try self.init(cipher, sealingKey: sealingKey, openingKey: openingKey, nonces: nonces, shared: shared)
    }

    private init(
        _ cipher: SMBCipher, sealingKey: [UInt8], openingKey: [UInt8], nonces: NonceCounter, shared: SharedCipher?
    ) throws(CryptographyError) {
        self.cipher = cipher
        self.nonces = nonces
        self.shared = shared
        sealing = try AuthenticatedCipherContext(
            cipher.description, isCCM: cipher.isCCM, nonceByteCount: cipher.nonceByteCount, key: sealingKey, seals: true)
        opening = try AuthenticatedCipherContext(
            cipher.description, isCCM: cipher.isCCM, nonceByteCount: cipher.nonceByteCount, key: openingKey, seals: false)
    }

    // MARK: Sealing

    /// Seals one frame of those that lie in a buffer, in place.
    ///
    /// - Parameter range: the transform header and the message behind it.
    /// - Returns: false, and nothing that may be sent, when the range leaves the buffer or is shorter than a header,
    ///   or the library failed.
    package func seal(_ buffer: inout [UInt8], in range: Range<Int>) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return false }
        return buffer.withUnsafeMutableBytes { buffer in
            seal(
                UnsafeMutableRawBufferPointer(rebasing: buffer[range]),
                followedBy: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Seals one frame of those that lie in a buffer, whose message ends in a payload that follows it on the wire from
    /// elsewhere. Both are sealed in place.
    package func seal(
        _ buffer: inout [UInt8], in range: Range<Int>, followedBy payload: inout MutableRawSpan
    ) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return false }
        return buffer.withUnsafeMutableBytes { buffer in
            payload.withUnsafeMutableBytes { payload in
                seal(UnsafeMutableRawBufferPointer(rebasing: buffer[range]), followedBy: payload)
            }
        }
    }

    /// Seals a frame that lies in raw memory, in place.
    package func seal(_ frame: inout MutableRawSpan) -> Bool {
        frame.withUnsafeMutableBytes { seal($0, followedBy: UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
    }

    // MARK: Opening

    /// Opens a frame in place: what follows the 52 bytes of its header is the message afterwards.
    ///
    /// - Returns: false when the frame is shorter than a header, is not what the other side has sealed, or the library
    ///   failed. Nothing in it may be looked at then.
    package func open(_ frame: inout MutableRawSpan) -> Bool {
        frame.withUnsafeMutableBytes { open($0) }
    }

    /// Opens one frame of those that lie in a buffer, in place.
    package func open(_ buffer: inout [UInt8], in range: Range<Int>) -> Bool {
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return false }
        return buffer.withUnsafeMutableBytes { open(UnsafeMutableRawBufferPointer(rebasing: $0[range])) }
    }

    /// Opens a frame that is not to be changed into another place.
    ///
    /// - Parameter message: gets the message; as long as the frame without its header, or false is returned.
    package func open(_ frame: RawSpan, into message: inout MutableRawSpan) -> Bool {
        frame.withUnsafeBytes { frame in
            message.withUnsafeMutableBytes { message in
                guard frame.count >= Self.headerByteCount, message.count == frame.count - Self.headerByteCount else {
                    return false
                }
                return open(frame, to: message.baseAddress)
            }
        }
    }

    // MARK: On raw memory

    private func seal(_ frame: UnsafeMutableRawBufferPointer, followedBy payload: UnsafeMutableRawBufferPointer) -> Bool {
        guard frame.count >= Self.headerByteCount, let header = frame.baseAddress else { return false }
        writeNonce(to: header)
        let head = UnsafeMutableRawBufferPointer(rebasing: frame[Self.headerByteCount...])
        guard !cipher.isCCM || payload.isEmpty else { return sealJoined(header, head, payload) }
        guard beginSealing(header, byteCount: head.count + payload.count),
            sealing.process(UnsafeRawBufferPointer(head), to: head.baseAddress),
            sealing.process(UnsafeRawBufferPointer(payload), to: payload.baseAddress)
        else { return false }
        return sealing.finishSealing(tag: header + Self.signatureRange.lowerBound)
    }

    private func beginSealing(_ header: UnsafeMutableRawPointer, byteCount: Int) -> Bool {
        let authenticated = UnsafeRawBufferPointer(
            start: header + Self.authenticatedRange.lowerBound, count: Self.authenticatedRange.count)
        return sealing.begin(nonce: header + Self.nonceRange.lowerBound, tag: nil, byteCount: byteCount)
            && sealing.authenticate(authenticated)
    }

    /// Puts a message's pieces together, seals them, and puts them back.
    private func sealJoined(
        _ header: UnsafeMutableRawPointer, _ head: UnsafeMutableRawBufferPointer, _ payload: UnsafeMutableRawBufferPointer
    ) -> Bool {
        joined.removeAll(keepingCapacity: true)
        // A session may be idle for long after its longest answer, and each of its contexts has this.
        defer { if joined.capacity > 1024 * 1024 + 4096 { joined = [] } }
        joined.append(contentsOf: head)
        joined.append(contentsOf: payload)
        guard beginSealing(header, byteCount: joined.count) else { return false }
        return joined.withUnsafeMutableBytes { joined in
            guard sealing.process(UnsafeRawBufferPointer(joined), to: joined.baseAddress) else { return false }
            head.copyMemory(from: UnsafeRawBufferPointer(rebasing: joined[..<head.count]))
            payload.copyMemory(from: UnsafeRawBufferPointer(rebasing: joined[head.count...]))
            return sealing.finishSealing(tag: header + Self.signatureRange.lowerBound)
        }
    }

    /// Counts, so that no nonce comes twice; what the cipher does not use of the field is zero.
    private func writeNonce(to header: UnsafeMutableRawPointer) {
        let start = Self.nonceRange.lowerBound
        header.storeBytes(of: nonces.take().littleEndian, toByteOffset: start, as: UInt64.self)
        header.storeBytes(of: UInt64(nonces.channel), toByteOffset: start + 8, as: UInt64.self)
    }

    private func open(_ frame: UnsafeMutableRawBufferPointer) -> Bool {
        guard frame.count >= Self.headerByteCount else { return false }
        return open(UnsafeRawBufferPointer(frame), to: frame.baseAddress.map { $0 + Self.headerByteCount })
    }

    private func open(_ frame: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer?) -> Bool {
        guard let header = frame.baseAddress else { return false }
        let authenticated = UnsafeRawBufferPointer(rebasing: frame[Self.authenticatedRange])
        let sealed = UnsafeRawBufferPointer(rebasing: frame[Self.headerByteCount...])
        // A message of nothing at all is nobody's, and CCM would not look at its tag.
        guard !sealed.isEmpty else { return false }
        var tag = (
            header.loadUnaligned(fromByteOffset: Self.signatureRange.lowerBound, as: UInt64.self),
            header.loadUnaligned(fromByteOffset: Self.signatureRange.lowerBound + 8, as: UInt64.self)
        )
        let isBegun = withUnsafeMutableBytes(of: &tag) { tag in
            opening.begin(nonce: header + Self.nonceRange.lowerBound, tag: tag.baseAddress, byteCount: sealed.count)
        }
        return isBegun && opening.authenticate(authenticated) && opening.process(sealed, to: target)
            && opening.finishOpening()
    }
}
