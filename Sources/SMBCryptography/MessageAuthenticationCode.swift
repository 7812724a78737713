import COpenSSL

/// One keyed context, re-initialised for every message and never re-created: making one costs five times a short
/// message.
///
/// Not for use by two threads at once; whoever owns it serialises. Hence not `Sendable`.
package final class MessageAuthenticationCode {
    package enum Function: Equatable, Sendable, CaseIterable {
        case hmacSHA256
        case aes128CMAC

        /// The length of the codes, in bytes.
        var outputByteCount: Int {
            switch self {
            case .hmacSHA256: 32
            case .aes128CMAC: 16
            }
        }

        /// The key length that the function demands, in bytes; nil when it takes any but none.
        var requiredKeyByteCount: Int? {
            switch self {
            case .hmacSHA256: nil
            case .aes128CMAC: 16
            }
        }
    }

    private let context: OpaquePointer
    private let outputByteCount: Int
    /// Once the library has refused a step, the message has no code, whatever the later steps said.
    private var isSound = true

    /// - Parameter key: in bytes; `hmacSHA256` takes any length but 0, `aes128CMAC` 16.
    package init(_ function: Function, key: [UInt8]) throws(CryptographyError) {
        if let required = function.requiredKeyByteCount, key.count != required {
            throw .wrongKeyLength(expected: required)
        }
        // To the library an empty key means "the one you have": there is none.
        guard !key.isEmpty else { throw .wrongKeyLength(expected: 16) }
        let made =
            switch function {
            case .hmacSHA256: ditto_mac_new_over_digest(nil, "SHA256")
            case .aes128CMAC: ditto_mac_new_over_cipher(nil, "AES-128-CBC")
            }
        guard let made else { throw .algorithmUnavailable }
        context = made
        outputByteCount = function.outputByteCount
        guard EVP_MAC_init(made, key, key.count, nil) == 1 else { throw .libraryFailure }
    }

    deinit {
        EVP_MAC_CTX_free(context)
    }

    /// Forgets what an unfinished message left and begins another.
    @inline(__always)
    package func begin() {
        isSound = ditto_mac_restart(context) == 1
    }

    @inline(__always)
    package func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { update($0) }
    }

    @inline(__always)
    func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        let from = start.assumingMemoryBound(to: UInt8.self)
        if EVP_MAC_update(context, from, bytes.count) != 1 { isSound = false }
    }

    /// The code's first 16 bytes: all that SMB2 puts on the wire. Nil if the library failed at any step.
    @inline(__always)
    package func finish() -> MessageSignature? {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { output in
            guard let start = output.baseAddress else { return nil }
            var written = 0
            let bytes = start.assumingMemoryBound(to: UInt8.self)
            guard EVP_MAC_final(context, bytes, &written, outputByteCount) == 1, isSound, written >= 16 else {
                return nil
            }
            return MessageSignature(
                low: output.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                high: output.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    /// The whole code of one message, for key derivation and known answers.
    package func code(of message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        begin()
        update(message.span.bytes)
        var written = 0
        var output = [UInt8](repeating: 0, count: outputByteCount)
        guard EVP_MAC_final(context, &output, &written, output.count) == 1, isSound, written == output.count else {
            throw .libraryFailure
        }
        return output
    }
}
