import COpenSSL
import SMBCryptography

/// The counter mode inside GCM and CCM, without their tags: to read the first bytes of a long message cheaply.
final class CounterMode {
    private let context: OpaquePointer
    private let isCCM: Bool

    init(_ cipher: SMBCipher, key: [UInt8]) throws(CryptographyError) {
        isCCM = cipher.isCCM
        guard let counter = EVP_CIPHER_fetch(nil, cipher.keyByteCount == 32 ? "AES-256-CTR" : "AES-128-CTR", nil) else {
            throw .algorithmUnavailable
        }
        defer { EVP_CIPHER_free(counter) }
        guard let made = EVP_CIPHER_CTX_new() else { throw .libraryFailure }
        context = made
        guard EVP_DecryptInit_ex2(made, counter, key, nil, nil) == 1 else { throw .libraryFailure }
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Decrypts a message's beginning in place.
    ///
    /// - Parameter nonce: the 16 bytes of the field.
    func decrypt(_ bytes: UnsafeMutableRawBufferPointer, nonce: UnsafeRawBufferPointer) -> Bool {
        guard nonce.count >= 12, let start = bytes.baseAddress, let count = Int32(exactly: bytes.count) else { return false }
        var block = [UInt8](repeating: 0, count: 16)
        if isCCM {
            // The width of the length field less one, the nonce, and a counter of which 0 masks the tag — RFC 3610
            block[0] = 3
            for index in 0..<11 { block[1 + index] = nonce[index] }
            block[15] = 1
        } else {
            // The nonce and a counter of which 1 masks the tag — NIST SP 800-38D, 7.1
            for index in 0..<12 { block[index] = nonce[index] }
            block[15] = 2
        }
        var written: Int32 = 0
        let target = start.assumingMemoryBound(to: UInt8.self)
        return EVP_DecryptInit_ex2(context, nil, nil, block, nil) == 1
            && EVP_DecryptUpdate(context, target, &written, target, count) == 1
    }
}
