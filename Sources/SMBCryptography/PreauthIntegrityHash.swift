import COpenSSL

/// The hash over what was said before a session had keys, of a connection or of a session that is being set up —
/// [MS-SMB2] 3.2.5.2, 3.2.5.3, 3.3.5.4, 3.3.5.5
///
/// A value: a session's hash begins as a copy of its connection's.
package struct PreauthIntegrityHash: Equatable, Sendable {
    /// 64 bytes, zeros before the first message. Empty once the library has failed: no key is made from that.
    package private(set) var value = [UInt8](repeating: 0, count: Self.byteCount)

    package static let byteCount = 64

    package init() {}

    /// Makes the value SHA-512 of itself and a message as it goes over the wire, without the frame's length.
    package mutating func update(with message: RawSpan) {
        var next = [UInt8](repeating: 0, count: Self.byteCount)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        let isHashed = message.withUnsafeBytes { message in
            context != nil && value.count == Self.byteCount
                && EVP_DigestInit_ex2(context, EVP_sha512(), nil) == 1
                && EVP_DigestUpdate(context, value, value.count) == 1
                && EVP_DigestUpdate(context, message.baseAddress, message.count) == 1
                && EVP_DigestFinal_ex(context, &next, nil) == 1
        }
        value = isHashed ? next : []
    }
}
