import COpenSSL

/// One SHA-256 under way — FIPS 180-4, by OpenSSL. For use by one thread.
final class SHA256 {
    private let context: OpaquePointer?

    init() {
        context = EVP_MD_CTX_new()
        _ = EVP_DigestInit_ex2(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// 32 bytes; empty where the library failed, which no digest is.
    func digest() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &result, &count) == 1, count == 32 else { return [] }
        return result
    }
}
