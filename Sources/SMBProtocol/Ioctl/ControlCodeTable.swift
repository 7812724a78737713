package import SMBMessages
import WindowsTypes

/// Which control codes are answered and how the others are refused: the table that IOCTL works from.
/// `ClassesAndOptions.md` says the same with its sources; a test compares the two.
package enum ControlCodeTable {
    package struct Row: Sendable {
        package let code: ControlCode
        package let name: String
        package let handling: InformationTable.Handling

        init(_ code: ControlCode, _ name: String, _ handling: InformationTable.Handling = .answered) {
            self.code = code
            self.name = name
            self.handling = handling
        }
    }

    /// Codes that concern no open file.
    package static let ofConnections: [Row] = [
        Row(.dfsGetReferrals, "FSCTL_DFS_GET_REFERRALS", .refused(.fsDriverRequired)),
        Row(.dfsGetReferralsEx, "FSCTL_DFS_GET_REFERRALS_EX", .refused(.fsDriverRequired)),
        Row(.queryNetworkInterfaceInfo, "FSCTL_QUERY_NETWORK_INTERFACE_INFO"),
        Row(.validateNegotiateInfo, "FSCTL_VALIDATE_NEGOTIATE_INFO"),
        Row(.tortureIoctlPadding, "FSCTL_SMBTORTURE_IOCTL_RESPONSE_BODY_PADDING8"),
        Row(.tortureReadPadding, "FSCTL_SMBTORTURE_GLOBAL_READ_RESPONSE_BODY_PADDING8"),
    ]

    /// Codes that concern a pipe — [MS-SMB2] 3.3.5.15.3, 3.3.5.15.4 and 3.3.5.15.10, [MS-FSCC] 2.3
    package static let ofPipes: [Row] = [
        Row(.pipePeek, "FSCTL_PIPE_PEEK"),
        Row(.pipeWait, "FSCTL_PIPE_WAIT"),
        Row(.pipeTransceive, "FSCTL_PIPE_TRANSCEIVE"),
    ]

    /// Codes that concern an open file — [MS-SMB2] 2.2.31, [MS-FSCC] 2.3
    package static let ofFiles: [Row] = [
        Row(.srvRequestResumeKey, "FSCTL_SRV_REQUEST_RESUME_KEY"),
        Row(.srvCopyChunk, "FSCTL_SRV_COPYCHUNK"),
        Row(.srvCopyChunkWrite, "FSCTL_SRV_COPYCHUNK_WRITE"),
        Row(.setSparse, "FSCTL_SET_SPARSE"),
        Row(.setZeroData, "FSCTL_SET_ZERO_DATA"),
        Row(.queryAllocatedRanges, "FSCTL_QUERY_ALLOCATED_RANGES"),
        Row(.queryFileRegions, "FSCTL_QUERY_FILE_REGIONS"),
        Row(.fileLevelTrim, "FSCTL_FILE_LEVEL_TRIM"),
        Row(.duplicateExtentsToFile, "FSCTL_DUPLICATE_EXTENTS_TO_FILE"),
        Row(.duplicateExtentsToFileEx, "FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX"),
        Row(.getCompression, "FSCTL_GET_COMPRESSION"),
        Row(.setCompression, "FSCTL_SET_COMPRESSION"),
        Row(.getIntegrityInformation, "FSCTL_GET_INTEGRITY_INFORMATION"),
        Row(.setIntegrityInformation, "FSCTL_SET_INTEGRITY_INFORMATION"),
        Row(.getReparsePoint, "FSCTL_GET_REPARSE_POINT"),
        Row(.setReparsePoint, "FSCTL_SET_REPARSE_POINT"),
        Row(.deleteReparsePoint, "FSCTL_DELETE_REPARSE_POINT"),
        Row(.createOrGetObjectID, "FSCTL_CREATE_OR_GET_OBJECT_ID"),
        Row(.getObjectID, "FSCTL_GET_OBJECT_ID"),
        Row(.setObjectID, "FSCTL_SET_OBJECT_ID", .refused(.accessDenied)),
        Row(.setObjectIDExtended, "FSCTL_SET_OBJECT_ID_EXTENDED", .refused(.accessDenied)),
        Row(.deleteObjectID, "FSCTL_DELETE_OBJECT_ID", .refused(.notSupported)),
        Row(.isPathnameValid, "FSCTL_IS_PATHNAME_VALID"),
        Row(.srvEnumerateSnapshots, "FSCTL_SRV_ENUMERATE_SNAPSHOTS", .refused(.invalidDeviceRequest)),
        Row(.srvReadHash, "FSCTL_SRV_READ_HASH", .refused(.hashNotSupported)),
        Row(.lmrRequestResiliency, "FSCTL_LMR_REQUEST_RESILIENCY", .refused(.invalidDeviceRequest)),
        Row(.getNTFSVolumeData, "FSCTL_GET_NTFS_VOLUME_DATA", .refused(.invalidDeviceRequest)),
        Row(.getREFSVolumeData, "FSCTL_GET_REFS_VOLUME_DATA", .refused(.invalidDeviceRequest)),
        Row(
            .filesystemGetStatistics, "FSCTL_FILESYSTEM_GET_STATISTICS", .refused(.invalidDeviceRequest)),
        Row(.getRetrievalPointers, "FSCTL_GET_RETRIEVAL_POINTERS", .refused(.invalidDeviceRequest)),
        Row(.findFilesBySID, "FSCTL_FIND_FILES_BY_SID", .refused(.invalidDeviceRequest)),
        Row(.readFileUSNData, "FSCTL_READ_FILE_USN_DATA", .refused(.invalidDeviceRequest)),
        Row(.writeUSNCloseRecord, "FSCTL_WRITE_USN_CLOSE_RECORD", .refused(.invalidDeviceRequest)),
        Row(.queryOnDiskVolumeInfo, "FSCTL_QUERY_ON_DISK_VOLUME_INFO", .refused(.invalidDeviceRequest)),
        Row(.setEncryption, "FSCTL_SET_ENCRYPTION", .refused(.invalidDeviceRequest)),
        Row(.offloadRead, "FSCTL_OFFLOAD_READ", .refused(.invalidDeviceRequest)),
        Row(.offloadWrite, "FSCTL_OFFLOAD_WRITE", .refused(.invalidDeviceRequest)),
        Row(
            .querySharedVirtualDiskSupport, "FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT",
            .refused(.invalidDeviceRequest)),
        Row(
            .svhdxSyncTunnelRequest, "FSCTL_SVHDX_SYNC_TUNNEL_REQUEST", .refused(.invalidDeviceRequest)),
        Row(.tortureSleep, "FSCTL_SMBTORTURE_FSP_ASYNC_SLEEP"),
        // "If the share … is not a named pipe share, the server SHOULD fail the request with STATUS_NOT_SUPPORTED."
        Row(.pipePeek, "FSCTL_PIPE_PEEK", .refused(.notSupported)),
        Row(.pipeTransceive, "FSCTL_PIPE_TRANSCEIVE", .refused(.notSupported)),
    ]

    /// - Throws: the status that the table has for a code, and `otherwise` for one that it has not.
    static func require(
        _ code: ControlCode, in table: [ControlCode: InformationTable.Handling],
        otherwise: NTStatus = .invalidDeviceRequest
    ) throws(SMBFailure) {
        switch table[code] {
        case .answered: return
        case .refused(let status): throw SMBFailure(status)
        case nil: throw SMBFailure(otherwise)
        }
    }

    /// Whether a request with this code names no open — [MS-SMB2] 3.3.5.15
    static func concernsNoOpen(_ code: ControlCode) -> Bool {
        code == .pipeWait || connectionHandling[code] != nil
    }

    static let connectionHandling = handling(ofConnections)
    static let pipeHandling = handling(ofPipes)
    static let fileHandling = handling(ofFiles)

    private static func handling(_ rows: [Row]) -> [ControlCode: InformationTable.Handling] {
        Dictionary(rows.map { ($0.code, $0.handling) }, uniquingKeysWith: { first, _ in first })
    }
}
