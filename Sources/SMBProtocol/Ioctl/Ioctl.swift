import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    /// SMB2 IOCTL of the codes that concern no open file, or nil for those that do — [MS-SMB2] 3.3.5.15
    func control(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure)
        -> CommandResult?
    {
        let request: IoctlRequest = try message.body()
        // "If the Flags field … is not SMB2_0_IOCTL_IS_FSCTL, the server MUST fail the request with
        // STATUS_NOT_SUPPORTED."
        guard request.flags == .isFsctl else { throw SMBFailure(.notSupported) }
        let limit = terms.maximumTransferBytes
        guard request.input.count <= limit, Int(request.maxOutputResponse) <= limit,
            Int(request.maxInputResponse) <= limit
        else { throw SMBFailure(.invalidParameter) }
        switch request.ctlCode {
        case .validateNegotiateInfo: return try validateNegotiation(request, work)
        // "If the server does not support DFS: STATUS_FS_DRIVER_REQUIRED" — [MS-SMB2] 3.3.5.15.2
        case .dfsGetReferrals, .dfsGetReferralsEx: throw SMBFailure(.fsDriverRequired)
        case .queryNetworkInterfaceInfo:
            // "…and the value of FileId … is not 0xFFFFFFFFFFFFFFFF, … STATUS_INVALID_PARAMETER."
            guard request.fileID == .inherited else { throw SMBFailure(.invalidParameter) }
            return try queryInterfaces(request, work)
        case .pipeWait:
            guard case .pipes? = message.tree?.target else { throw SMBFailure(.objectNameNotFound) }
            return nil
        default: return try tortureControl(request, work)
        }
    }
}

/// SMB2 IOCTL of the codes that concern an open file — [MS-SMB2] 3.3.5.15, [MS-FSCC] 2.3
enum IoctlCommand {
    static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: IoctlRequest = try context.request()
        if let result = TortureSleepControl.wake(request, &context) { return result }
        let call = ControlCall(request, try context.open(request.fileID))
        try ControlCodeTable.require(call.code)
        switch call.code {
        case .srvRequestResumeKey: return try ResumeKeyControl.handle(call, &context)
        case .srvCopyChunk, .srvCopyChunkWrite: return try CopyChunkControl.handle(call, &context)
        case .setSparse: return try SetSparseControl.handle(call, &context)
        case .setZeroData: return try SetZeroDataControl.handle(call, &context)
        case .queryAllocatedRanges: return try QueryAllocatedRangesControl.handle(call, &context)
        case .queryFileRegions: return try QueryFileRegionsControl.handle(call, &context)
        case .fileLevelTrim: return try FileLevelTrimControl.handle(call, &context)
        case .duplicateExtentsToFile: return try DuplicateExtentsControl.handle(call, &context)
        case .duplicateExtentsToFileEx:
            return try DuplicateExtentsControl.handleExtended(call, &context)
        case .getCompression: return try CompressionControl.get(call, &context)
        case .setCompression: return try CompressionControl.set(call, &context)
        case .getIntegrityInformation: return try IntegrityControl.get(call, &context)
        case .setIntegrityInformation: return try IntegrityControl.set(call, &context)
        case .getReparsePoint: return try ReparsePointControl.get(call, &context)
        case .setReparsePoint: return try ReparsePointControl.set(call, &context)
        case .deleteReparsePoint: return try ReparsePointControl.delete(call, &context)
        case .createOrGetObjectID, .getObjectID: return try ObjectIDControl.handle(call, &context)
        case .tortureSleep: return try TortureSleepControl.handle(call, &context)
        case .isPathnameValid: return PathnameValidControl.handle(call, &context)
        default: throw SMBFailure(.invalidDeviceRequest)
        }
    }
}
