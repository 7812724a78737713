/// A Windows error, as the administrative interfaces return it — [MS-ERREF] 2.2
package struct WindowsError: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let success = WindowsError(rawValue: 0)
    package static let accessDenied = WindowsError(rawValue: 5)
    /// There is more, from where the resume handle says.
    package static let moreData = WindowsError(rawValue: 234)
    package static let invalidLevel = WindowsError(rawValue: 124)
    /// NERR_NetNameNotFound
    package static let netNameNotFound = WindowsError(rawValue: 2310)
}
