package import FileSystemModel

/// What one open and one file may have of SMB's locks, and one file of waiters. SMB clients are strangers: without bounds one of them
/// could fill the memory, or make every look at the file long. What a kernel asks for locks on behalf of its processes is not counted.
package struct LockLimits: Sendable, Equatable {
    package var locksPerOpen = 16_384
    package var locksPerFile = 65_536
    /// Of every door's.
    package var waitersPerFile = 1024

    package init() {}
}

extension ArbitrationTable {
    package enum LockAdmission: Sendable {
        /// With those whom a downgrade has let in; run them when no lock is held.
        case granted([Ticket.Settlement])
        case refused(FileSystemError)
        case wait(Ticket)
    }

    /// Takes a lock for an open, refuses it, or queues it.
    ///
    /// `waitingSince` is nil for a caller who does not wait.
    ///
    /// - Returns: `.refused(.lockNotGranted)` when it conflicts, or would pass a waiter, and the caller does not wait;
    ///   `.refused(.deadlock)` when waiting would close a circle of POSIX owners on this file; `.refused(.tooManyLocks)` at a limit;
    ///   `.refused(.badHandle)` when the open has left, so that no lock outlives its open.
    package func lock(
        _ wanted: RangeLock, by open: OpenID, inode: InodeNumber, waitingSince: Timestamp?
    ) -> LockAdmission {
        with(inode) { state in
            guard state.opens.contains(where: { $0.id == open }) else { return .refused(.badHandle) }
            if state.isHindered(wanted, behind: state.lockWaiters) {
                guard let waitingSince else { return .refused(.lockNotGranted) }
                guard state.wouldDeadlock(wanted) else {
                    guard state.lockWaiters.count < lockLimits.waitersPerFile else { return .refused(.tooManyLocks) }
                    let ticket = Ticket(began: waitingSince)
                    state.lockWaiters.append(InodeArbitration.Waiter(lock: wanted, open: open, ticket: ticket))
                    return .wait(ticket)
                }
                // Where only the turn is in the way, taking it out of turn is better than an error.
                guard state.locks.conflict(with: wanted) == nil else { return .refused(.deadlock) }
            }
            guard state.locks.hasRoom(for: wanted.owner, lockLimits) else { return .refused(.tooManyLocks) }
            state.locks.add(wanted)
            // Replacing an exclusive POSIX lock by a shared one can let others in.
            return .granted(state.grantWaiters())
        }
    }

    /// Takes several of SMB's locks for an open, in order, or none: what was taken before one that is refused is given back —
    /// [MS-SMB2] 3.3.5.14.2
    ///
    /// - Returns: Why not, as ``lock(_:by:inode:waitingSince:)`` says for one; nil when they are taken.
    package func lockAll(_ wanted: [RangeLock], by open: OpenID, inode: InodeNumber) -> FileSystemError? {
        with(inode) { state in
            guard state.opens.contains(where: { $0.id == open }) else { return .badHandle }
            for (index, lock) in wanted.enumerated() {
                let isHindered = state.isHindered(lock, behind: state.lockWaiters)
                guard isHindered || !state.locks.hasRoom(for: lock.owner, lockLimits) else {
                    state.locks.add(lock)
                    continue
                }
                for taken in wanted[..<index].reversed() { state.locks.takeBack(taken) }
                return isHindered ? .lockNotGranted : .tooManyLocks
            }
            return nil
        }
    }

    /// Takes a cancelled waiter out of the queue; those behind it may go on.
    package func abandon(_ ticket: Ticket, inode: InodeNumber) {
        settle(
            with(inode) { state in
                state.lockWaiters.removeAll { $0.ticket === ticket }
                state.releaseWaiters.removeAll { $0 === ticket }
                return state.grantWaiters()
            })
    }

    /// Gives up what `owner` holds of a range; POSIX and flock only.
    package func unlock(first: UInt64, last: UInt64, owner: LockOwner, inode: InodeNumber) {
        settle(
            with(inode) { state in
                state.locks.carve(first: first, last: last, owner: owner)
                return state.grantWaiters()
            })
    }

    /// Gives up SMB's locks, each by its exact range, in order, until one is not there: those before it stay given up —
    /// [MS-SMB2] 3.3.5.14.1
    ///
    /// - Parameter locks: Whether they are exclusive plays no part.
    /// - Returns: Whether all were there.
    package func unlockEach(_ locks: [RangeLock], inode: InodeNumber) -> Bool {
        let (isComplete, settlements) = with(inode) { state in
            let isComplete = locks.allSatisfy { state.locks.removeOne(like: $0) }
            return (isComplete, state.grantWaiters())
        }
        settle(settlements)
        return isComplete
    }

    package func unlockAll(of owner: LockOwner, inode: InodeNumber) {
        guard peek(inode, default: false, { !$0.locks.isEmpty }) else { return }
        settle(
            with(inode) { state in
                state.locks.removeAll(of: owner)
                return state.grantWaiters()
            })
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
