import CMessageCodes
import COpenSSL

/// AES-128-GMAC: the tag of AES-128-GCM over a message of which nothing is sealed — RFC 4543; [MS-SMB2] 3.1.4.1
///
/// Not for use by two threads at once; whoever owns it serialises. Hence not `Sendable`.
///
/// OpenSSL 3.0 hashes with one block in a register where the processor may have room for four, so that there, of a long
/// message, only the nonce's mask is the library's.
final class GaloisAuthenticationCode {
    private let context: AuthenticatedCipherContext
    /// Nil where the processor cannot do it.
    private let key: UnsafeMutablePointer<ditto_ghash_key>?
    private var hash = ditto_ghash()
    /// The message is a long one.
    private var isHashedHere = false
    /// From how many bytes on it is worth it.
    private static let shortestHashedHere = 1024
    /// Once the library has refused a step, the message has no code, whatever the later steps said.
    private var isSound = true

    /// The 12 bytes that must differ between the messages under one key, as they lie in memory.
    struct Nonce {
        var low: UInt64
        var high: UInt32
    }

    /// - Parameter key: 16 bytes.
    init(key: [UInt8]) throws(CryptographyError) {
        context = try AuthenticatedCipherContext("AES-128-GCM", isCCM: false, nonceByteCount: 12, key: key, seals: true)
        guard ditto_ghash_available() else {
            self.key = nil
            return
        }
        var hashKey = try Self.hashKey(of: key)
        let made = UnsafeMutablePointer<ditto_ghash_key>.allocate(capacity: 1)
        made.initialize(to: ditto_ghash_key())
        ditto_ghash_set_key(made, hashKey)
        ditto_forget(&hashKey, hashKey.count)
        self.key = made
    }

    deinit {
        guard let key else { return }
        ditto_forget(key, MemoryLayout<ditto_ghash_key>.size)
        key.deallocate()
    }

    /// The encryption of 16 zeros — NIST SP 800-38D, 7.1
    private static func hashKey(of key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-128-ECB", nil) else { throw .algorithmUnavailable }
        defer { EVP_CIPHER_free(cipher) }
        guard let context = EVP_CIPHER_CTX_new() else { throw .libraryFailure }
        defer { EVP_CIPHER_CTX_free(context) }
        let zeros = [UInt8](repeating: 0, count: 16)
        var result = [UInt8](repeating: 0, count: 32)
        var written: Int32 = 0
        guard EVP_EncryptInit_ex2(context, cipher, key, nil, nil) == 1,
            EVP_EncryptUpdate(context, &result, &written, zeros, 16) == 1, written == 16
        else { throw .libraryFailure }
        return Array(result.prefix(16))
    }

    /// Forgets what an unfinished message left and begins another.
    ///
    /// - Parameter byteCount: of the whole message.
    @inline(__always)
    func begin(nonce: Nonce, byteCount: Int) {
        isHashedHere = key != nil && byteCount >= Self.shortestHashedHere
        if isHashedHere { ditto_ghash_begin(&hash) }
        isSound = withUnsafeBytes(of: nonce) { bytes in
            guard let start = bytes.baseAddress else { return false }
            return context.begin(nonce: start, tag: nil, byteCount: 0)
        }
    }

    @inline(__always)
    func update(_ bytes: UnsafeRawBufferPointer) {
        if isHashedHere, let key, let start = bytes.baseAddress {
            ditto_ghash_update(key, &hash, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        } else if !context.authenticate(bytes) {
            isSound = false
        }
    }

    /// Nil if the library failed at any step.
    @inline(__always)
    func finish() -> MessageSignature? {
        var tag: (UInt64, UInt64) = (0, 0)
        let isDone = withUnsafeMutableBytes(of: &tag) { bytes in
            guard let start = bytes.baseAddress else { return false }
            return context.finishSealing(tag: start)
        }
        guard isDone, isSound else { return nil }
        if isHashedHere, let key {
            // The library was given nothing: what it says is the mask.
            var sum: (UInt64, UInt64) = (0, 0)
            withUnsafeMutableBytes(of: &sum) { bytes in
                ditto_ghash_finish(key, &hash, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
            tag = (tag.0 ^ sum.0, tag.1 ^ sum.1)
        }
        return MessageSignature(low: tag.0, high: tag.1)
    }
}
