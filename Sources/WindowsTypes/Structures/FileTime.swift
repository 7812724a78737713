package import WireCoding

/// A point in time in units of 100 ns since 1601-01-01T00:00:00Z — [MS-DTYP] 2.3.3
package struct FileTime: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// No time: what a server sends for a time that it does not have.
    package static let zero = FileTime(rawValue: 0)
    /// The latest time that Windows, which reads the field as signed, understands.
    package static let latest = FileTime(rawValue: UInt64(Int64.max))

    /// Seconds from 1601 to 1970.
    private static let unixEpochInSeconds: Int64 = 11_644_473_600
    private static let unitsPerSecond: Int64 = 10_000_000

    /// The time that is `seconds` and `nanoseconds` after the Unix epoch, rounded down to 100 ns.
    ///
    /// Earlier than 1601 becomes ``zero``, later than ``latest`` becomes that; nothing traps.
    package init(seconds: Int64, nanoseconds: UInt32) {
        let (shifted, overflow) = seconds.addingReportingOverflow(Self.unixEpochInSeconds)
        if overflow {
            self = .latest
            return
        }
        guard shifted >= 0 else {
            self = .zero
            return
        }
        let (units, tooLarge) = shifted.multipliedReportingOverflow(by: Self.unitsPerSecond)
        let (sum, alsoTooLarge) = units.addingReportingOverflow(Int64(nanoseconds / 100))
        self = tooLarge || alsoTooLarge ? .latest : FileTime(rawValue: UInt64(truncatingIfNeeded: sum))
    }

    /// The same time as seconds since the Unix epoch (negative before 1970) and nanoseconds within that second.
    package var sinceUnixEpoch: (seconds: Int64, nanoseconds: UInt32) {
        let (seconds, units) = rawValue.quotientAndRemainder(dividingBy: UInt64(Self.unitsPerSecond))
        return (Int64(seconds) - Self.unixEpochInSeconds, UInt32(units) * 100)
    }

    package static func < (lhs: FileTime, rhs: FileTime) -> Bool { lhs.rawValue < rhs.rawValue }

    package init(parsing reader: inout WireReader) throws(WireError) {
        rawValue = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(rawValue)
    }
}

/// What a FILETIME in a SET_INFO of FileBasicInformation asks for — [MS-FSCC] 2.4.7
package enum FileTimeUpdate: Hashable, Sendable {
    /// 0: leave the time as it is.
    case omit
    /// -1: leave the time as it is, and stop changing it for what is done through this open.
    case freeze
    /// -2: change it again for what is done through this open.
    case thaw
    /// Any other value: the time itself, which then stays as for ``freeze``.
    case set(FileTime)

    package init(rawValue: UInt64) {
        switch rawValue {
        case 0: self = .omit
        case UInt64.max: self = .freeze
        case UInt64.max - 1: self = .thaw
        default: self = .set(FileTime(rawValue: rawValue))
        }
    }

    package var rawValue: UInt64 {
        switch self {
        case .omit: 0
        case .freeze: UInt64.max
        case .thaw: UInt64.max - 1
        case .set(let time): time.rawValue
        }
    }

    /// Below -2 the field holds no time and no special meaning: a server answers STATUS_INVALID_PARAMETER.
    package var isValid: Bool {
        if case .set(let time) = self { return time.rawValue <= FileTime.latest.rawValue }
        return true
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        self.init(rawValue: try reader.integer())
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(rawValue)
    }
}
