/// The 16 bytes of the Signature field of an SMB2 header, as they lie in memory.
package struct MessageSignature: Sendable {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    package static let byteCount = 16

    /// The signature's bytes.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: (low, high)) { [UInt8]($0) }
    }

    /// Whether two signatures are the same, in a time that does not tell where they differ.
    package func matches(_ other: MessageSignature) -> Bool {
        ((low ^ other.low) | (high ^ other.high)) == 0
    }
}
