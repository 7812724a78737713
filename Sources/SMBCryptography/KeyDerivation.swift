/// The key derivation function in counter mode over HMAC-SHA256 — NIST SP 800-108, 5.1; [MS-SMB2] 3.1.4.2
///
/// The counter is 32 bits wide and stands before the fixed input.
package enum KeyDerivation {
    /// The longest key that is made, in bytes.
    package static let maximumByteCount = 64

    /// A key from a label and a context, both with whatever terminating zeros the caller's specification gives them.
    ///
    /// - Parameter byteCount: 1...64; 16 for all keys of dialect 3.0, 32 for those of the AES-256 ciphers.
    package static func key(
        from secret: [UInt8], label: [UInt8], context: [UInt8], byteCount: Int = 16
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...maximumByteCount).contains(byteCount) else { throw .wrongKeyLength(expected: maximumByteCount) }
        let bitCount = UInt32(byteCount) * 8
        let fixedInput = label + [0] + context + bigEndian(bitCount)
        return try key(from: secret, fixedInput: fixedInput, byteCount: byteCount)
    }

    /// The function itself, over a fixed input that the caller has composed.
    package static func key(
        from secret: [UInt8], fixedInput: [UInt8], byteCount: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...maximumByteCount).contains(byteCount) else { throw .wrongKeyLength(expected: maximumByteCount) }
        let function = try MessageAuthenticationCode(.hmacSHA256, key: secret)
        var output: [UInt8] = []
        var counter: UInt32 = 1
        while output.count < byteCount {
            output += try function.code(of: bigEndian(counter) + fixedInput)
            counter += 1
        }
        return Array(output.prefix(byteCount))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    }
}
