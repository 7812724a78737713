/// SMB's locks on one file — ByteRangeLockList, [MS-FSA] 2.1.1.5
///
/// In the order of their first bytes, so that a range's locks are found by bisection: a client may hold thousands. Locks are stacked,
/// never joined or split, and each is unlocked by naming it.
struct MandatoryLocks: Sendable {
    private var locks: [RangeLock] = []
    /// No lock reaches further than this past its first byte, in bytes. Only grows while there are locks.
    private var reach: UInt64 = 0
    private var counts: [LockOwner: Int] = [:]

    var isEmpty: Bool { locks.isEmpty }
    var count: Int { locks.count }

    func count(of owner: LockOwner) -> Int { counts[owner] ?? 0 }

    // MARK: Asking

    /// The first lock of the range for which `isMeant` holds.
    func first(overlapping range: RangeLock, where isMeant: (RangeLock) -> Bool) -> RangeLock? {
        var index = start(for: range.first)
        while index < locks.count, locks[index].first <= range.last {
            if locks[index].overlaps(range), isMeant(locks[index]) { return locks[index] }
            index += 1
        }
        return nil
    }

    func forEach(overlapping range: RangeLock, _ body: (RangeLock) -> Void) {
        _ = first(overlapping: range) { lock in
            body(lock)
            return false
        }
    }

    /// Whether a lock forbids reading or writing `first...last`: another's exclusive one both, a shared one writing, its owner too.
    func forbids(_ access: DataAccess, first: UInt64, last: UInt64, by reader: LockOwner?) -> Bool {
        guard !locks.isEmpty, first <= last else { return false }
        var index = start(for: first)
        while index < locks.count, locks[index].first <= last {
            let lock = locks[index]
            index += 1
            guard first <= lock.last, !(lock.isEmpty && lock.first == 0) else { continue }
            if lock.isExclusive ? lock.owner != reader : access.contains(.write) { return true }
        }
        return false
    }

    // MARK: Changing

    mutating func add(_ lock: RangeLock) {
        if !lock.isEmpty { reach = max(reach, lock.last - lock.first) }
        locks.insert(lock, at: index(behind: lock.first))
        counts[lock.owner, default: 0] += 1
    }

    /// "If (LockToRemove.ExclusiveLock == TRUE) then break": an exclusive lock goes before the shared ones on top of it —
    /// [MS-FSA] 2.1.5.9
    mutating func removeOne(like wanted: RangeLock) -> Bool {
        guard count(of: wanted.owner) > 0 else { return false }
        var found: Int?
        var index = index(from: wanted.first)
        while index < locks.count, locks[index].first == wanted.first {
            if locks[index].isTwin(of: wanted) {
                found = index
                if locks[index].isExclusive { break }
            }
            index += 1
        }
        return remove(at: found)
    }

    /// Takes back a lock that was just added, and none that is like it but for its kind.
    mutating func takeBack(_ lock: RangeLock) {
        _ = remove(at: locks[index(from: lock.first)..<index(behind: lock.first)].lastIndex { $0 == lock })
    }

    mutating func removeAll(of owner: LockOwner) {
        guard counts.removeValue(forKey: owner) != nil else { return }
        locks.removeAll { $0.owner == owner }
        reach = locks.reduce(0) { $1.isEmpty ? $0 : max($0, $1.last - $1.first) }
    }

    private mutating func remove(at index: Int?) -> Bool {
        guard let index else { return false }
        let owner = locks.remove(at: index).owner
        let left = count(of: owner) - 1
        counts[owner] = left > 0 ? left : nil
        if locks.isEmpty { reach = 0 }
        return true
    }

    // MARK: Bisection

    /// Where locks begin that may reach `first`.
    private func start(for first: UInt64) -> Int { index(from: first > reach ? first - reach : 0) }

    /// Of the first lock that begins at `first` or behind it.
    private func index(from first: UInt64) -> Int { partition { $0.first < first } }

    /// Of the first lock that begins behind `first`.
    private func index(behind first: UInt64) -> Int { partition { $0.first <= first } }

    private func partition(_ isBefore: (RangeLock) -> Bool) -> Int {
        var low = 0
        var high = locks.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(locks[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
