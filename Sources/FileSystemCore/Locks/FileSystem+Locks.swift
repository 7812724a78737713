package import AccessArbitration
package import FileSystemModel

extension FileSystem {
    /// Takes a lock: fcntl, flock, SMB2 LOCK. With `mayWait` a conflict is `.pending`; the repeated call finds the lock taken.
    ///
    /// - Throws: `.lockNotGranted`, `.deadlock`, `.badHandle`.
    package func lock(
        _ open: Open, _ lock: RangeLock, mayWait: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.lock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            if let ticket = context.resuming, ticket.isGranted { return .done((), unchanged) }
            let began = mayWait ? context.resuming?.began ?? environment.clock.now() : nil
            switch arbitration.lock(lock, by: open.id, inode: open.subject, waitingSince: began) {
            case .refused(let error): throw error
            case .granted(let settlements):
                for settlement in settlements { settlement.run() }
                return .done((), unchanged)
            case .wait(let ticket):
                ticket.whenSettled { [arbitration, inode = open.subject] resumption in
                    if resumption != .retry { arbitration.abandon(ticket, inode: inode) }
                }
                return .pending(ticket)
            }
        }
    }

    /// F_GETLK: a lock that stands in the way, or nil.
    package func testLock(
        _ open: Open, _ lock: RangeLock, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<RangeLock?> {
        try perform(.testLock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            .done(arbitration.conflict(with: lock, inode: open.subject), unchanged)
        }
    }

    /// Gives up what `owner` holds of `first...last`, splitting locks: F_UNLCK, LOCK_UN.
    package func unlock(
        _ open: Open, first: UInt64, last: UInt64, owner: LockOwner, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.unlock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            arbitration.unlock(first: first, last: last, owner: owner, inode: open.subject)
            return .done((), unchanged)
        }
    }

    /// Gives up all that `owner` holds on the file: a close(2) of POSIX, the last close of a flock.
    package func unlockAll(
        _ open: Open, owner: LockOwner, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.unlock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            arbitration.unlockAll(of: owner, inode: open.subject)
            return .done((), unchanged)
        }
    }

    /// - Throws: `.rangeLocked` when an SMB lock of another's covers part of the range.
    func refuseLockedRange(
        _ access: DataAccess, open: Open?, inode: InodeNumber, first: UInt64, last: UInt64
    ) throws(FileSystemError) {
        let owner: LockOwner? = open.map { .windows($0.id) }
        if arbitration.forbids(access, first: first, last: last, by: owner, inode: inode) { throw .rangeLocked }
    }
}
