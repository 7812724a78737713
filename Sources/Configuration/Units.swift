/// Sizes as people write them: `4096`, `64KiB`, `8GiB`, `10GB`. The plain letters are powers of 1000, those with an i
/// of 1024.
enum SizeUnit {
    static let allowed = "a number of bytes with an optional unit: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB"

    private static let factors: [(String, UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000), ("B", 1),
    ]

    /// Bytes, or nil when the text is no size or exceeds 2^63 - 1.
    static func parse(_ text: String) -> UInt64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let number = UInt64(digits) else { return nil }
        guard let factor = unit.isEmpty ? 1 : factors.first(where: { $0.0 == unit })?.1 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow || bytes > UInt64(Int64.max) ? nil : bytes
    }

    static func format(_ bytes: UInt64) -> String {
        guard bytes > 0 else { return "0" }
        for (unit, factor) in factors.prefix(4) where bytes.isMultiple(of: factor) {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)"
    }
}

/// Durations as people write them: `250ms`, `30s`, `5m`, `1h30m`.
enum DurationUnit {
    static let allowed = "a duration such as 250ms, 30s, 5m or 1h30m"

    private static let factors: [(String, Int64)] = [("h", 3_600_000), ("m", 60000), ("s", 1000), ("ms", 1)]
    /// A year. Longer than any time-out, and far from any overflow.
    private static let longest: Int64 = 366 * 24 * 3_600_000

    static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = Substring(text)
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            let unit = rest.prefix { $0.isLetter }
            rest = rest[unit.endIndex...]
            guard let number = Int64(digits), number <= longest,
                let factor = factors.first(where: { $0.0 == unit })?.1
            else { return nil }
            let (part, overflow) = number.multipliedReportingOverflow(by: factor)
            guard !overflow, part <= longest - total else { return nil }
            total += part
        }
        return .milliseconds(total)
    }

    static func format(_ duration: Duration) -> String {
        var rest = duration.milliseconds
        guard rest > 0 else { return "0" }
        var text = ""
        for (unit, factor) in factors where rest >= factor {
            text += "\(rest / factor)\(unit)"
            rest %= factor
        }
        return text
    }
}

extension Duration {
    /// Whole milliseconds; what is shorter is dropped.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000
    }
}

/// Permission bits in octal: `0755`, `755`, `0o755`; at most 07777.
enum ModeNotation {
    static let allowed = "an octal mode such as 0755, at most 7777"

    static func parse(_ text: String) -> UInt16? {
        var digits = Substring(text)
        if digits.hasPrefix("0o") { digits = digits.dropFirst(2) }
        guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ ("0"..."7").contains($0) }),
            let mode = UInt16(digits, radix: 8), mode <= 0o7777
        else { return nil }
        return mode
    }

    static func format(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
