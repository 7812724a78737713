import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// SMB2 CLOSE — [MS-SMB2] 2.2.15, 3.3.5.10
package enum CloseCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: CloseRequest = try context.request()
        let file = try context.open(request.fileID)
        if let times = context.share.delayedWriteTimes {
            let now = context.connection.server.now
            let outcome = times.close(file.open, of: context.fileSystem, at: now, context.operation)
            guard case .done = outcome else { return .waiting(for: outcome) }
        }
        var response = CloseResponse()
        if request.flags.contains(.postQueryAttrib) {
            // A file that is gone by now has no attributes to tell; the close is the same.
            let outcome = try? context.fileSystem.attributes(file.open, context.operation)
            if case .done(let attributes, _) = outcome {
                response = CloseResponse(context.shown(attributes, of: file.open))
            }
            if case .wouldBlock = outcome { return .wouldBlock }
        }
        let outcome: Outcome<Void>
        do throws(FileSystemError) {
            outcome = try context.fileSystem.close(file.open, context.operation)
        } catch {
            // What could not be made safe is reported, and the handle is gone all the same.
            context.remove(file)
            throw SMBFailure(error)
        }
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        context.remove(file)
        response.write(to: &context.writer)
        return .success(receipt)
    }
}

extension CloseResponse {
    init(_ attributes: Attributes) {
        self.init(
            flags: .postQueryAttrib, creationTime: FileTime(attributes.creationTime),
            lastAccessTime: FileTime(attributes.accessTime), lastWriteTime: FileTime(attributes.modificationTime),
            changeTime: FileTime(attributes.changeTime), allocationSize: attributes.windowsAllocationSize,
            endOfFile: attributes.windowsEndOfFile, fileAttributes: attributes.windowsAttributes)
    }
}
