/// A call's arguments in NDR — [C706] 14
///
/// Numbers are aligned to their size, counted from the arguments' start. Everything is checked; what does not fit the
/// definition is ``RPCFault/badArguments``.
package struct NDRReader: Sendable {
    private let bytes: [UInt8]
    private var offset = 0

    /// The longest string that is taken, in UTF-16 units: no name or path that a procedure here has is longer.
    package static let longestString = 32_768

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var remaining: Int { bytes.count - offset }

    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(RPCFault) -> Value {
        let size = MemoryLayout<Value>.size
        align(to: size)
        guard remaining >= size else { throw .badArguments }
        var value: Value = 0
        for index in (0..<size).reversed() { value = value << 8 | Value(truncatingIfNeeded: bytes[offset + index]) }
        offset += size
        return value
    }

    private mutating func align(to alignment: Int) {
        offset = min(offset + (alignment - offset % alignment) % alignment, bytes.count)
    }

    /// A unique pointer's referent: whether it points to something — [C706] 14.3.10
    package mutating func pointer() throws(RPCFault) -> Bool { try integer(UInt32.self) != 0 }

    /// A string of UTF-16 units as a conformant and varying array, up to its first zero — [C706] 14.3.4.2
    package mutating func string() throws(RPCFault) -> String {
        let maximum: UInt32 = try integer()
        let first: UInt32 = try integer()
        let count: UInt32 = try integer()
        guard first == 0, count <= maximum, count <= UInt32(Self.longestString) else { throw .badArguments }
        var units: [UInt16] = []
        let byteCount = Int(count) * 2
        guard remaining >= byteCount else { throw .badArguments }
        units.reserveCapacity(Int(count))
        for _ in 0..<count { units.append(try integer()) }
        return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
    }

    /// A unique pointer to a string as an argument of its own: what it points to follows at once — [C706] 14.3.12.1
    package mutating func uniqueString() throws(RPCFault) -> String? {
        guard try pointer() else { return nil }
        return try string()
    }

    /// A unique pointer to a number as an argument of its own.
    package mutating func uniqueInteger() throws(RPCFault) -> UInt32? {
        guard try pointer() else { return nil }
        return try integer()
    }
}
