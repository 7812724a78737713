package import FileSystemModel

/// One name on its way between a directory entry, which is bytes, and the wire, which is UTF-16 (here: WTF-8).
///
/// | in the entry | on the wire |
/// |---|---|
/// | 0x01 to 0x1F | U+F001 to U+F01F |
/// | `"` `*` `:` `<` `>` `?` `\` `\|` | U+F020 to U+F027, in this order |
/// | a space, a dot, at the end | U+F028, U+F029 |
/// | a byte that is not UTF-8 | U+F080 to U+F0FF |
/// | one of these code points itself | its three bytes, each by the line above |
///
/// The first three lines are the map of Linux's cifs (`mapposix`) and of macOS. For every entry name,
/// `decode(encode(name))` is `name`.
package enum WindowsName {
    /// Which names go over the wire as they are.
    package enum Rules: Sendable {
        case windows
        /// Of an open of the SMB3 POSIX extensions: what UTF-16 can say is said. Clients may send mapped names too.
        case posix
    }

    /// What the entry's name is called on the wire, as WTF-8.
    package static func encode(_ name: [UInt8], _ rules: Rules = .windows) -> [UInt8] {
        guard needsEncoding(name, rules) else { return name }
        var result: [UInt8] = []
        result.reserveCapacity(name.count + 8)
        var index = 0
        while index < name.count {
            let byte = name[index]
            if byte < 0x80 {
                if rules == .posix {
                    result.append(byte)
                } else {
                    append(ascii: byte, isLast: index == name.count - 1, to: &result)
                }
                index += 1
                continue
            }
            let length = sequenceLength(name, at: index)
            if length == 0 {
                append(raw: byte, to: &result)
                index += 1
            } else if length == 3, mustEscape(name, at: index) {
                for offset in 0..<3 { append(raw: name[index + offset], to: &result) }
                index += 3
            } else {
                result.append(contentsOf: name[index..<index + length])
                index += length
            }
        }
        return result
    }

    /// The entry's name that a component on the wire stands for. The component has passed ``WindowsPath``'s rules.
    package static func decode(_ component: [UInt8]) -> [UInt8] {
        // The mapped code points are EF 80 xx to EF 83 xx; most names have no EF at all.
        guard component.contains(0xEF) else { return component }
        var result: [UInt8] = []
        result.reserveCapacity(component.count)
        var index = 0
        while index < component.count {
            if let low = mappedLow(component, at: index) {
                let isLast = index + 3 == component.count
                if let byte = byte(mappedTo: low, isLast: isLast) {
                    result.append(byte)
                    index += 3
                    continue
                }
            }
            result.append(component[index])
            index += 1
        }
        return result
    }

    // MARK: The map

    private static let reserved: [UInt8] = [0x22, 0x2A, 0x3A, 0x3C, 0x3E, 0x3F, 0x5C, 0x7C]

    /// Whether a byte below 0x80 stands for something else on the wire wherever it occurs.
    @inline(__always)
    static func isReserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00..<0x20, 0x22, 0x2A, 0x3A, 0x3C, 0x3E, 0x3F, 0x5C, 0x7C: true
        default: false
        }
    }

    private static func needsEncoding(_ name: [UInt8], _ rules: Rules) -> Bool {
        if rules == .posix { return name.contains { $0 >= 0x80 } }
        guard let last = name.last, last != 0x20, last != 0x2E else { return true }
        for byte in name where byte >= 0x80 || isReserved(byte) { return true }
        return false
    }

    private static func append(ascii byte: UInt8, isLast: Bool, to result: inout [UInt8]) {
        if byte < 0x20 {
            append(low: byte, to: &result)
        } else if let place = reserved.firstIndex(of: byte) {
            append(low: 0x20 + UInt8(place), to: &result)
        } else if isLast, byte == 0x20 || byte == 0x2E {
            append(low: byte == 0x20 ? 0x28 : 0x29, to: &result)
        } else {
            result.append(byte)
        }
    }

    private static func append(raw byte: UInt8, to result: inout [UInt8]) { append(low: byte, to: &result) }

    /// Appends U+F000 + `low`.
    private static func append(low: UInt8, to result: inout [UInt8]) {
        result.append(0xEF)
        result.append(0x80 | low >> 6)
        result.append(0x80 | low & 0x3F)
    }

    /// `xx` where U+F0xx begins at `index`.
    @inline(__always)
    private static func mappedLow(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard bytes[index] == 0xEF, bytes.count - index >= 3 else { return nil }
        let (second, third) = (bytes[index + 1], bytes[index + 2])
        guard second & 0xFC == 0x80, third & 0xC0 == 0x80 else { return nil }
        return (second & 0x03) << 6 | third & 0x3F
    }

    /// The byte that U+F0xx stands for; nil for a code point that stands for itself.
    private static func byte(mappedTo low: UInt8, isLast: Bool) -> UInt8? {
        switch low {
        case 0x01..<0x20: low
        case 0x20..<0x28: reserved[Int(low) - 0x20]
        case 0x28: isLast ? 0x20 : nil
        case 0x29: isLast ? 0x2E : nil
        case 0x80...0xFF: low
        default: nil
        }
    }

    /// Three well-formed bytes that would come back as something else: a code point of the map, or a surrogate whose
    /// partner follows, which UTF-16 would make one character of.
    private static func mustEscape(_ name: [UInt8], at index: Int) -> Bool {
        if let low = mappedLow(name, at: index) {
            return byte(mappedTo: low, isLast: index + 3 == name.count) != nil
        }
        guard name[index] == 0xED, name[index + 1] & 0xF0 == 0xA0 else { return false }
        let next = index + 3
        return name.count - next >= 3 && name[next] == 0xED && name[next + 1] & 0xF0 == 0xB0
            && name[next + 2] & 0xC0 == 0x80
    }

    /// Bytes of the well-formed sequence (lone surrogates are) that begins at `index`; 0 for none.
    private static func sequenceLength(_ bytes: [UInt8], at index: Int) -> Int {
        let lead = bytes[index]
        let (length, lowest): (Int, UInt8) =
            switch lead {
            case 0xC2..<0xE0: (2, 0x80)
            case 0xE0: (3, 0xA0)
            case 0xE1..<0xF0: (3, 0x80)
            case 0xF0: (4, 0x90)
            case 0xF1..<0xF5: (4, 0x80)
            default: (0, 0)
            }
        guard length > 0, bytes.count - index >= length else { return 0 }
        guard bytes[index + 1] >= lowest, lead != 0xF4 || bytes[index + 1] < 0x90 else { return 0 }
        for offset in 1..<length where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

extension FileName {
    /// The name on the wire, as WTF-8.
    package var windowsName: [UInt8] { WindowsName.encode(bytes) }
}
