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
        Row(.validateNegotiateInfo, "FSCTL_VALIDATE_NEGOTIATE_INFO"),
    ]

    /// Codes that concern an open file — [MS-SMB2] 2.2.31, [MS-FSCC] 2.3
    package static let ofFiles: [Row] = [
        Row(.srvRequestResumeKey, "FSCTL_SRV_REQUEST_RESUME_KEY"),
        Row(.srvCopyChunk, "FSCTL_SRV_COPYCHUNK"),
        Row(.srvCopyChunkWrite, "FSCTL_SRV_COPYCHUNK_WRITE"),
        Row(.createOrGetObjectID, "FSCTL_CREATE_OR_GET_OBJECT_ID"),
    ]

    /// - Throws: the status that the table has for a code, INVALID_DEVICE_REQUEST for one that it has not: what a file
    ///   system answers that has never heard of it — [MS-FSA] 2.1.5.10.
    static func require(_ code: ControlCode) throws(SMBFailure) {
        switch handling[code] {
        case .answered: return
        case .refused(let status): throw SMBFailure(status)
        case nil: throw SMBFailure(.invalidDeviceRequest)
        }
    }

    private static let handling = Dictionary(
        ofFiles.map { ($0.code, $0.handling) }, uniquingKeysWith: { first, _ in first })
}
