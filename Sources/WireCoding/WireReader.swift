/// A bounds-checked little-endian cursor over bytes that somebody else wrote.
///
/// The reader borrows its bytes and cannot outlive them. Every access is checked; what is not there is a ``WireError``.
/// Offsets that a peer wrote go through ``slice(at:count:)``, which takes them as they are, however they lie.
///
/// Everything is `@inlinable`, and `public` where other rooms write `package`: the compiler hands bodies to another
/// module only where they are public. With `package` each field was an unspecialised generic call, and a header took
/// 190 ns instead of 30.
public struct WireReader: ~Copyable, ~Escapable {
    /// All bytes of the message (or of the structure that offsets are relative to), from its first one.
    public let bytes: RawSpan
    /// Where the next field is read, in bytes from the start. Always within `0...bytes.byteCount`.
    public var offset: Int

    @_lifetime(copy bytes)
    @inlinable
    public init(_ bytes: RawSpan) {
        self.bytes = bytes
        self.offset = 0
    }

    /// Bytes that have not been read.
    @inlinable public var remaining: Int { bytes.byteCount - offset }

    @inlinable public var isAtEnd: Bool { remaining == 0 }

    // MARK: Fixed fields

    /// Reads a little-endian integer.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        as type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw .truncated(offset: offset, needed: size - remaining) }
        let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += size
        return Value(littleEndian: value)
    }

    /// Reads a big-endian integer (the direct TCP length and ASN.1 are the only places that have them).
    @inlinable
    @_lifetime(self: copy self)
    public mutating func bigEndianInteger<Value: FixedWidthInteger & BitwiseCopyable>(
        as type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let value: Value = try integer()
        return value.byteSwapped
    }

    @inlinable
    @_lifetime(self: copy self)
    public mutating func skip(_ count: Int) throws(WireError) {
        guard count >= 0, remaining >= count else { throw .truncated(offset: offset, needed: count - remaining) }
        offset += count
    }

    /// Moves to an absolute offset, which may be the end.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func seek(to target: Int) throws(WireError) {
        guard target >= 0, target <= bytes.byteCount else { throw .outOfBounds(offset: target, count: 0) }
        offset = target
    }

    /// Skips to the next multiple of `alignment` from the start of the reader, or to the end where that comes first.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func align(to alignment: Int) {
        let padding = (alignment - offset % alignment) % alignment
        offset = min(offset + padding, bytes.byteCount)
    }

    /// Reads the 16-bit StructureSize that begins every SMB2 body and refuses any other value.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func expectStructureSize(_ expected: UInt16) throws(WireError) {
        let value: UInt16 = try integer()
        guard value == expected else { throw .unexpectedValue(field: "StructureSize", value: UInt64(value)) }
    }

    // MARK: Runs of bytes

    /// Reads the next `count` bytes without a copy.
    @inlinable
    @_lifetime(copy self)
    public mutating func span(_ count: Int) throws(WireError) -> RawSpan {
        guard count >= 0, remaining >= count else { throw .truncated(offset: offset, needed: count - remaining) }
        let start = offset
        offset += count
        return bytes.extracting(start..<start + count)
    }

    /// Reads the next `count` bytes as an array.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func array(_ count: Int) throws(WireError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw .truncated(offset: offset, needed: count - remaining) }
        let result = bytes.extracting(offset..<offset + count).array
        offset += count
        return result
    }

    /// The bytes that a peer's (offset, length) pair names, relative to the start of this reader.
    ///
    /// Both are widened before they are added; a pair that leaves the message throws
    /// ``WireError/outOfBounds(offset:count:)``. A length of zero is an empty slice wherever it points: peers put any
    /// offset beside it.
    @inlinable
    @_lifetime(copy self)
    public func slice(at start: some BinaryInteger, count: some BinaryInteger) throws(WireError) -> RawSpan {
        let start = Int(clamping: start)
        let count = Int(clamping: count)
        if count == 0 { return bytes.extracting(0..<0) }
        guard start >= 0, count > 0, start <= bytes.byteCount, count <= bytes.byteCount - start else {
            throw .outOfBounds(offset: start, count: count)
        }
        return bytes.extracting(start..<start + count)
    }
}

extension RawSpan {
    /// A copy of the bytes.
    @inlinable
    public var array: [UInt8] {
        let count = byteCount
        return unsafe withUnsafeBytes { source in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
                if let from = source.baseAddress, let to = target.baseAddress {
                    unsafe UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: count)
                }
                initialized = count
            }
        }
    }

    /// The byte at `index`, or nil past the end.
    @inlinable
    public subscript(checked index: Int) -> UInt8? {
        guard index >= 0, index < byteCount else { return nil }
        return unsafe unsafeLoadUnaligned(fromByteOffset: index, as: UInt8.self)
    }
}
