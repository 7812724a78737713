/// Upper case, one unit to one unit, without a locale: how SMB compares names.
package enum CaseMapping {
    /// The upper-case form of a code point of the basic plane that is itself one code point of it; all else is unchanged.
    package static func upper(_ codePoint: UInt32) -> UInt32 {
        if codePoint < 0x80 { return codePoint >= 0x61 && codePoint <= 0x7A ? codePoint - 0x20 : codePoint }
        guard codePoint <= 0xFFFF, let scalar = Unicode.Scalar(codePoint), scalar.properties.changesWhenUppercased else {
            return codePoint
        }
        var mapped = scalar.properties.uppercaseMapping.unicodeScalars.makeIterator()
        guard let first = mapped.next(), mapped.next() == nil, first.value <= 0xFFFF, first.value >= 0x80 else {
            // Several code points (sharp s), or one that would make an ASCII letter of another (dotless i): not one to one.
            return codePoint
        }
        return first.value
    }

    package static func upper(_ unit: UInt16) -> UInt16 {
        UInt16(truncatingIfNeeded: upper(UInt32(unit)))
    }
}

/// Walks bytes as UTF-8 in the generous form that lets lone surrogates pass (WTF-8); every byte that fits nowhere comes by itself.
struct UTF8Units {
    enum Unit {
        case scalar(UInt32)
        case raw(UInt8)

        var utf16Count: Int {
            if case .scalar(let value) = self, value > 0xFFFF { return 2 }
            return 1
        }
    }

    private let bytes: ArraySlice<UInt8>
    private var index: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    mutating func next() -> Unit? {
        guard index < bytes.endIndex else { return nil }
        let lead = bytes[index]
        let (length, minimum): (Int, UInt32) =
            switch lead {
            case 0x00..<0x80: (1, 0)
            case 0xC2..<0xE0: (2, 0x80)
            case 0xE0..<0xF0: (3, 0x800)
            case 0xF0..<0xF5: (4, 0x10000)
            default: (0, 0)
            }
        guard length > 0, bytes.endIndex - index >= length else {
            index += 1
            return .raw(lead)
        }
        if length == 1 {
            index += 1
            return .scalar(UInt32(lead))
        }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for position in index + 1..<index + length {
            let byte = bytes[position]
            guard byte & 0xC0 == 0x80 else {
                index += 1
                return .raw(lead)
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard value >= minimum, value <= 0x10FFFF else {
            index += 1
            return .raw(lead)
        }
        index += length
        return .scalar(value)
    }

    static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        switch value {
        case 0..<0x80:
            bytes.append(UInt8(value))
        case 0x80..<0x800:
            bytes.append(UInt8(0xC0 | value >> 6))
            bytes.append(UInt8(0x80 | value & 0x3F))
        case 0x800..<0x10000:
            bytes.append(UInt8(0xE0 | value >> 12))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        default:
            bytes.append(UInt8(0xF0 | value >> 18 & 0x07))
            bytes.append(UInt8(0x80 | value >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | value >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | value & 0x3F))
        }
    }
}
