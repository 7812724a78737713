import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// SMB2 READ — [MS-SMB2] 2.2.19, 3.3.5.12
package enum ReadCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: ReadRequest = try context.request()
        let file = try context.open(request.fileID)
        try context.connection.terms.requireInlineData(request.channel)
        // More than the MaxReadSize that was negotiated — [MS-SMB2] 3.3.5.12
        guard request.length <= UInt32(clamping: context.maximumTransferBytes) else {
            throw SMBFailure(.invalidParameter)
        }
        guard !file.open.isDirectory else { throw SMBFailure(.invalidDeviceRequest) }
        guard !file.open.access.isDisjoint(with: [.readData, .execute]) else { throw SMBFailure(.accessDenied) }
        let limit = UInt64(Int64.max)
        guard request.offset <= limit, UInt64(request.length) <= limit - request.offset else {
            throw SMBFailure(.invalidParameter)
        }
        let fileSystem = context.fileSystem
        let outcome = try context.fillPayload(capacity: Int(request.length)) {
            buffer, operation throws(FileSystemError) in
            try fileSystem.read(file.open, at: request.offset, into: buffer, operation)
        }
        guard case .done(let count, let receipt) = outcome else { return .waiting(for: outcome) }
        // Fewer bytes than the client can use, or none where it wanted some — [MS-SMB2] 3.3.5.12
        guard count >= Int(request.minimumCount), count > 0 || request.length == 0 else { throw SMBFailure(.endOfFile) }
        file.state.position = request.offset &+ UInt64(count)
        ReadResponse.writePrefix(dataLength: count, padding: context.connection.readPadding, to: &context.writer)
        return .success(receipt)
    }
}
