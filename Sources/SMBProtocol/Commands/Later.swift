import FileSystemCore
import SMBMessages
import WindowsTypes
import WireCoding

// Commands that are understood and refused: for each, what a server answers that lacks the feature.

/// SMB2 CHANGE_NOTIFY — [MS-SMB2] 3.3.5.19
enum ChangeNotifyCommand {
    static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: ChangeNotifyRequest = try context.request()
        let file = try context.open(request.fileID)
        guard Int(request.outputBufferLength) <= context.maximumTransferBytes, file.open.isDirectory else {
            throw SMBFailure(.invalidParameter)
        }
        // "If the underlying object store does not support change notifications: STATUS_NOT_SUPPORTED."
        throw SMBFailure(.notSupported)
    }
}

/// SMB2 OPLOCK_BREAK Acknowledgment — [MS-SMB2] 3.3.5.22
enum OplockBreakCommand {
    static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        // No oplock or lease is ever granted, so none is being broken.
        switch try acknowledgment(context.message) {
        case .oplock(let acknowledgment):
            _ = try context.open(acknowledgment.fileID)
            throw SMBFailure(.invalidOplockProtocol)
        case .lease:
            throw SMBFailure(.objectNameNotFound)
        }
    }

    private static func acknowledgment(_ message: UnsafeRawBufferPointer) throws(SMBFailure) -> BreakAcknowledgment {
        do throws(WireError) {
            return try BreakAcknowledgment(message: RawSpan(_unsafeBytes: message))
        } catch {
            throw SMBFailure(error)
        }
    }
}
