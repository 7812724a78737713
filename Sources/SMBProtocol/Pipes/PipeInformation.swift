import RemoteProcedures
import SMBMessages
import WindowsTypes
import WireCoding

/// The information classes of pipes — [MS-FSCC] 2.4.37, 2.4.38, 2.4.47
enum PipeInformation {
    /// FILE_PIPE_CONNECTED_STATE
    static let connected: UInt32 = 3

    /// SMB2 QUERY_INFO of a pipe: what Windows asks before it speaks; all else as Samba refuses it.
    static func query(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: QueryInfoRequest = try context.request()
        let pipe = try context.open(request.fileID)
        guard request.outputBufferLength <= UInt32(clamping: context.connection.terms.maximumTransferBytes) else {
            throw SMBFailure(.invalidParameter)
        }
        guard request.infoType == .file else { throw SMBFailure(.notSupported) }
        let bytes: [UInt8]
        switch request.fileInformationClass {
        case .standard: bytes = standard(pipe)
        case .pipe: bytes = state(pipe)
        case .pipeLocal: bytes = local(pipe, context.limits)
        default: throw SMBFailure(.notSupported)
        }
        guard Int(request.outputBufferLength) >= bytes.count else { throw SMBFailure(.infoLengthMismatch) }
        QueryInfoResponse(outputBuffer: bytes).write(to: &context.writer)
        return .success
    }

    /// SMB2 SET_INFO of a pipe: how its client's end is read — [MS-FSCC] 2.4.37
    static func set(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: SetInfoRequest = try context.request()
        let pipe = try context.open(request.fileID)
        guard request.infoType == .file, request.fileInformationClass == .pipe else { throw SMBFailure(.notSupported) }
        var reader = WireReader(request.buffer.span.bytes)
        guard let readMode: UInt32 = try? reader.integer(), let completion: UInt32 = try? reader.integer() else {
            throw SMBFailure(.infoLengthMismatch)
        }
        guard readMode <= 1, completion <= 1 else { throw SMBFailure(.invalidParameter) }
        pipe.mode = FilePipeMode(readsMessages: readMode == 1, refusesToWait: completion == 1)
        SetInfoResponse().write(to: &context.writer)
        return .success
    }

    /// One link that goes when the pipe does, as Windows and Samba say of pipes.
    private static func standard(_ pipe: PipeOpen) -> [UInt8] {
        FileStandardInformation(
            allocationSize: 4096, endOfFile: UInt64(clamping: pipe.association.unreadBytes), numberOfLinks: 1,
            deletePending: true, directory: false
        ).bytes
    }

    private static func state(_ pipe: PipeOpen) -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 8)
        writer.integer(UInt32(pipe.mode.readsMessages ? 1 : 0))
        writer.integer(UInt32(pipe.mode.refusesToWait ? 1 : 0))
        return writer.bytes
    }

    private static func local(_ pipe: PipeOpen, _ limits: ServerLimits) -> [UInt8] {
        let quota = UInt32(clamping: limits.transferBytes)
        var writer = WireWriter(reservingCapacity: 40)
        let fields: [UInt32] = [
            1,  // a message pipe
            2,  // in both directions
            .max,  // with any number of instances
            1, quota, UInt32(clamping: pipe.association.unreadBytes), quota, quota, connected,
            0,  // the client's end
        ]
        for field in fields { writer.integer(field) }
        return writer.bytes
    }
}
