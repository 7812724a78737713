import FileSystemModel
import Glibc

extension ProtocolErrors {
    /// One row an error. Where a system call's man page names the errno, that one stands; for what only SMB's rules cause, it is
    /// the errno that a program on Linux sees when the cifs client meets the NTSTATUS on a mount.
    static func row(for error: FileSystemError) -> ErrorRow {
        switch error {
        // Names. A missing last component and a missing parent are two statuses and one errno — [MS-FSA] 2.1.5.1.
        case .notFound: ErrorRow(.objectNameNotFound, ENOENT)
        case .pathNotFound: ErrorRow(.objectPathNotFound, ENOENT)
        case .exists: ErrorRow(.objectNameCollision, EEXIST)
        case .invalidName: ErrorRow(.objectNameInvalid, EINVAL)
        // [MS-FSA] has one status for every name that cannot be; NAME_TOO_LONG is for the path as a whole, in NTFS as in Samba.
        case .nameTooLong: ErrorRow(.objectNameInvalid, ENAMETOOLONG)
        case .notDirectory: ErrorRow(.notADirectory, ENOTDIR)
        case .isDirectory: ErrorRow(.fileIsADirectory, EISDIR)
        case .directoryNotEmpty: ErrorRow(.directoryNotEmpty, ENOTEMPTY)
        // The share follows links on the server; a client that asked for the target learns that there is none.
        case .tooManySymbolicLinks: ErrorRow(.objectNameNotFound, ELOOP)
        // [MS-SMB2] 3.3.5.9. O_NOFOLLOW has this errno too; the mount's kernel follows its links itself.
        case .stoppedOnSymbolicLink: ErrorRow(.stoppedOnSymlink, ELOOP)
        // What Windows says of a reparse point that no file system filter takes; open(2) of a socket has this errno.
        case .specialFile: ErrorRow(.ioReparseTagNotHandled, ENXIO)
        case .notSymbolicLink: ErrorRow(.notAReparsePoint, EINVAL)
        case .crossDevice: ErrorRow(.notSameDevice, EXDEV)
        case .tooManyLinks: ErrorRow(.tooManyLinks, EMLINK)
        case .stale: ErrorRow(.fileClosed, ESTALE)

        // Rights. [MS-FSA] knows one refusal where POSIX tells bits (EACCES) from ownership (EPERM).
        case .accessDenied: ErrorRow(.accessDenied, EACCES)
        case .notPermitted: ErrorRow(.accessDenied, EPERM)
        // [MS-FSA] 2.1.5.17: an owner SID that the caller may not assign. chown(2) has EPERM.
        case .invalidOwner: ErrorRow(.invalidOwner, EPERM)
        // [MS-FSA] 2.1.5.1.1: a volume that is read-only.
        case .readOnly: ErrorRow(.mediaWriteProtected, EROFS)
        case .cannotDelete: ErrorRow(.cannotDelete, EACCES)

        // Arbitration. [MS-FSA] 2.1.4.10 for reads and writes of a locked range, 2.1.5.8 for a lock that fails at once.
        case .sharingViolation: ErrorRow(.sharingViolation, EBUSY)
        case .deletePending: ErrorRow(.deletePending, ENOENT)
        // Not EAGAIN: programs take that for a descriptor that does not block.
        case .rangeLocked: ErrorRow(.fileLockConflict, EACCES)
        // fcntl(2) F_SETLK and flock(2) LOCK_NB.
        case .lockNotGranted: ErrorRow(.lockNotGranted, EAGAIN)
        // POSIX unlocks what is not locked without a word, so only SMB meets it.
        case .rangeNotLocked: ErrorRow(.rangeNotLocked, EINVAL)
        case .invalidLockRange: ErrorRow(.invalidLockRange, EINVAL)
        case .tooManyLocks: ErrorRow(.insufficientResources, ENOLCK)
        case .deadlock: ErrorRow(.possibleDeadlock, EDEADLK)
        // Not DEVICE_BUSY, which is a warning: for what is open below a directory that is to be renamed, Windows denies access.
        case .busy: ErrorRow(.accessDenied, EBUSY)
        case .cancelled: ErrorRow(.cancelled, EINTR)
        // A wait for another's open or break that was given up; the errno that a conflict with that open has.
        case .timedOut: ErrorRow(.ioTimeout, EBUSY)

        // Content and extended attributes.
        case .noSpace: ErrorRow(.diskFull, ENOSPC)
        // write(2) past the largest offset; [MS-FSA] 2.1.5.4 has INVALID_PARAMETER for an offset that is no offset.
        case .fileTooLarge: ErrorRow(.invalidParameter, EFBIG)
        case .noMoreData: ErrorRow(.endOfFile, ENXIO)
        case .attributeNotFound: ErrorRow(.nonexistentEAEntry, ENODATA)
        case .attributeExists: ErrorRow(.objectNameCollision, EEXIST)
        case .attributeTooLarge: ErrorRow(.eaTooLarge, E2BIG)
        case .bufferTooSmall: ErrorRow(.bufferTooSmall, ERANGE)

        // The rest.
        case .invalidArgument: ErrorRow(.invalidParameter, EINVAL)
        case .badHandle: ErrorRow(.fileClosed, EBADF)
        case .notSupported: ErrorRow(.notSupported, EOPNOTSUPP)
        case .tooManyOpens: ErrorRow(.tooManyOpenedFiles, ENFILE)
        case .io: ErrorRow(.unexpectedIOError, EIO)
        }
    }
}
