/// A growing little-endian buffer in which sizes and offsets are computed, never stored.
///
/// Offsets that go on the wire are taken from ``count`` and patched with ``patch(_:at:)``; both count from ``origin``,
/// so that a message that is one of several in a frame speaks of its own beginning.
///
/// `public` for the reason that ``WireReader`` gives.
public struct WireWriter: Sendable {
    /// Everything written so far.
    public var bytes: [UInt8]
    /// Where the current message begins in ``bytes``; offsets in it are relative to this.
    public var origin: Int

    @inlinable
    public init(reservingCapacity capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
        origin = 0
    }

    /// Continues a buffer that exists; the new message begins at its end.
    @inlinable
    public init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
        origin = self.bytes.count
    }

    /// Bytes since ``origin``: the offset of the next byte.
    @inlinable public var count: Int { bytes.count - origin }

    @inlinable
    public mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func bigEndianInteger<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func append(_ array: [UInt8]) {
        bytes.append(contentsOf: array)
    }

    @inlinable
    public mutating func append(_ span: RawSpan) {
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func zeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Pads with zeros to the next multiple of `alignment` from ``origin``.
    @inlinable
    public mutating func align(to alignment: Int) {
        zeros((alignment - count % alignment) % alignment)
    }

    /// Overwrites an integer that was written before, at `position` from ``origin``.
    @inlinable
    public mutating func patch<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at position: Int) {
        let start = origin + position
        unsafe withUnsafeBytes(of: value.littleEndian) { source in
            for index in 0..<source.count { bytes[start + index] = unsafe source[index] }
        }
    }
}
