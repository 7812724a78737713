/// One open of one file, unique in its share for as long as the process lives.
package struct OpenID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// One door of an instance: an SMB listener, one mount.
package struct DoorID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// How a door's callers expect arbitration to behave.
package enum OpenStyle: Sendable, Hashable {
    /// Share modes, delete-pending, mandatory range locks.
    case windows
    /// Shares everything; names go at once; locks are advisory.
    case posix
}
