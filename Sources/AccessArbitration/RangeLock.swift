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

/// A lock on the bytes `first...last`.
package struct RangeLock: Equatable, Sendable {
    package var first: UInt64
    /// The last byte, included; `UInt64.max` is "to the end, wherever it comes to be".
    package var last: UInt64
    package var isExclusive: Bool
    package var owner: LockOwner
    /// F_GETLK's answer.
    package var processID: UInt32

    package init(first: UInt64, last: UInt64, isExclusive: Bool, owner: LockOwner, processID: UInt32 = 0) {
        self.first = first
        self.last = max(first, last)
        self.isExclusive = isExclusive
        self.owner = owner
        self.processID = processID
    }

    package func overlaps(_ other: RangeLock) -> Bool { first <= other.last && other.first <= last }

    /// Whether the two cannot stand side by side. POSIX and SMB locks exclude each other, flock excludes flock and SMB, and
    /// flock does not see POSIX, as on Linux.
    package func conflicts(with other: RangeLock) -> Bool {
        guard isExclusive || other.isExclusive, overlaps(other) else { return false }
        switch (owner.family, other.owner.family) {
        case (.posix, .flock), (.flock, .posix): return false
        case (.windows, .windows): return true  // even of one owner: an exclusive SMB lock stands alone
        default: return owner != other.owner
        }
    }
}

/// The locks that are held on one file.
package struct RangeLockSet: Sendable {
    package private(set) var locks: [RangeLock] = []

    package init() {}

    package var isEmpty: Bool { locks.isEmpty }

    package func conflict(with wanted: RangeLock) -> RangeLock? {
        locks.first { $0.conflicts(with: wanted) }
    }

    /// Whether another's lock forbids reading or writing `first...last`; only SMB's locks are mandatory.
    package func forbids(_ access: DataAccess, first: UInt64, last: UInt64, by reader: LockOwner?) -> Bool {
        locks.contains { lock in
            guard case .windows = lock.owner, lock.first <= last, first <= lock.last else { return false }
            return lock.isExclusive ? lock.owner != reader : access.contains(.write)
        }
    }

    /// Adds a lock that conflicts with none. A POSIX or flock owner's older locks on the range are replaced, SMB's are stacked.
    package mutating func add(_ lock: RangeLock) {
        guard lock.owner.family != .windows else {
            locks.append(lock)
            return
        }
        carve(first: lock.first, last: lock.last, owner: lock.owner)
        var merged = lock
        locks.removeAll { other in
            guard other.owner == lock.owner, other.isExclusive == lock.isExclusive else { return false }
            let touches =
                (other.last != .max && other.last + 1 == merged.first)
                || (merged.last != .max && merged.last + 1 == other.first)
            guard touches else { return false }
            merged.first = min(merged.first, other.first)
            merged.last = max(merged.last, other.last)
            return true
        }
        locks.append(merged)
    }

    /// Removes what `owner` holds of a range, splitting locks that reach beyond it: fcntl's F_UNLCK.
    package mutating func carve(first: UInt64, last: UInt64, owner: LockOwner) {
        guard locks.contains(where: { $0.owner == owner && $0.first <= last && first <= $0.last }) else { return }
        var result: [RangeLock] = []
        result.reserveCapacity(locks.count + 1)
        for lock in locks {
            guard lock.owner == owner, lock.first <= last, first <= lock.last else {
                result.append(lock)
                continue
            }
            if lock.first < first {
                var left = lock
                left.last = first - 1
                result.append(left)
            }
            if lock.last > last {
                var right = lock
                right.first = last + 1
                result.append(right)
            }
        }
        locks = result
    }

    package mutating func removeAll(of owner: LockOwner) {
        locks.removeAll { $0.owner == owner }
    }
}
