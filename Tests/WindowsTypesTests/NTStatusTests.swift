import Testing
import WindowsTypes

@Suite("NTSTATUS and GUID — [MS-ERREF] 2.3, [MS-DTYP] 2.3.4")
struct NTStatusTests {
    /// Numbers as the specification prints them.
    @Test(
        "names, numbers, severities",
        arguments: [
            (NTStatus.success, UInt32(0), "STATUS_SUCCESS", NTStatus.Severity.success),
            (.pending, 0x0000_0103, "STATUS_PENDING", .success),
            (.bufferOverflow, 0x8000_0005, "STATUS_BUFFER_OVERFLOW", .warning),
            (.noMoreFiles, 0x8000_0006, "STATUS_NO_MORE_FILES", .warning),
            (.stoppedOnSymlink, 0x8000_002D, "STATUS_STOPPED_ON_SYMLINK", .warning),
            (.objectNameNotFound, 0xC000_0034, "STATUS_OBJECT_NAME_NOT_FOUND", .error),
            (.objectPathNotFound, 0xC000_003A, "STATUS_OBJECT_PATH_NOT_FOUND", .error),
            (.moreProcessingRequired, 0xC000_0016, "STATUS_MORE_PROCESSING_REQUIRED", .error),
            (.logonFailure, 0xC000_006D, "STATUS_LOGON_FAILURE", .error),
            (.diskFull, 0xC000_007F, "STATUS_DISK_FULL", .error),
            (.userSessionDeleted, 0xC000_0203, "STATUS_USER_SESSION_DELETED", .error),
            (.networkNameDeleted, 0xC000_00C9, "STATUS_NETWORK_NAME_DELETED", .error),
            (.fileClosed, 0xC000_0128, "STATUS_FILE_CLOSED", .error),
            (.invalidLockRange, 0xC000_01A1, "STATUS_INVALID_LOCK_RANGE", .error),
        ])
    func known(status: NTStatus, raw: UInt32, name: String, severity: NTStatus.Severity) {
        #expect(status.rawValue == raw)
        #expect(status.description == name)
        #expect(status.severity == severity)
        #expect(status.isError == (severity == .error))
        #expect(status.isSuccess == (severity == .success || severity == .informational))
    }

    @Test("a value without a name prints as a number")
    func unknown() {
        #expect(NTStatus(rawValue: 0xC000_FFFF).description == "NTSTATUS 0xC000FFFF")
        #expect(NTStatus(rawValue: 0x1234).description == "NTSTATUS 0x00001234")
    }

    @Test("a GUID's wire bytes and its text")
    func guid() {
        let guid = GUID(0x6B29_FC40, 0xCA47, 0x1067, 0xB31D_00DD_0106_62DA)
        #expect(guid.description == "6b29fc40-ca47-1067-b31d-00dd010662da")
        #expect(
            guid.bytes == [
                0x40, 0xFC, 0x29, 0x6B, 0x47, 0xCA, 0x67, 0x10, 0xB3, 0x1D, 0x00, 0xDD, 0x01, 0x06, 0x62, 0xDA,
            ])
    }
}
