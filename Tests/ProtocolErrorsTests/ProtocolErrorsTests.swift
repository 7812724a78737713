import FileSystemModel
import ProtocolErrors
import Testing

@Suite("Errors at the doors — [MS-ERREF] 2.3.1, errno(3)")
struct ProtocolErrorsTests {
    /// One row an error, in numbers: what is on the wire and what a system call leaves in errno on Linux.
    private static let rows: [(error: FileSystemError, ntStatus: UInt32, errno: Int32)] = [
        (.notFound, 0xC000_0034, 2),
        (.pathNotFound, 0xC000_003A, 2),
        (.exists, 0xC000_0035, 17),
        (.invalidName, 0xC000_0033, 22),
        (.nameTooLong, 0xC000_0033, 36),
        (.notDirectory, 0xC000_0103, 20),
        (.isDirectory, 0xC000_00BA, 21),
        (.directoryNotEmpty, 0xC000_0101, 39),
        (.tooManySymbolicLinks, 0xC000_0034, 40),
        (.notSymbolicLink, 0xC000_0275, 22),
        (.stoppedOnSymbolicLink, 0x8000_002D, 40),
        (.specialFile, 0xC000_0279, 6),
        (.crossDevice, 0xC000_00D4, 18),
        (.tooManyLinks, 0xC000_0265, 31),
        (.stale, 0xC000_0128, 116),
        (.accessDenied, 0xC000_0022, 13),
        (.notPermitted, 0xC000_0022, 1),
        (.invalidOwner, 0xC000_005A, 1),
        (.readOnly, 0xC000_00A2, 30),
        (.cannotDelete, 0xC000_0121, 13),
        (.sharingViolation, 0xC000_0043, 16),
        (.deletePending, 0xC000_0056, 2),
        (.rangeLocked, 0xC000_0054, 13),
        (.lockNotGranted, 0xC000_0055, 11),
        (.rangeNotLocked, 0xC000_007E, 22),
        (.invalidLockRange, 0xC000_01A1, 22),
        (.tooManyLocks, 0xC000_009A, 37),
        (.deadlock, 0xC000_0194, 35),
        (.busy, 0xC000_0022, 16),
        (.cancelled, 0xC000_0120, 4),
        (.timedOut, 0xC000_00B5, 16),
        (.noSpace, 0xC000_007F, 28),
        (.fileTooLarge, 0xC000_000D, 27),
        (.noMoreData, 0xC000_0011, 6),
        (.attributeNotFound, 0xC000_0051, 61),
        (.attributeExists, 0xC000_0035, 17),
        (.attributeTooLarge, 0xC000_0050, 7),
        (.bufferTooSmall, 0xC000_0023, 34),
        (.invalidArgument, 0xC000_000D, 22),
        (.badHandle, 0xC000_0128, 9),
        (.notSupported, 0xC000_00BB, 95),
        (.tooManyOpens, 0xC000_011F, 23),
        (.io, 0xC000_00E9, 5),
    ]

    @Test("each error has its two numbers", arguments: rows.indices)
    func row(index: Int) {
        let row = Self.rows[index]
        #expect(ProtocolErrors.ntStatus(for: row.error) == row.ntStatus, "\(row.error)")
        #expect(ProtocolErrors.errno(for: row.error) == row.errno, "\(row.error)")
    }

    @Test("the table above leaves no error out")
    func complete() {
        for error in FileSystemError.allCases {
            #expect(Self.rows.count { $0.error == error } == 1, "\(error)")
        }
    }

    @Test("every status is an error and every errno one that FUSE takes", arguments: FileSystemError.allCases)
    func range(error: FileSystemError) {
        // Severity ERROR, facility 0 — [MS-ERREF] 2.3; a warning where the client goes on by itself.
        let severity: UInt32 = error == .stoppedOnSymbolicLink ? 0x8000 : 0xC000
        #expect(ProtocolErrors.ntStatus(for: error) >> 16 == severity)
        // The kernel drops replies whose error is not in 1...511.
        #expect((1...511).contains(ProtocolErrors.errno(for: error)))
    }
}
