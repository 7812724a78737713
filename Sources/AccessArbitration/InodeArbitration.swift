package import FileSystemModel

/// What the table knows of one open.
package struct OpenEntry: Sendable {
    package let id: OpenID
    package let style: OpenStyle
    package let access: DataAccess
    package let share: ShareMode
    /// The name it came through, as renames have left it; nil for the root, and once that name is gone.
    package internal(set) var link: Link?
    /// close(2) has returned, RELEASE has not arrived: the open is about to go.
    package internal(set) var isFlushed = false
    /// The open is one of a named stream of the file, and holds the file itself by this entry. Reads and writes meet under the
    /// stream's own number; here only who would delete the file, or its streams, must find FILE_SHARE_DELETE.
    package internal(set) var isOfStream: Bool

    package init(
        id: OpenID, style: OpenStyle, access: DataAccess, share: ShareMode, link: Link? = nil, isOfStream: Bool = false
    ) {
        self.id = id
        self.style = style
        self.access = access
        self.share = share
        self.link = link
        self.isOfStream = isOfStream
    }

    /// Whether it does not share what is about to be done by somebody who has no open of his own.
    func forbids(_ wanted: DataAccess) -> Bool {
        !access.isEmpty && !share.permits(isOfStream ? wanted.intersection(.delete) : wanted)
    }

    /// [MS-FSA] 2.1.5.1.2.2: each side's access must be in the other's share mode. Opens without data access meet nobody, and two
    /// POSIX opens never meet.
    func conflicts(with wanted: DataAccess, _ share: ShareMode, _ style: OpenStyle) -> Bool {
        guard !access.isEmpty, !wanted.isEmpty else { return false }
        guard self.style == .windows || style == .windows else { return false }
        if isOfStream { return forbids(wanted) }
        return !share.permits(access) || !self.share.permits(wanted)
    }
}

/// Everything that opens and locks say about one inode. A value: the table holds it under its lock.
struct InodeArbitration {
    struct Waiter {
        let lock: RangeLock
        let open: OpenID
        let ticket: Ticket
    }

    var opens: [OpenEntry] = []
    var locks = RangeLockSet()
    /// Blocking locks in the order of their arrival.
    var lockWaiters: [Waiter] = []
    /// Those that wait for an open to go.
    var releaseWaiters: [Ticket] = []
    /// The names that go with the last SMB open that came through them. The inode's other names stay.
    var pendingLinks: [Link] = []
    /// References from outside that are not opens: a kernel that knows the inode.
    var pins = 0

    var isIdle: Bool {
        opens.isEmpty && locks.isEmpty && lockWaiters.isEmpty && releaseWaiters.isEmpty && pins == 0
            && pendingLinks.isEmpty
    }

    // MARK: Opens

    enum Hindrance {
        case deletePending
        /// Opens that do not share what is wanted; flushed ones are about to go.
        case opens(areFlushed: Bool)
    }

    /// Who stands in an open's way; the parameters are those of ``ArbitrationTable/admit(_:to:linkCount:passing:discardsStreams:waitingSince:)``.
    func hindrance(
        to entry: OpenEntry, linkCount: UInt32, passing: DataAccess, discardsStreams: Bool = false
    ) -> Hindrance? {
        guard !isPending(entry.link, linkCount: linkCount) else { return .deletePending }
        let wanted = entry.isOfStream ? DataAccess() : entry.access.union(passing)
        var areFlushed = true
        var conflicts = false
        for other in opens
        where other.conflicts(with: wanted, entry.share, entry.style)
            || discardsStreams && other.isOfStream && other.forbids(.delete)
        {
            conflicts = true
            areFlushed = areFlushed && other.isFlushed
        }
        return conflicts ? .opens(areFlushed: areFlushed) : nil
    }

    // MARK: Names on their way out

    /// Whether an open through `link` comes too late. Who came by the inode's number alone does so when no other name is left.
    func isPending(_ link: Link?, linkCount: UInt32) -> Bool {
        guard !pendingLinks.isEmpty else { return false }
        return link.map(pendingLinks.contains) ?? (pendingLinks.count >= Int(linkCount))
    }

    /// The pending names through which no SMB open came that is still there.
    var dueLinks: [Link] {
        guard !pendingLinks.isEmpty else { return [] }
        return pendingLinks.filter { link in !opens.contains { $0.style == .windows && $0.link == link } }
    }

    // MARK: Waiting for locks

    /// Whether a lock must wait: for one that is held, or for an earlier waiter, whom nobody passes. Who holds what the earlier one
    /// waits for does pass it, or each would wait for the other.
    func isHindered(_ wanted: RangeLock, behind earlier: [Waiter]) -> Bool {
        if locks.conflict(with: wanted) != nil { return true }
        return earlier.contains { waits(wanted, behind: $0) }
    }

    private func waits(_ wanted: RangeLock, behind waiter: Waiter) -> Bool {
        guard waiter.lock.hinders(wanted) else { return false }
        return !locks.holds(wanted.owner, against: waiter.lock)
    }

    /// Grants what can be granted, first come, first served.
    mutating func grantWaiters() -> [Ticket.Settlement] {
        var settlements: [Ticket.Settlement] = []
        var isChanged = true
        // Again after a grant, since an exclusive POSIX lock that became a shared one can let in whom it stopped.
        while isChanged, !lockWaiters.isEmpty {
            isChanged = false
            var stillWaiting: [Waiter] = []
            for waiter in lockWaiters {
                if isHindered(waiter.lock, behind: stillWaiting) {
                    stillWaiting.append(waiter)
                } else if let settlement = waiter.ticket.grant() {
                    locks.add(waiter.lock)
                    settlements.append(settlement)
                    isChanged = true
                }
            }
            lockWaiters = stillWaiting
        }
        return settlements
    }

    /// Ends the waits that `isOver` picks; they were for nothing.
    mutating func cancelWaiters(
        with error: FileSystemError, where isOver: (Waiter) -> Bool
    ) -> [Ticket.Settlement] {
        guard !lockWaiters.isEmpty else { return [] }
        let over = lockWaiters.filter(isOver)
        lockWaiters.removeAll(where: isOver)
        return over.compactMap { $0.ticket.settle(.cancelled(error)) }
    }

    /// Whether `wanted` would wait, through however many others, for a lock or a turn of its own owner. Looks at this file only;
    /// a circle through several files ends by INTERRUPT, as POSIX leaves it to the implementation.
    func wouldDeadlock(_ wanted: RangeLock) -> Bool {
        guard wanted.owner.family == .posix else { return false }
        var open = hinderers(of: wanted, behind: lockWaiters[...])
        var seen: Set<LockOwner> = []
        while let owner = open.popFirst() {
            guard owner != wanted.owner else { return true }
            guard seen.insert(owner).inserted else { continue }
            for (index, waiter) in lockWaiters.enumerated() where waiter.lock.owner == owner {
                open.formUnion(hinderers(of: waiter.lock, behind: lockWaiters[..<index]))
            }
        }
        return false
    }

    private func hinderers(of wanted: RangeLock, behind earlier: ArraySlice<Waiter>) -> Set<LockOwner> {
        var owners = locks.owners(against: wanted)
        for waiter in earlier where waits(wanted, behind: waiter) { owners.insert(waiter.lock.owner) }
        return owners
    }
}
