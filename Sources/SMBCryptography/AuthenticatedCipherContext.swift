import COpenSSL

/// One keyed context of an authenticated cipher in one direction, re-initialised for every message and never
/// re-created.
///
/// Not for use by two threads at once; whoever owns it serialises. Hence not `Sendable`.
package final class AuthenticatedCipherContext {
    private let context: OpaquePointer
    private let seals: Bool
    /// CCM must know the length before the first byte.
    private let announcesLength: Bool

    package static let tagByteCount: Int32 = 16

    /// - Parameters:
    ///   - name: as the library calls the cipher.
    ///   - nonceByteCount: 12 for GCM, 11 for CCM in SMB2.
    package init(
        _ name: String, isCCM: Bool, nonceByteCount: Int, key: [UInt8], seals: Bool
    ) throws(CryptographyError) {
        guard let cipher = EVP_CIPHER_fetch(nil, name, nil) else { throw .algorithmUnavailable }
        defer { EVP_CIPHER_free(cipher) }  // the context holds its own reference
        let expected = Int(EVP_CIPHER_get_key_length(cipher))
        guard key.count == expected else { throw .wrongKeyLength(expected: expected) }
        guard let made = EVP_CIPHER_CTX_new() else { throw .libraryFailure }
        context = made
        self.seals = seals
        announcesLength = isCCM
        // The lengths come before the key: CCM puts them into its key schedule.
        guard EVP_CipherInit_ex2(made, cipher, nil, nil, seals ? 1 : 0, nil) == 1,
            EVP_CIPHER_CTX_ctrl(made, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonceByteCount), nil) == 1,
            !isCCM || EVP_CIPHER_CTX_ctrl(made, EVP_CTRL_AEAD_SET_TAG, Self.tagByteCount, nil) == 1,
            EVP_CipherInit_ex2(made, nil, key, nil, seals ? 1 : 0, nil) == 1
        else { throw .libraryFailure }
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Begins a message.
    ///
    /// - Parameters:
    ///   - nonce: as many bytes as the context was made for.
    ///   - tag: what the message carries, 16 bytes; for a context that opens.
    ///   - count: the message's bytes, all pieces together.
    @inline(__always)
    package func begin(nonce: UnsafeRawPointer, tag: UnsafeMutableRawPointer?, byteCount count: Int) -> Bool {
        guard let count = Int32(exactly: count) else { return false }
        let start = nonce.assumingMemoryBound(to: UInt8.self)
        guard EVP_CipherInit_ex2(context, nil, nil, start, seals ? 1 : 0, nil) == 1 else { return false }
        if let tag, EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Self.tagByteCount, tag) != 1 { return false }
        guard announcesLength else { return true }
        var written: Int32 = 0
        return EVP_CipherUpdate(context, nil, &written, nil, count) == 1
    }

    /// Takes in what is authenticated and not sealed.
    @inline(__always)
    package func authenticate(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
        guard let count = Int32(exactly: bytes.count) else { return false }
        var written: Int32 = 0
        return EVP_CipherUpdate(context, nil, &written, start.assumingMemoryBound(to: UInt8.self), count) == 1
    }

    /// Seals or opens the next piece. CCM takes a message in one piece only.
    ///
    /// - Parameter target: room for as many bytes; may be where `bytes` begin, and may not overlap them otherwise.
    @inline(__always)
    package func process(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer?) -> Bool {
        guard let start = bytes.baseAddress, let target, !bytes.isEmpty else { return true }
        guard let count = Int32(exactly: bytes.count) else { return false }
        var written: Int32 = 0
        return EVP_CipherUpdate(
            context, target.assumingMemoryBound(to: UInt8.self), &written, start.assumingMemoryBound(to: UInt8.self), count)
            == 1 && written == count
    }

    /// Ends a message that was opened: whether it is what the sender has sealed.
    @inline(__always)
    package func finishOpening() -> Bool {
        // CCM has compared the tag with the message's only piece already, and knows no end.
        guard !announcesLength else { return true }
        return end()
    }

    /// Ends a message that was sealed and writes its tag, 16 bytes, to `tag`.
    @inline(__always)
    package func finishSealing(tag: UnsafeMutableRawPointer) -> Bool {
        guard end() else { return false }
        return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Self.tagByteCount, tag) == 1
    }

    /// Writes nothing for these ciphers, and gets a place to write to all the same.
    private func end() -> Bool {
        var written: Int32 = 0
        var nothing: (UInt64, UInt64) = (0, 0)
        return withUnsafeMutableBytes(of: &nothing) { room in
            guard let start = room.baseAddress else { return false }
            return EVP_CipherFinal_ex(context, start.assumingMemoryBound(to: UInt8.self), &written) == 1
        }
    }
}
