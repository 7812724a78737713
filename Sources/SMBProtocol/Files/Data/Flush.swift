import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// SMB2 FLUSH — [MS-SMB2] 2.2.17, 3.3.5.11
package enum FlushCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: FlushRequest = try context.request()
        let file = try context.open(request.fileID)
        // Only who may write may flush; of a directory the same bits are the rights to add files and directories —
        // [MS-SMB2] 3.3.5.11
        guard !file.open.access.isDisjoint(with: [.writeData, .appendData]) else { throw SMBFailure(.accessDenied) }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.sync(file.open, dataOnly: false, operation)
        }
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        context.share.delayedWriteTimes?.settle(file.open)
        FlushResponse().write(to: &context.writer)
        return .success(receipt)
    }
}
