package import FileSystemModel

/// What each door says for each error of the file system: the only place that translates.
///
/// Doors write these numbers as they are. A further door (NFS) is a further column.
package enum ProtocolErrors {
    /// The NTSTATUS of an SMB2 response — [MS-ERREF] 2.3.1.
    package static func ntStatus(for error: FileSystemError) -> UInt32 { row(for: error).ntStatus.rawValue }

    /// The errno of a system call on Linux, positive — errno(3).
    package static func errno(for error: FileSystemError) -> Int32 { row(for: error).errno }
}

/// One error at every door.
struct ErrorRow {
    var ntStatus: StatusCode
    var errno: Int32

    init(_ ntStatus: StatusCode, _ errno: Int32) {
        self.ntStatus = ntStatus
        self.errno = errno
    }
}

/// The values of [MS-ERREF] 2.3.1 that the table needs, under the specification's names.
enum StatusCode: UInt32 {
    case stoppedOnSymlink = 0x8000_002D
    case invalidParameter = 0xC000_000D
    case endOfFile = 0xC000_0011
    case accessDenied = 0xC000_0022
    case bufferTooSmall = 0xC000_0023
    case objectNameInvalid = 0xC000_0033
    case objectNameNotFound = 0xC000_0034
    case objectNameCollision = 0xC000_0035
    case objectPathNotFound = 0xC000_003A
    case sharingViolation = 0xC000_0043
    case eaTooLarge = 0xC000_0050
    case nonexistentEAEntry = 0xC000_0051
    case fileLockConflict = 0xC000_0054
    case lockNotGranted = 0xC000_0055
    case deletePending = 0xC000_0056
    case invalidOwner = 0xC000_005A
    case rangeNotLocked = 0xC000_007E
    case diskFull = 0xC000_007F
    case insufficientResources = 0xC000_009A
    case mediaWriteProtected = 0xC000_00A2
    case ioTimeout = 0xC000_00B5
    case fileIsADirectory = 0xC000_00BA
    case notSupported = 0xC000_00BB
    case notSameDevice = 0xC000_00D4
    case unexpectedIOError = 0xC000_00E9
    case directoryNotEmpty = 0xC000_0101
    case notADirectory = 0xC000_0103
    case tooManyOpenedFiles = 0xC000_011F
    case cancelled = 0xC000_0120
    case cannotDelete = 0xC000_0121
    case fileClosed = 0xC000_0128
    case possibleDeadlock = 0xC000_0194
    case invalidLockRange = 0xC000_01A1
    case tooManyLinks = 0xC000_0265
    case notAReparsePoint = 0xC000_0275
    case ioReparseTagNotHandled = 0xC000_0279
}
