import Synchronization

package import FileSystemModel

/// The one table of opens, share modes and locks of a share, for every door.
///
/// Thread-safe; its locks are leaves: nothing is called while one is held. Tickets are completed after it is left. That an open and
/// the name it came through belong together is the namespace lock's business, not this table's.
package final class ArbitrationTable: Sendable {
    private struct Shard: ~Copyable {
        let inodes = Mutex<[InodeNumber: InodeArbitration]>([:])
    }

    private let shards: [ShardBox]
    /// What one open and one file may have of locks and of those who wait for them.
    let lockLimits: LockLimits

    private final class ShardBox: Sendable {
        let shard = Shard()
    }

    package init(lockLimits: LockLimits = LockLimits()) {
        self.lockLimits = lockLimits
        shards = (0..<64).map { _ in ShardBox() }
    }

    /// Changes what is known of an inode, in place; what is idle afterwards is forgotten.
    func with<Result: Sendable>(
        _ inode: InodeNumber, _ body: (inout InodeArbitration) -> Result
    ) -> Result {
        shards[Self.shard(of: inode)].shard.inodes.withLock { inodes in
            if let index = inodes.index(forKey: inode) {
                let result = body(&inodes.values[index])
                if inodes.values[index].isIdle { inodes.remove(at: index) }
                return result
            }
            var arbitration = InodeArbitration()
            let result = body(&arbitration)
            if !arbitration.isIdle { inodes[inode] = arbitration }
            return result
        }
    }

    func peek<Result: Sendable>(_ inode: InodeNumber, default idle: Result, _ body: (InodeArbitration) -> Result) -> Result {
        shards[Self.shard(of: inode)].shard.inodes.withLock { inodes in
            guard let arbitration = inodes[inode] else { return idle }
            return body(arbitration)
        }
    }

    private static func shard(of inode: InodeNumber) -> Int { Int(truncatingIfNeeded: inode.rawValue & 63) }

    /// Changes what is known of two inodes in one step. Two shards are locked in the order of their places.
    func with<Result: Sendable>(
        _ first: InodeNumber, _ second: InodeNumber, _ body: (inout InodeArbitration, inout InodeArbitration) -> Result
    ) -> Result {
        func put(_ arbitration: InodeArbitration, _ inode: InodeNumber, _ inodes: inout [InodeNumber: InodeArbitration]) {
            inodes[inode] = arbitration.isIdle ? nil : arbitration
        }
        let (one, other) = (Self.shard(of: first), Self.shard(of: second))
        guard one != other else {
            return shards[one].shard.inodes.withLock { inodes in
                var (a, b) = (inodes[first] ?? InodeArbitration(), inodes[second] ?? InodeArbitration())
                let result = body(&a, &b)
                put(a, first, &inodes)
                put(b, second, &inodes)
                return result
            }
        }
        let isAscending = one < other
        return shards[min(one, other)].shard.inodes.withLock { low in
            shards[max(one, other)].shard.inodes.withLock { high in
                var a = (isAscending ? low : high)[first] ?? InodeArbitration()
                var b = (isAscending ? high : low)[second] ?? InodeArbitration()
                let result = body(&a, &b)
                if isAscending {
                    put(a, first, &low)
                    put(b, second, &high)
                } else {
                    put(a, first, &high)
                    put(b, second, &low)
                }
                return result
            }
        }
    }

    /// Runs settlements, which no lock may see.
    func settle(_ settlements: [Ticket.Settlement]) {
        for settlement in settlements { settlement.run() }
    }

    /// Whether nobody has anything open, locked, pinned or on its way out, and nobody waits.
    package var isIdle: Bool {
        shards.allSatisfy { $0.shard.inodes.withLock { $0.isEmpty } }
    }

    // MARK: Opens

    package enum Admission: Sendable {
        case admitted
        case refused(FileSystemError)
        /// Only opens that are about to go stand in the way.
        case wait(Ticket)
    }

    /// Enters an open, or says who stands in its way. An open that meets only flushed POSIX opens gets a ticket, unless
    /// `waitingSince` is nil.
    ///
    /// - Parameters:
    ///   - passing: What the call itself does to the data before anybody has a handle: overwriting is a write. It must find its share
    ///     mode, but leaves no trace.
    ///   - linkCount: How many names the inode has.
    ///   - discardsStreams: Whether the call deletes the file's named streams, as overwriting it does.
    package func admit(
        _ entry: OpenEntry, to inode: InodeNumber, linkCount: UInt32, passing: DataAccess = DataAccess(),
        discardsStreams: Bool = false, waitingSince: Timestamp?
    ) -> Admission {
        with(inode) { state in
            switch state.hindrance(to: entry, linkCount: linkCount, passing: passing, discardsStreams: discardsStreams) {
            case nil:
                state.opens.append(entry)
                return .admitted
            case .deletePending: return .refused(.deletePending)
            case .opens(let areFlushed):
                guard areFlushed, let waitingSince else { return .refused(.sharingViolation) }
                let ticket = Ticket(began: waitingSince)
                state.releaseWaiters.append(ticket)
                return .wait(ticket)
            }
        }
    }

    /// What remains when an open has left.
    package struct Departure: Sendable {
        /// No open at all is left.
        package let wasLast: Bool
        /// A name is pending through which no SMB open came that is left: it must go now.
        package let isRemovalDue: Bool
        let settlements: [Ticket.Settlement]

        /// Wakes those who waited; call it when no lock is held.
        package func settle() { for settlement in settlements { settlement.run() } }
    }

    /// Takes an open out, with its locks and those that it waits for. With `deletes` its name is delete-pending from this moment: no
    /// new open comes between. With the last open the file's locks go, whosever they were: nobody is left who could give them up.
    package func leave(_ id: OpenID, inode: InodeNumber, deletes: Bool) -> Departure {
        with(inode) { state in
            var settlements: [Ticket.Settlement] = []
            if let index = state.opens.firstIndex(where: { $0.id == id }) {
                let entry = state.opens.remove(at: index)
                if deletes, let link = entry.link, !state.pendingLinks.contains(link) { state.pendingLinks.append(link) }
                state.locks.removeAll(of: .windows(id))
                // A lock that still waits when its handle closes was never there to be had: the status that Windows answers.
                settlements = state.cancelWaiters(with: entry.style == .windows ? .rangeNotLocked : .badHandle) {
                    $0.open == id
                }
            }
            if state.opens.isEmpty {
                state.locks = RangeLockSet()
                settlements += state.cancelWaiters(with: .badHandle) { _ in true }
            }
            settlements += state.grantWaiters()
            for ticket in state.releaseWaiters {
                if let settlement = ticket.settle(.retry) { settlements.append(settlement) }
            }
            state.releaseWaiters = []
            return Departure(
                wasLast: state.opens.isEmpty, isRemovalDue: !state.dueLinks.isEmpty, settlements: settlements)
        }
    }

    /// Notes that close(2) has been called on a POSIX open.
    package func markFlushed(_ id: OpenID, inode: InodeNumber) {
        with(inode) { state in
            if let index = state.opens.firstIndex(where: { $0.id == id }) { state.opens[index].isFlushed = true }
        }
    }

    package func isOpen(_ inode: InodeNumber) -> Bool {
        peek(inode, default: false) { !$0.opens.isEmpty }
    }

    /// Whether an SMB open of the inode, other than `excluded`, does not share what is about to be done to it by somebody who has
    /// no open of his own: removing a name, or truncating.
    package func forbids(_ access: DataAccess, to inode: InodeNumber, excluding excluded: OpenID? = nil) -> Bool {
        peek(inode, default: false) { state in
            state.opens.contains {
                $0.style == .windows && $0.id != excluded && $0.forbids(access)
            }
        }
    }

    package func opens(of inode: InodeNumber) -> [OpenEntry] {
        peek(inode, default: []) { $0.opens }
    }

    /// Every inode that somebody has open, with its opens.
    package func everyOpen() -> [(inode: InodeNumber, opens: [OpenEntry])] {
        shards.flatMap { box in
            box.shard.inodes.withLock { inodes in
                inodes.compactMap { $0.value.opens.isEmpty ? nil : (inode: $0.key, opens: $0.value.opens) }
            }
        }
    }

    // MARK: Names

    /// A name has gone: opens that came through it have none. Returns those opens.
    package func forgetLink(_ link: Link, of inode: InodeNumber) -> [OpenID] {
        replaceLink(link, with: nil, of: inode)
    }

    /// A name has changed: opens that came through it have the new one, and it goes with them as the old one would have.
    package func moveLink(_ old: Link, to new: Link, of inode: InodeNumber) -> [OpenID] {
        replaceLink(old, with: new, of: inode)
    }

    private func replaceLink(_ old: Link, with new: Link?, of inode: InodeNumber) -> [OpenID] {
        guard peek(inode, default: false, { !$0.opens.isEmpty || !$0.pendingLinks.isEmpty }) else { return [] }
        return with(inode) { state in
            if let index = state.pendingLinks.firstIndex(of: old) {
                state.pendingLinks.remove(at: index)
                if let new { state.pendingLinks.append(new) }
            }
            var changed: [OpenID] = []
            for index in state.opens.indices where state.opens[index].link == old {
                state.opens[index].link = new
                changed.append(state.opens[index].id)
            }
            return changed
        }
    }

    /// Sends an open's name on its way out, or calls it back; false when the open has left.
    package func setDeletePending(_ isPending: Bool, by id: OpenID, inode: InodeNumber) -> Bool {
        with(inode) { state in
            guard let entry = state.opens.first(where: { $0.id == id }) else { return false }
            guard let link = entry.link else { return true }
            state.pendingLinks.removeAll { $0 == link }
            if isPending { state.pendingLinks.append(link) }
            return true
        }
    }

    /// Whether any name of the inode is on its way out: for directories, which have one.
    package func isDeletePending(_ inode: InodeNumber) -> Bool {
        peek(inode, default: false) { !$0.pendingLinks.isEmpty }
    }

    package func isDeletePending(_ link: Link, of inode: InodeNumber) -> Bool {
        peek(inode, default: false) { $0.pendingLinks.contains(link) }
    }

    /// The names that must go now. They stay pending until ``clearDeletePending(_:of:)``.
    package func dueLinks(of inode: InodeNumber) -> [Link] {
        peek(inode, default: []) { $0.dueLinks }
    }

    package func clearDeletePending(_ link: Link, of inode: InodeNumber) {
        with(inode) { state in state.pendingLinks.removeAll { $0 == link } }
    }

    // MARK: Pins

    package func pin(_ inode: InodeNumber) {
        with(inode) { $0.pins += 1 }
    }

    /// Gives up `count` pins; true when neither pin nor open is left.
    package func unpin(_ inode: InodeNumber, count: Int) -> Bool {
        with(inode) { state in
            state.pins = max(0, state.pins - max(0, count))
            return state.pins == 0 && state.opens.isEmpty
        }
    }

    package func isPinned(_ inode: InodeNumber) -> Bool {
        peek(inode, default: false) { $0.pins > 0 }
    }
}
