import SMBMessages
import WindowsTypes

extension Connection {
    /// SMB2 IOCTL — [MS-SMB2] 3.3.5.15
    func control(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let request: IoctlRequest = try message.body()
        // "If the Flags field … is not SMB2_0_IOCTL_IS_FSCTL, the server MUST fail the request with STATUS_NOT_SUPPORTED."
        guard request.flags == .isFsctl else { throw SMBFailure(.notSupported) }
        let limit = server.limits.transferBytes
        guard request.input.count <= limit, Int(request.maxOutputResponse) <= limit, Int(request.maxInputResponse) <= limit
        else { throw SMBFailure(.invalidParameter) }
        switch request.ctlCode {
        case .validateNegotiateInfo: return try validateNegotiation(request, work)
        // "If the server does not support DFS: STATUS_FS_DRIVER_REQUIRED" — [MS-SMB2] 3.3.5.15.2
        case .dfsGetReferrals, .dfsGetReferralsEx: throw SMBFailure(.fsDriverRequired)
        // No pipe is open on IPC$.
        case .pipeTransceive, .pipePeek: throw SMBFailure(.fileClosed)
        case .pipeWait: throw SMBFailure(.objectNameNotFound)
        default: throw SMBFailure(.invalidDeviceRequest)
        }
    }
}
