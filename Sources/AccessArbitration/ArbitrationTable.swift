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

    private final class ShardBox: Sendable {
        let shard = Shard()
    }

    package init() {
        shards = (0..<64).map { _ in ShardBox() }
    }

    private func with<Result: Sendable>(
        _ inode: InodeNumber, _ body: (inout InodeArbitration) -> Result
    ) -> Result {
        shards[Int(truncatingIfNeeded: inode.rawValue & 63)].shard.inodes.withLock { inodes in
            var arbitration = inodes[inode] ?? InodeArbitration()
            inodes[inode] = nil  // so that what follows changes the only copy
            let result = body(&arbitration)
            if !arbitration.isIdle { inodes[inode] = arbitration }
            return result
        }
    }

    private func peek<Result: Sendable>(_ inode: InodeNumber, default idle: Result, _ body: (InodeArbitration) -> Result) -> Result {
        shards[Int(truncatingIfNeeded: inode.rawValue & 63)].shard.inodes.withLock { inodes in
            guard let arbitration = inodes[inode] else { return idle }
            return body(arbitration)
        }
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
    package func admit(_ entry: OpenEntry, to inode: InodeNumber, waitingSince: Timestamp?) -> Admission {
        with(inode) { state in
            guard !state.isDeletePending else { return .refused(.deletePending) }
            var onlyFlushed = true
            var conflicts = false
            for other in state.opens where other.conflicts(with: entry) {
                conflicts = true
                onlyFlushed = onlyFlushed && other.isFlushed
            }
            guard conflicts else {
                state.opens.append(entry)
                return .admitted
            }
            guard onlyFlushed, let waitingSince else { return .refused(.sharingViolation) }
            let ticket = Ticket(began: waitingSince)
            state.releaseWaiters.append(ticket)
            return .wait(ticket)
        }
    }

    /// What remains when an open has left.
    package struct Departure: Sendable {
        /// No open at all is left.
        package let wasLast: Bool
        /// No SMB open is left, so a pending delete is due.
        package let wasLastWindows: Bool
        package let isDeletePending: Bool
        package let isPinned: Bool
        let settlements: [Ticket.Settlement]

        /// Wakes those who waited; call it when no lock is held.
        package func settle() { for settlement in settlements { settlement.run() } }
    }

    /// Takes an open and its locks out. With `deletes` the file is delete-pending from this moment: no new open comes between.
    package func leave(_ id: OpenID, inode: InodeNumber, deletes: Bool) -> Departure {
        with(inode) { state in
            state.opens.removeAll { $0.id == id }
            state.locks.removeAll(of: .windows(id))
            if deletes { state.isDeletePending = true }
            var settlements = state.grantWaiters()
            for ticket in state.releaseWaiters {
                if let settlement = ticket.settle(.retry) { settlements.append(settlement) }
            }
            state.releaseWaiters = []
            return Departure(
                wasLast: state.opens.isEmpty,
                wasLastWindows: !state.opens.contains { $0.style == .windows },
                isDeletePending: state.isDeletePending, isPinned: state.pins > 0, settlements: settlements)
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

    /// SMB opens of the inode other than `excluded` that do not share deletion.
    package func forbidsDeletion(_ inode: InodeNumber, excluding excluded: OpenID? = nil) -> Bool {
        peek(inode, default: false) { state in
            state.opens.contains {
                $0.style == .windows && $0.id != excluded && !$0.access.isEmpty && !$0.share.contains(.delete)
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

    // MARK: Delete-pending

    package func setDeletePending(_ isPending: Bool, inode: InodeNumber) {
        with(inode) { $0.isDeletePending = isPending }
    }

    package func isDeletePending(_ inode: InodeNumber) -> Bool {
        peek(inode, default: false) { $0.isDeletePending }
    }

    // MARK: Pins

    package func pin(_ inode: InodeNumber) {
        with(inode) { $0.pins += 1 }
    }

    /// Gives up `count` pins; true when neither pin nor open is left.
    package func unpin(_ inode: InodeNumber, count: Int) -> Bool {
        with(inode) { state in
            state.pins = max(0, state.pins - count)
            return state.pins == 0 && state.opens.isEmpty
        }
    }

    package func isPinned(_ inode: InodeNumber) -> Bool {
        peek(inode, default: false) { $0.pins > 0 }
    }

    // MARK: Range locks

    package enum LockAdmission: Sendable {
        /// With those whom a downgrade has let in; run them when no lock is held.
        case granted([Ticket.Settlement])
        case refused(FileSystemError)
        case wait(Ticket)
    }

    /// Takes a lock, refuses it, or queues it.
    ///
    /// - Returns: `.refused(.lockNotGranted)` when it conflicts and the caller does not wait, `.refused(.deadlock)` when waiting would
    ///   close a circle of POSIX owners on this file.
    /// `waitingSince` is nil for a caller who does not wait.
    package func lock(_ wanted: RangeLock, inode: InodeNumber, waitingSince: Timestamp?) -> LockAdmission {
        with(inode) { state in
            let isHeld = state.locks.conflict(with: wanted) != nil
            let isHindered =
                isHeld || (waitingSince != nil && state.lockWaiters.contains { $0.lock.conflicts(with: wanted) })
            guard isHindered else {
                state.locks.add(wanted)
                // Replacing an exclusive POSIX lock by a shared one can let others in.
                return .granted(state.grantWaiters())
            }
            guard let waitingSince else { return .refused(.lockNotGranted) }
            guard !state.wouldDeadlock(wanted) else { return .refused(.deadlock) }
            let ticket = Ticket(began: waitingSince)
            state.lockWaiters.append(InodeArbitration.Waiter(lock: wanted, ticket: ticket))
            return .wait(ticket)
        }
    }

    /// Takes a cancelled waiter out of the queue; those behind it may go on.
    package func abandon(_ ticket: Ticket, inode: InodeNumber) {
        let settlements = with(inode) { state in
            state.lockWaiters.removeAll { $0.ticket === ticket }
            state.releaseWaiters.removeAll { $0 === ticket }
            return state.grantWaiters()
        }
        for settlement in settlements { settlement.run() }
    }

    /// Gives up what `owner` holds of a range; POSIX and flock only.
    package func unlock(first: UInt64, last: UInt64, owner: LockOwner, inode: InodeNumber) {
        let settlements = with(inode) { state in
            state.locks.carve(first: first, last: last, owner: owner)
            return state.grantWaiters()
        }
        for settlement in settlements { settlement.run() }
    }

    /// Gives up one SMB lock of exactly this range; false when there is none.
    package func unlockExactly(first: UInt64, last: UInt64, owner: LockOwner, inode: InodeNumber) -> Bool {
        let (found, settlements) = with(inode) { state in
            (state.locks.removeExactly(first: first, last: last, owner: owner), state.grantWaiters())
        }
        for settlement in settlements { settlement.run() }
        return found
    }

    package func unlockAll(of owner: LockOwner, inode: InodeNumber) {
        guard peek(inode, default: false, { !$0.locks.isEmpty }) else { return }
        let settlements = with(inode) { state in
            state.locks.removeAll(of: owner)
            return state.grantWaiters()
        }
        for settlement in settlements { settlement.run() }
    }

    /// The lock that stands in the way of `wanted`: F_GETLK.
    package func conflict(with wanted: RangeLock, inode: InodeNumber) -> RangeLock? {
        peek(inode, default: nil) { $0.locks.conflict(with: wanted) }
    }

    /// Whether a mandatory lock of another's forbids the access.
    package func forbids(
        _ access: DataAccess, first: UInt64, last: UInt64, by owner: LockOwner?, inode: InodeNumber
    ) -> Bool {
        peek(inode, default: false) { state in
            !state.locks.isEmpty && state.locks.forbids(access, first: first, last: last, by: owner)
        }
    }
}
