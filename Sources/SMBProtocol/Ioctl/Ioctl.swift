import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    /// SMB2 IOCTL of the codes that concern no open file — [MS-SMB2] 3.3.5.15
    func control(_ message: borrowing Message, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult {
        let request = try IoctlRequest(checked: message.bytes, limit: terms.maximumTransferBytes)
        try ControlCodeTable.require(request.ctlCode, in: ControlCodeTable.connectionHandling)
        switch request.ctlCode {
        case .validateNegotiateInfo: return try validateNegotiation(request, work)
        case .queryNetworkInterfaceInfo: return try queryInterfaces(request, work)
        default: return try tortureControl(request, work)
        }
    }

    /// Whether an IOCTL is about no open file, by its CtlCode: four bytes into the body.
    func concernsConnection(_ message: borrowing Message) -> Bool {
        let position = SMB2Header.byteCount + 4
        guard message.bytes.count >= position + 4 else { return false }
        let code = UInt32(littleEndian: message.bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
        return ControlCodeTable.connectionHandling[ControlCode(rawValue: code)] != nil
    }
}

extension IoctlRequest {
    /// Parses a request and checks what holds for every code.
    ///
    /// - Parameter limit: of each of its buffers, in bytes.
    init(checked message: UnsafeRawBufferPointer, limit: Int) throws(SMBFailure) {
        try self.init(received: message)
        // "If the Flags field … is not SMB2_0_IOCTL_IS_FSCTL, the server MUST fail the request with
        // STATUS_NOT_SUPPORTED."
        guard flags == .isFsctl else { throw SMBFailure(.notSupported) }
        guard input.count <= limit, Int(maxOutputResponse) <= limit, Int(maxInputResponse) <= limit else {
            throw SMBFailure(.invalidParameter)
        }
        // "If the CtlCode is FSCTL_DFS_GET_REFERRALS, … or FSCTL_PIPE_WAIT and the value of FileId … is not
        // 0xFFFFFFFFFFFFFFFF, then the server MUST fail the request with STATUS_INVALID_PARAMETER."
        guard fileID == .inherited || !ControlCodeTable.concernsNoOpen(ctlCode) else {
            throw SMBFailure(.invalidParameter)
        }
    }
}

/// SMB2 IOCTL of the codes that concern an open file — [MS-SMB2] 3.3.5.15, [MS-FSCC] 2.3
enum IoctlCommand {
    static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request = try IoctlRequest(checked: context.message, limit: context.maximumTransferBytes)
        // It names a pipe, of which there are none here.
        guard request.ctlCode != .pipeWait else { throw SMBFailure(.objectNameNotFound) }
        if let result = TortureSleepControl.wake(request, &context) { return result }
        let call = ControlCall(request, try context.open(request.fileID))
        // What a file system answers that has never heard of a code — [MS-FSA] 2.1.5.10
        try ControlCodeTable.require(call.code, in: ControlCodeTable.fileHandling)
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
