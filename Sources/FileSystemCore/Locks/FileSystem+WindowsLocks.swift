import AccessArbitration
import AccessControl
package import FileSystemModel

/// A range of bytes as SMB's locks name it. The length may be 0, and the two may add up to more than 64 bits hold.
package struct LockRange: Equatable, Sendable {
    /// Bytes from the file's start.
    package var offset: UInt64
    /// Bytes.
    package var length: UInt64

    package init(offset: UInt64, length: UInt64) {
        self.offset = offset
        self.length = length
    }
}

/// A range that is to be locked.
package struct LockWish: Equatable, Sendable {
    package var range: LockRange
    package var isExclusive: Bool

    package init(_ range: LockRange, isExclusive: Bool) {
        self.range = range
        self.isExclusive = isExclusive
    }
}

extension FileSystem {
    /// Locks a range for an SMB open — [MS-FSA] 2.1.5.8. With `mayWait` a conflict is `.pending`; the repeated call finds the lock
    /// taken.
    ///
    /// - Throws: `.lockNotGranted`, `.invalidLockRange`, `.tooManyLocks`, `.accessDenied` without the right to read or write the
    ///   bytes, `.invalidArgument` for what is no file, `.badHandle`.
    package func lock(
        _ open: Open, _ wish: LockWish, mayWait: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try requireLockable(open)
        return try lock(open, rangeLock(wish, for: open), mayWait: mayWait, context)
    }

    /// Locks several ranges, or none, without waiting — [MS-SMB2] 3.3.5.14.2
    ///
    /// - Throws: As ``lock(_:_:mayWait:_:)-(_,LockWish,_,_)`` does.
    package func lockAll(
        _ open: Open, _ wishes: [LockWish], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.lock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            try requireLockable(open)
            var locks: [RangeLock] = []
            locks.reserveCapacity(wishes.count)
            for wish in wishes { locks.append(try rangeLock(wish, for: open)) }
            if let error = arbitration.lockAll(locks, by: open.id, inode: open.subject) { throw error }
            return .done((), unchanged)
        }
    }

    /// Gives up locks, each by its exact range, in order. What stands before the one that fails stays given up —
    /// [MS-FSA] 2.1.5.9, [MS-SMB2] 3.3.5.14.1
    ///
    /// - Throws: `.rangeNotLocked`, `.invalidLockRange`, `.invalidArgument` for what is no file.
    package func unlockEach(
        _ open: Open, _ ranges: [LockRange], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.unlock, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.type == .regular else { throw .invalidArgument }
            let locks = ranges.lazy.map {
                RangeLock(offset: $0.offset, length: $0.length, isExclusive: false, owner: .windows(open.id))
            }
            let valid = Array(locks.prefix { $0 != nil }.compactMap { $0 })
            guard arbitration.unlockEach(valid, inode: open.subject) else { throw .rangeNotLocked }
            guard valid.count == ranges.count else { throw .invalidLockRange }
            return .done((), unchanged)
        }
    }

    private func rangeLock(_ wish: LockWish, for open: Open) throws(FileSystemError) -> RangeLock {
        guard
            let lock = RangeLock(
                offset: wish.range.offset, length: wish.range.length, isExclusive: wish.isExclusive,
                owner: .windows(open.id))
        else { throw .invalidLockRange }
        return lock
    }

    /// "If Open.Stream.StreamType is DirectoryStream, return STATUS_INVALID_PARAMETER" — [MS-FSA] 2.1.5.8. Windows asks for the right
    /// to read or to write the bytes: who may do neither keeps nobody from them.
    private func requireLockable(_ open: Open) throws(FileSystemError) {
        guard open.type == .regular else { throw .invalidArgument }
        guard !open.access.isDisjoint(with: AccessMask.readingData.union(.writingData)) else { throw .accessDenied }
    }
}
