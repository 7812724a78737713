/// AES-128-GMAC: the tag of AES-128-GCM over a message of which nothing is sealed — RFC 4543; [MS-SMB2] 3.1.4.1
///
/// Not for use by two threads at once; whoever owns it serialises. Hence not `Sendable`.
final class GaloisAuthenticationCode {
    private let context: AuthenticatedCipherContext
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
    }

    /// Forgets what an unfinished message left and begins another.
    @inline(__always)
    func begin(nonce: Nonce) {
        isSound = withUnsafeBytes(of: nonce) { bytes in
            guard let start = bytes.baseAddress else { return false }
            return context.begin(nonce: start, tag: nil, byteCount: 0)
        }
    }

    @inline(__always)
    func update(_ bytes: UnsafeRawBufferPointer) {
        if !context.authenticate(bytes) { isSound = false }
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
        return MessageSignature(low: tag.0, high: tag.1)
    }
}
