/// Names of at most eight characters, a period and three more, which programs of DOS's time can say — [MS-FSCC] 2.1.5.2.1.
///
/// A name that is one already needs no other. Any other name has a short one beside it, of which nothing is stored: up to six of its
/// letters, `~`, the entry's cookie in base 36, and three letters of its extension. Since no two entries of a directory ever have one
/// cookie, no two have one short name; it lasts as long as the entry; and it leads back to the entry by way of the cookie.
///
/// | name | cookie | short name |
/// |---|---|---|
/// | `readme.txt` | 3 | none |
/// | `Annual report.html` | 12 | `ANNUAL~C.HTM` |
/// | `a:b` | 40 | `A_B~14` |
/// | `.profile` | 5 | `PROFIL~5` |
/// | `日本.txt` | 100 | `__~2S.TXT` |
package enum ShortName {
    private static let maximumStem = 8
    private static let maximumExtension = 3

    /// Whether a name is a short one as it is, in whichever case.
    package static func isShort(_ name: [UInt8]) -> Bool {
        guard name.count <= maximumStem + 1 + maximumExtension else { return false }
        var dot: Int?
        for (index, byte) in name.enumerated() {
            if byte == period, dot == nil { dot = index } else if !isLegal(byte) { return false }
        }
        guard (1...maximumStem).contains(dot ?? name.count) else { return false }
        return dot.map { (1...maximumExtension).contains(name.count - 1 - $0) } ?? true
    }

    /// What an entry is called beside its name, in capitals; nil where its name is short, and where the cookie is too large to be said,
    /// after 78 billion names in one directory.
    package static func make(for name: [UInt8], at cookie: DirectoryCookie) -> [UInt8]? {
        guard !isShort(name) else { return nil }
        var digitCount = 1
        var rest = cookie.rawValue / 36
        while rest > 0 {
            digitCount += 1
            rest /= 36
        }
        guard digitCount < maximumStem else { return nil }
        // The last period, unless nothing but periods stands before it, begins the extension.
        let begin = name.firstIndex { $0 != period } ?? name.endIndex
        let dot = name[begin...].lastIndex(of: period) ?? name.endIndex
        var result: [UInt8] = []
        result.reserveCapacity(maximumStem + 1 + maximumExtension)
        append(name[begin..<dot], maximum: maximumStem - 1 - digitCount, to: &result)
        result.append(tilde)
        let number = result.endIndex
        rest = cookie.rawValue
        for _ in 0..<digitCount {
            result.append(digits[Int(rest % 36)])
            rest /= 36
        }
        result[number...].reverse()
        let end = result.endIndex
        result.append(period)
        append(name[dot...].dropFirst(), maximum: maximumExtension, to: &result)
        if result.endIndex == end + 1 { result.removeLast() }
        return result
    }

    /// The cookie of the entry of which a name may be the short one; nil for what is no such name.
    package static func cookie(in name: [UInt8]) -> DirectoryCookie? {
        guard let mark = name.lastIndex(of: tilde), isShort(name) else { return nil }
        var value: UInt64 = 0
        let number = name[(mark + 1)...].prefix { $0 != period }
        guard !number.isEmpty else { return nil }
        for byte in number {
            guard let digit = digits.firstIndex(of: upper(byte)) else { return nil }
            // Seven digits at the most.
            value = value &* 36 &+ UInt64(digit)
        }
        return DirectoryCookie(rawValue: value)
    }

    private static let period = UInt8(ascii: ".")
    private static let tilde = UInt8(ascii: "~")
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// The first characters in capitals: spaces and periods are left out, what no short name may hold is an underscore.
    private static func append(_ part: ArraySlice<UInt8>, maximum: Int, to result: inout [UInt8]) {
        let limit = result.count + maximum
        for byte in part {
            guard result.count < limit else { break }
            switch byte {
            case UInt8(ascii: " "), period, 0x80..<0xC0: continue  // The last: what follows the first byte of a UTF-8 sequence.
            default: result.append(isLegal(byte) ? upper(byte) : UInt8(ascii: "_"))
            }
        }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte }

    /// Whether a byte may stand in a short name, the period aside. Of the characters beyond ASCII some may in some code pages.
    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, 0x7F...0xFF: false
        case UInt8(ascii: "\""), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "/"),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "?"),
            UInt8(ascii: "["), UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "|"):
            false
        default: true
        }
    }
}
