/// The 16 bytes of the Signature field of an SMB2 header, as they lie in memory.
package struct MessageSignature: Sendable {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// What a message carries; nil when it is shorter than a header.
    package init?(of message: UnsafeRawBufferPointer) {
        guard message.count >= MessageSigner.headerByteCount else { return nil }
        let start = MessageSigner.signatureRange.lowerBound
        low = message.loadUnaligned(fromByteOffset: start, as: UInt64.self)
        high = message.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
    }

    package static let byteCount = 16

    /// The signature's bytes.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: (low, high)) { [UInt8]($0) }
    }

    /// Writes it where a message carries it; a message that is shorter than a header stays as it is.
    package func write(to message: UnsafeMutableRawBufferPointer) {
        guard message.count >= MessageSigner.headerByteCount else { return }
        let start = MessageSigner.signatureRange.lowerBound
        message.storeBytes(of: low, toByteOffset: start, as: UInt64.self)
        message.storeBytes(of: high, toByteOffset: start + 8, as: UInt64.self)
    }

    /// Whether two signatures are the same, in a time that does not tell where they differ.
    package func matches(_ other: MessageSignature) -> Bool {
        ((low ^ other.low) | (high ^ other.high)) == 0
    }
}
