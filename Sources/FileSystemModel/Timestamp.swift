/// A moment: seconds since 1970-01-01 00:00 UTC, which may be negative, and nanoseconds within the second.
///
/// A pair, since nanoseconds in 64 bits end in 2262 and begin in 1677, and a FILETIME reaches from 1601 to 30828.
package struct Timestamp: Hashable, Sendable, Comparable {
    package var seconds: Int64
    /// 0 to 999,999,999.
    package var nanoseconds: UInt32

    /// Nanoseconds beyond a second are cut to the last one of that second.
    @inlinable
    package init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = min(nanoseconds, 999_999_999)
    }

    package static let epoch = Timestamp(seconds: 0, nanoseconds: 0)

    @inlinable
    package static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }
}
