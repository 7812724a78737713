/// Whose a range lock is. Which locks exclude each other depends on the family.
package enum LockOwner: Hashable, Sendable {
    /// fcntl's process locks and open-file-description locks: FUSE tells them apart by the owner's number alone.
    case posix(door: DoorID, owner: UInt64)
    /// flock(2), on the whole file.
    case flock(door: DoorID, owner: UInt64)
    /// SMB2 LOCK, by open.
    case windows(OpenID)

    enum Family { case posix, flock, windows }

    var family: Family {
        switch self {
        case .posix: .posix
        case .flock: .flock
        case .windows: .windows
        }
    }
}

/// A lock on the bytes `first...last`, or, SMB's alone, on none: on the place before the byte `first`.
package struct RangeLock: Equatable, Sendable {
    package var first: UInt64
    /// The last byte, included; `UInt64.max` is "to the end, wherever it comes to be". One before `first` when the lock is empty.
    package var last: UInt64
    package var isExclusive: Bool
    package var owner: LockOwner
    /// F_GETLK's answer.
    package var processID: UInt32
    /// A length of 0. Such a lock meets those that have its place between their bytes — [MS-FSA] 2.1.4.10
    package let isEmpty: Bool

    package init(first: UInt64, last: UInt64, isExclusive: Bool, owner: LockOwner, processID: UInt32 = 0) {
        self.first = first
        self.last = max(first, last)
        self.isExclusive = isExclusive
        self.owner = owner
        self.processID = processID
        isEmpty = false
    }

    /// A lock of SMB's; nil when the range holds a byte past 2^64-1, which nobody can name — [MS-FSA] 2.1.5.8
    package init?(offset: UInt64, length: UInt64, isExclusive: Bool, owner: LockOwner) {
        guard length == 0 || length - 1 <= UInt64.max - offset else { return nil }
        first = offset
        last = offset &+ length &- 1
        self.isExclusive = isExclusive
        self.owner = owner
        processID = 0
        isEmpty = length == 0
    }

    /// [MS-FSA] 2.1.4.10: an empty range at the file's start meets nothing.
    package func overlaps(_ other: RangeLock) -> Bool {
        if (isEmpty && first == 0) || (other.isEmpty && other.first == 0) { return false }
        return first <= other.last && other.first <= last
    }

    /// Whether `wanted` cannot be granted while this lock is held. POSIX and SMB locks exclude each other, flock excludes flock and
    /// SMB, and flock does not see POSIX, as on Linux.
    ///
    /// An exclusive SMB lock stands alone, even beside its owner's; but its owner may put shared ones on top of it.
    package func hinders(_ wanted: RangeLock) -> Bool {
        guard isExclusive || wanted.isExclusive, overlaps(wanted) else { return false }
        switch (owner.family, wanted.owner.family) {
        case (.posix, .flock), (.flock, .posix): return false
        case (.windows, .windows): return owner != wanted.owner || wanted.isExclusive
        default: return owner != wanted.owner
        }
    }

    /// Whether both lock the same range for the same owner, and so are unlocked by the same words — [MS-FSA] 2.1.5.9
    func isTwin(of other: RangeLock) -> Bool {
        first == other.first && last == other.last && isEmpty == other.isEmpty && owner == other.owner
    }
}
