/// What the table knows of one open.
package struct OpenEntry: Sendable {
    package let id: OpenID
    package let style: OpenStyle
    package let access: DataAccess
    package let share: ShareMode
    /// close(2) has returned, RELEASE has not arrived: the open is about to go.
    package var isFlushed = false

    package init(id: OpenID, style: OpenStyle, access: DataAccess, share: ShareMode) {
        self.id = id
        self.style = style
        self.access = access
        self.share = share
    }

    /// [MS-FSA] 2.1.5.1.2.2: each side's access must be in the other's share mode. Opens without data access meet nobody, and two
    /// POSIX opens never meet.
    func conflicts(with other: OpenEntry) -> Bool {
        guard !access.isEmpty, !other.access.isEmpty else { return false }
        guard style == .windows || other.style == .windows else { return false }
        return !share.permits(other.access) || !other.share.permits(access)
    }
}

/// Everything that opens and locks say about one inode. A value: the table holds it under its lock.
struct InodeArbitration {
    struct Waiter {
        let lock: RangeLock
        let ticket: Ticket
    }

    var opens: [OpenEntry] = []
    var locks = RangeLockSet()
    /// Blocking locks in the order of their arrival.
    var lockWaiters: [Waiter] = []
    /// Those that wait for an open to go.
    var releaseWaiters: [Ticket] = []
    var isDeletePending = false
    /// References from outside that are not opens: a kernel that knows the inode.
    var pins = 0

    var isIdle: Bool {
        opens.isEmpty && locks.isEmpty && lockWaiters.isEmpty && releaseWaiters.isEmpty && pins == 0 && !isDeletePending
    }

    /// Grants what can be granted, first come, first served: nobody passes an earlier waiter whom he would hinder.
    mutating func grantWaiters() -> [Ticket.Settlement] {
        guard !lockWaiters.isEmpty else { return [] }
        var settlements: [Ticket.Settlement] = []
        var stillWaiting: [Waiter] = []
        for waiter in lockWaiters {
            let isHindered =
                locks.conflict(with: waiter.lock) != nil
                || stillWaiting.contains { $0.lock.conflicts(with: waiter.lock) }
            if isHindered {
                stillWaiting.append(waiter)
            } else if let settlement = waiter.ticket.grant() {
                locks.add(waiter.lock)
                settlements.append(settlement)
            }
        }
        lockWaiters = stillWaiting
        return settlements
    }

    /// Whether `wanted` would wait, through however many others, for a lock that waits for its own owner. Looks at this file only;
    /// a circle through several files ends by INTERRUPT, as POSIX leaves it to the implementation.
    func wouldDeadlock(_ wanted: RangeLock) -> Bool {
        guard wanted.owner.family == .posix else { return false }
        var open: Set<LockOwner> = Set(locks.locks.filter { $0.conflicts(with: wanted) }.map(\.owner))
        var seen: Set<LockOwner> = []
        while let owner = open.popFirst() {
            guard owner != wanted.owner else { return true }
            guard seen.insert(owner).inserted else { continue }
            for waiter in lockWaiters where waiter.lock.owner == owner {
                for held in locks.locks where held.conflicts(with: waiter.lock) { open.insert(held.owner) }
            }
        }
        return false
    }
}
