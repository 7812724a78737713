package import WireCoding

/// UTF-16LE on the wire, WTF-8 in memory.
///
/// Names are bytes here, never String. WTF-8 is UTF-8 in which a surrogate without its partner is encoded as three
/// bytes like any other code point; so every sequence of UTF-16 units, the ill-formed ones too, survives a round trip.
package enum UTF16LE {
    /// Decodes UTF-16LE to WTF-8. An odd number of bytes is an error.
    package static func decode(_ units: RawSpan) throws(WireError) -> [UInt8] {
        let byteCount = units.byteCount
        guard byteCount & 1 == 0 else { throw .invalid("a UTF-16 string has an odd number of bytes") }
        if byteCount == 0 { return [] }
        // A unit becomes three bytes at the most; a pair of units, four.
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount / 2 * 3) { target, initialized in
            initialized = unsafe units.withUnsafeBytes { unsafe transcode($0, to: target) }
        }
    }

    /// Decodes units to WTF-8.
    package static func decode(units: [UInt16]) -> [UInt8] {
        if units.isEmpty { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: units.count * 3) { target, initialized in
            let littleEndian = units.map(\.littleEndian)
            initialized = unsafe littleEndian.withUnsafeBytes { unsafe transcode($0, to: target) }
        }
    }

    /// The bytes that ``encode(_:to:)`` would write for `wtf8`.
    package static func byteCount(of wtf8: [UInt8]) -> Int {
        var position = 0
        var count = 0
        while position < wtf8.count {
            count += nextScalar(of: wtf8.span, at: &position) > 0xFFFF ? 4 : 2
        }
        return count
    }

    /// Appends `wtf8` as UTF-16LE and returns how many bytes that took.
    ///
    /// Each byte that belongs to no well-formed sequence becomes U+FFFD.
    @discardableResult
    package static func encode(_ wtf8: [UInt8], to writer: inout WireWriter) -> Int {
        encode(wtf8.span, to: &writer)
    }

    @discardableResult
    package static func encode(_ wtf8: Span<UInt8>, to writer: inout WireWriter) -> Int {
        let before = writer.bytes.count
        let count = wtf8.count
        // One unit a byte is the most that can come of it. Write there, then cut.
        writer.zeros(count * 2)
        var end = before
        unsafe writer.bytes.withUnsafeMutableBytes { target in
            var position = 0
            while position < count {
                let byte = wtf8[position]
                if byte < 0x80 {
                    unsafe target.storeBytes(of: UInt16(byte).littleEndian, toByteOffset: end, as: UInt16.self)
                    position += 1
                    end += 2
                    continue
                }
                let scalar = nextScalar(of: wtf8, at: &position)
                if scalar > 0xFFFF {
                    let high = UInt16(truncatingIfNeeded: 0xD800 &+ (scalar &- 0x10000) >> 10)
                    let low = UInt16(truncatingIfNeeded: 0xDC00 &+ (scalar & 0x3FF))
                    unsafe target.storeBytes(of: high.littleEndian, toByteOffset: end, as: UInt16.self)
                    unsafe target.storeBytes(of: low.littleEndian, toByteOffset: end + 2, as: UInt16.self)
                    end += 4
                } else {
                    let unit = UInt16(truncatingIfNeeded: scalar)
                    unsafe target.storeBytes(of: unit.littleEndian, toByteOffset: end, as: UInt16.self)
                    end += 2
                }
            }
        }
        writer.bytes.removeLast(writer.bytes.count - end)
        return end - before
    }

    /// `wtf8` as UTF-16 units.
    package static func units(of wtf8: [UInt8]) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(wtf8.count)
        var position = 0
        while position < wtf8.count {
            let scalar = nextScalar(of: wtf8.span, at: &position)
            if scalar > 0xFFFF {
                units.append(UInt16(truncatingIfNeeded: 0xD800 &+ (scalar &- 0x10000) >> 10))
                units.append(UInt16(truncatingIfNeeded: 0xDC00 &+ (scalar & 0x3FF)))
            } else {
                units.append(UInt16(truncatingIfNeeded: scalar))
            }
        }
        return units
    }

    /// Calls `body` with each UTF-16 unit of `wtf8` and the offset of the byte that it begins with, until one call
    /// returns false; returns false then.
    static func forEachUnit(of wtf8: [UInt8], _ body: (_ unit: UInt16, _ byteOffset: Int) -> Bool) -> Bool {
        var position = 0
        while position < wtf8.count {
            let start = position
            let scalar = nextScalar(of: wtf8.span, at: &position)
            if scalar > 0xFFFF {
                guard body(UInt16(truncatingIfNeeded: 0xD800 &+ (scalar &- 0x10000) >> 10), start),
                    body(UInt16(truncatingIfNeeded: 0xDC00 &+ (scalar & 0x3FF)), start)
                else { return false }
            } else if !body(UInt16(truncatingIfNeeded: scalar), start) {
                return false
            }
        }
        return true
    }

    // MARK: The two loops

    /// Reads one code point (a surrogate is one) and moves past it; U+FFFD and one byte for what is ill-formed.
    @inline(__always)
    private static func nextScalar(of bytes: Span<UInt8>, at position: inout Int) -> UInt32 {
        let lead = UInt32(bytes[position])
        let available = bytes.count - position
        func continuation(_ index: Int) -> UInt32? {
            guard index < available else { return nil }
            let byte = UInt32(bytes[position + index])
            return byte & 0xC0 == 0x80 ? byte & 0x3F : nil
        }
        switch lead {
        case 0..<0x80:
            position += 1
            return lead
        case 0xC2..<0xE0:
            if let second = continuation(1) {
                position += 2
                return (lead & 0x1F) << 6 | second
            }
        case 0xE0..<0xF0:
            if let second = continuation(1), let third = continuation(2) {
                let scalar = (lead & 0x0F) << 12 | second << 6 | third
                if scalar >= 0x800 {
                    position += 3
                    return scalar
                }
            }
        case 0xF0..<0xF5:
            if let second = continuation(1), let third = continuation(2), let fourth = continuation(3) {
                let scalar = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
                if scalar >= 0x10000, scalar <= 0x10FFFF {
                    position += 4
                    return scalar
                }
            }
        default: break
        }
        position += 1
        return 0xFFFD
    }

    /// `target` has room for three bytes a unit.
    private static func transcode(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<UInt8>) -> Int
    {
        var output = 0
        var input = 0
        let end = source.count
        while input < end {
            let unit = UInt32(
                UInt16(littleEndian: unsafe source.loadUnaligned(fromByteOffset: input, as: UInt16.self)))
            input += 2
            if unit < 0x80 {
                unsafe target[output] = UInt8(truncatingIfNeeded: unit)
                output += 1
            } else if unit < 0x800 {
                unsafe target[output] = UInt8(truncatingIfNeeded: 0xC0 | unit >> 6)
                unsafe target[output + 1] = UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F)
                output += 2
            } else {
                if unit & 0xFC00 == 0xD800, input < end {
                    let next = UInt32(
                        UInt16(littleEndian: unsafe source.loadUnaligned(fromByteOffset: input, as: UInt16.self)))
                    if next & 0xFC00 == 0xDC00 {
                        input += 2
                        let scalar = 0x10000 &+ (unit & 0x3FF) << 10 &+ (next & 0x3FF)
                        unsafe target[output] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
                        unsafe target[output + 1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F)
                        unsafe target[output + 2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
                        unsafe target[output + 3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
                        output += 4
                        continue
                    }
                }
                unsafe target[output] = UInt8(truncatingIfNeeded: 0xE0 | unit >> 12)
                unsafe target[output + 1] = UInt8(truncatingIfNeeded: 0x80 | unit >> 6 & 0x3F)
                unsafe target[output + 2] = UInt8(truncatingIfNeeded: 0x80 | unit & 0x3F)
                output += 3
            }
        }
        return output
    }
}
