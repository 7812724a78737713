/// Why the file system refuses: one vocabulary for stores, core and doors. Each door translates it in one table (ProtocolErrors).
package enum FileSystemError: Error, Equatable, Sendable, CaseIterable {
    // Names
    /// The last component does not exist.
    case notFound
    /// A component before the last does not exist.
    case pathNotFound
    case exists
    case invalidName
    case nameTooLong
    case notDirectory
    case isDirectory
    case directoryNotEmpty
    case tooManySymbolicLinks
    case notSymbolicLink
    /// The path runs into a symbolic link that is not to be followed here: the caller follows it himself.
    case stoppedOnSymbolicLink
    /// A FIFO, socket or device: it is listed, and opened only as what it is.
    case specialFile
    /// The target lies in another share or mount.
    case crossDevice
    case tooManyLinks
    /// The inode is gone; the handle that named it outlived it.
    case stale

    // Rights
    /// Permission bits or the access mask forbid it (EACCES).
    case accessDenied
    /// Only the owner or a privileged caller may (EPERM).
    case notPermitted
    /// Who may change the owner may take a file for himself, and not give it to this one.
    case invalidOwner
    /// The share is read-only.
    case readOnly
    /// DOS READONLY forbids deletion.
    case cannotDelete

    // Arbitration
    /// An open's share mode forbids it.
    case sharingViolation
    /// The file is on its way out: its last handle will remove it.
    case deletePending
    /// Another's byte-range lock covers the range that was read or written.
    case rangeLocked
    /// A lock cannot be granted now, and the caller does not wait.
    case lockNotGranted
    /// The range that is to be unlocked is not locked by the caller.
    case rangeNotLocked
    /// The range that is to be locked or unlocked ends past the last byte that 64 bits can name.
    case invalidLockRange
    /// A limit on locks, or on those who wait for them, is reached.
    case tooManyLocks
    case deadlock
    /// In use in a way that forbids the change (EBUSY).
    case busy
    /// The wait was ended by the caller: INTERRUPT, CANCEL, disconnect.
    case cancelled
    /// The wait was longer than it may be.
    case timedOut

    // Content and extended attributes
    case noSpace
    case fileTooLarge
    /// SEEK_DATA or SEEK_HOLE past the end (ENXIO).
    case noMoreData
    case attributeNotFound
    case attributeExists
    case attributeTooLarge
    /// The caller's buffer is too small for the value (ERANGE).
    case bufferTooSmall

    // The rest
    case invalidArgument
    /// The open is closed or lacks the right that the call needs (EBADF).
    case badHandle
    case notSupported
    /// A limit of the server's is reached.
    case tooManyOpens
    /// What nobody expected; its cause was logged where it arose.
    case io
}
