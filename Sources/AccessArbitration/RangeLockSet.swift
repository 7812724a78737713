/// The locks that are held on one file.
package struct RangeLockSet: Sendable {
    /// POSIX's and flock's, which stop only each other and SMB's locks.
    package private(set) var advisory: [RangeLock] = []
    /// SMB's, which stop reads and writes as well.
    private(set) var mandatory = MandatoryLocks()

    package init() {}

    package var isEmpty: Bool { advisory.isEmpty && mandatory.isEmpty }

    /// A lock that stands in the way.
    package func conflict(with wanted: RangeLock) -> RangeLock? {
        advisory.first { $0.hinders(wanted) } ?? mandatory.first(overlapping: wanted) { $0.hinders(wanted) }
    }

    /// Whether `owner` holds a lock that stands in the way of `wanted`.
    func holds(_ owner: LockOwner, against wanted: RangeLock) -> Bool {
        let isMeant = { (lock: RangeLock) in lock.owner == owner && lock.hinders(wanted) }
        if owner.family == .windows { return mandatory.first(overlapping: wanted, where: isMeant) != nil }
        return advisory.contains(where: isMeant)
    }

    /// All those whose locks stand in the way.
    func owners(against wanted: RangeLock) -> Set<LockOwner> {
        var owners: Set<LockOwner> = []
        for lock in advisory where lock.hinders(wanted) { owners.insert(lock.owner) }
        mandatory.forEach(overlapping: wanted) { if $0.hinders(wanted) { owners.insert($0.owner) } }
        return owners
    }

    /// Whether another's lock forbids reading or writing `first...last`; only SMB's locks are mandatory — [MS-FSA] 2.1.4.10
    package func forbids(_ access: DataAccess, first: UInt64, last: UInt64, by reader: LockOwner?) -> Bool {
        mandatory.forbids(access, first: first, last: last, by: reader)
    }

    /// Adds a lock that conflicts with none. A POSIX or flock owner's older locks on the range are replaced, SMB's are stacked.
    package mutating func add(_ lock: RangeLock) {
        guard lock.owner.family != .windows else { return mandatory.add(lock) }
        carve(first: lock.first, last: lock.last, owner: lock.owner)
        var merged = lock
        advisory.removeAll { other in
            guard other.owner == lock.owner, other.isExclusive == lock.isExclusive else { return false }
            let touches =
                (other.last != .max && other.last + 1 == merged.first)
                || (merged.last != .max && merged.last + 1 == other.first)
            guard touches else { return false }
            merged.first = min(merged.first, other.first)
            merged.last = max(merged.last, other.last)
            return true
        }
        advisory.append(merged)
    }

    /// Removes what `owner` holds of a range, splitting locks that reach beyond it: fcntl's F_UNLCK. POSIX and flock only.
    package mutating func carve(first: UInt64, last: UInt64, owner: LockOwner) {
        guard advisory.contains(where: { $0.owner == owner && $0.first <= last && first <= $0.last }) else { return }
        var result: [RangeLock] = []
        result.reserveCapacity(advisory.count + 1)
        for lock in advisory {
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
        advisory = result
    }

    /// Whether SMB's owners may have another lock; all others may.
    func hasRoom(for owner: LockOwner, _ limits: LockLimits) -> Bool {
        guard owner.family == .windows else { return true }
        return mandatory.count < limits.locksPerFile && mandatory.count(of: owner) < limits.locksPerOpen
    }

    /// Takes back one of SMB's locks that was just added.
    mutating func takeBack(_ lock: RangeLock) { mandatory.takeBack(lock) }

    /// Removes one SMB lock of exactly this range and owner, an exclusive one first; false when there is none.
    package mutating func removeOne(like lock: RangeLock) -> Bool { mandatory.removeOne(like: lock) }

    package mutating func removeAll(of owner: LockOwner) {
        if owner.family == .windows { mandatory.removeAll(of: owner) } else { advisory.removeAll { $0.owner == owner } }
    }
}
