import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// SMB2 SET_INFO — [MS-SMB2] 2.2.39, 3.3.5.21
package enum SetInfoCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: SetInfoRequest = try context.request()
        let file = try context.open(request.fileID)
        guard request.buffer.count <= context.maximumTransferBytes else { throw SMBFailure(.invalidParameter) }
        switch request.infoType {
        case .file: break
        case .fileSystem:
            try InformationTable.require(request.fileInfoClass, in: InformationTable.fileSystemUpdateHandling)
            throw SMBFailure(.invalidInfoClass)
        case .security: return try FileSecurity.update(request, file, &context)
        case .quota: throw SMBFailure(.notSupported)
        }
        try InformationTable.require(request.fileInfoClass, in: InformationTable.fileUpdateHandling)
        let outcome = try FileUpdate.apply(request, file, context)
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        switch request.fileInformationClass {
        // Whatever they set, if anything at all: smb2.timestamps.delayed-write-vs-setbasic
        case .basic, .allocation, .endOfFile: context.share.delayedWriteTimes?.settle(file.open)
        default: break
        }
        SetInfoResponse().write(to: &context.writer)
        return .success(receipt)
    }
}
