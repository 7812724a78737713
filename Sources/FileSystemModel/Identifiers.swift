/// The number of a file in its share: `st_ino`, IndexNumber and QFid at every door.
///
/// Always above 16, since some clients hide small numbers, and never given out twice.
package struct InodeNumber: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The root directory of every share.
    package static let root = InodeNumber(rawValue: 17)
}

extension InodeNumber: Comparable, CustomStringConvertible {
    @inlinable
    package static func < (lhs: InodeNumber, rhs: InodeNumber) -> Bool { lhs.rawValue < rhs.rawValue }

    package var description: String { "#\(rawValue)" }
}

/// The name of a file's bytes in a content store: a start epoch and random bits, never a path and never given out twice.
package struct ContentID: Hashable, Sendable {
    package let epoch: UInt64
    package let random: UInt64

    package init(epoch: UInt64, random: UInt64) {
        self.epoch = epoch
        self.random = random
    }
}

/// The stable 64-bit place of an entry in its directory: readdir's offset, SMB's resume point, NFS's cookie.
///
/// Entries are listed in the order of their cookies. A listing continues after the last cookie that it has seen.
package struct DirectoryCookie: RawRepresentable, Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Before everything.
    package static let start = DirectoryCookie(rawValue: 0)
    /// The entry `.`
    package static let dot = DirectoryCookie(rawValue: 1)
    /// The entry `..`
    package static let dotDot = DirectoryCookie(rawValue: 2)
    /// What the first real entry of a directory gets.
    package static let first = DirectoryCookie(rawValue: 3)

    @inlinable
    package static func < (lhs: DirectoryCookie, rhs: DirectoryCookie) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A place in the order in which a share's changes were committed.
package struct CommitSequence: RawRepresentable, Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (lhs: CommitSequence, rhs: CommitSequence) -> Bool { lhs.rawValue < rhs.rawValue }
}
