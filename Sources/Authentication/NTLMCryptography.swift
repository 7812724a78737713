import COpenSSL
import Synchronization

/// The old algorithms that NTLM is made of: MD4, MD5, HMAC-MD5 and RC4.
///
/// MD4 and RC4 live in OpenSSL's "legacy" provider, loaded here into a library context of our own, so that nothing else
/// in the process gets at them. Contexts are made once and re-initialised under a lock: a log-in takes it a dozen times
/// for about a microsecond each.
final class NTLMCryptography: Sendable {
    static let shared = NTLMCryptography()

    /// Nil when the library or its legacy provider is not there.
    private let contexts: Mutex<Contexts?>

    private init() {
        contexts = Mutex(Contexts())
    }

    /// Whether what NTLM needs is there.
    var isAvailable: Bool { contexts.withLock { $0 != nil } }

    func md4(_ bytes: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        try run { (contexts) throws(AuthenticationError) in try contexts.digest(contexts.md4, [bytes]) }
    }

    func md5(_ pieces: [UInt8]...) throws(AuthenticationError) -> [UInt8] {
        try run { (contexts) throws(AuthenticationError) in try contexts.digest(contexts.md5, pieces) }
    }

    /// - Parameter key: not empty.
    func hmacMD5(key: [UInt8], _ pieces: [UInt8]...) throws(AuthenticationError) -> [UInt8] {
        try run { (contexts) throws(AuthenticationError) in try contexts.hmacMD5(key: key, pieces) }
    }

    /// RC4 from the start of the key stream; encryption and decryption are the same.
    ///
    /// - Parameter key: 5 to 256 bytes.
    func rc4(key: [UInt8], _ bytes: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        try run { (contexts) throws(AuthenticationError) in try contexts.rc4(key: key, bytes) }
    }

    /// Whether two codes are the same, in a time that does not tell where they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    private func run(
        _ operation: (Contexts) throws(AuthenticationError) -> [UInt8]
    ) throws(AuthenticationError) -> [UInt8] {
        try contexts.withLock { (contexts) throws(AuthenticationError) -> [UInt8] in
            guard let contexts else { throw .cryptographyUnavailable }
            return try operation(contexts)
        }
    }
}

/// The library's objects. They live as long as the process does.
private struct Contexts {
    let md4: OpaquePointer
    let md5: OpaquePointer
    private let digestContext: OpaquePointer
    private let hmacContext: OpaquePointer
    private let rc4Cipher: OpaquePointer
    private let cipherContext: OpaquePointer

    init?() {
        guard let library = OSSL_LIB_CTX_new(),
            OSSL_PROVIDER_load(library, "default") != nil,
            OSSL_PROVIDER_load(library, "legacy") != nil,
            let md4 = EVP_MD_fetch(library, "MD4", nil),
            let md5 = EVP_MD_fetch(library, "MD5", nil),
            let digestContext = EVP_MD_CTX_new(),
            let hmacContext = ditto_mac_new_over_digest(library, "MD5"),
            let rc4Cipher = EVP_CIPHER_fetch(library, "RC4", nil),
            let cipherContext = EVP_CIPHER_CTX_new()
        else { return nil }
        self.md4 = md4
        self.md5 = md5
        self.digestContext = digestContext
        self.hmacContext = hmacContext
        self.rc4Cipher = rc4Cipher
        self.cipherContext = cipherContext
    }

    func digest(_ algorithm: OpaquePointer, _ pieces: [[UInt8]]) throws(AuthenticationError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 16)
        var written: UInt32 = 0
        var isSound = EVP_DigestInit_ex2(digestContext, algorithm, nil) == 1
        for piece in pieces { isSound = EVP_DigestUpdate(digestContext, piece, piece.count) == 1 && isSound }
        guard isSound, EVP_DigestFinal_ex(digestContext, &output, &written) == 1, written == output.count else {
            throw .cryptographyFailed
        }
        return output
    }

    func hmacMD5(key: [UInt8], _ pieces: [[UInt8]]) throws(AuthenticationError) -> [UInt8] {
        // To the library an empty key means the one of the last message.
        guard !key.isEmpty else { throw .cryptographyFailed }
        var output = [UInt8](repeating: 0, count: 16)
        var written = 0
        var isSound = EVP_MAC_init(hmacContext, key, key.count, nil) == 1
        for piece in pieces { isSound = EVP_MAC_update(hmacContext, piece, piece.count) == 1 && isSound }
        guard isSound, EVP_MAC_final(hmacContext, &output, &written, output.count) == 1, written == output.count else {
            throw .cryptographyFailed
        }
        return output
    }

    func rc4(key: [UInt8], _ bytes: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        guard (5...256).contains(key.count), bytes.count <= 1 << 16,
            ditto_stream_cipher_start(cipherContext, rc4Cipher, key, Int32(key.count)) == 1
        else { throw .cryptographyFailed }
        var output = [UInt8](repeating: 0, count: bytes.count)
        var written: Int32 = 0
        guard EVP_EncryptUpdate(cipherContext, &output, &written, bytes, Int32(bytes.count)) == 1,
            Int(written) == bytes.count
        else { throw .cryptographyFailed }
        return output
    }
}
