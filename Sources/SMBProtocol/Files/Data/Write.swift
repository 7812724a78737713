import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// SMB2 WRITE — [MS-SMB2] 2.2.21, 3.3.5.13
package enum WriteCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: WriteRequest = try context.request()
        let file = try context.open(request.fileID)
        try context.connection.terms.requireInlineData(request.channel)
        guard request.dataRange.count <= context.maximumTransferBytes else { throw SMBFailure(.invalidParameter) }
        guard !file.open.isDirectory else { throw SMBFailure(.invalidDeviceRequest) }
        guard !file.open.access.isDisjoint(with: [.writeData, .appendData]) else { throw SMBFailure(.accessDenied) }
        let offset = try target(request, file)
        let data = UnsafeRawBufferPointer(rebasing: context.message[request.dataRange])
        let outcome = try context.delayingWriteTime(of: file) { () throws(SMBFailure) in
            try context.core { operation throws(FileSystemError) in
                try context.fileSystem.write(file.open, at: offset, from: data, operation)
            }
        }
        guard case .done(let count, let receipt) = outcome else { return .waiting(for: outcome) }
        if request.flags.contains(.writeThrough), !file.open.isWriteThrough, count > 0 {
            _ = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.sync(file.open, dataOnly: true, operation)
            }
        }
        WriteResponse(count: UInt32(clamping: count)).write(to: &context.writer)
        return .success(receipt)
    }

    /// Where the bytes go; nil for the end of the file, which an offset of all ones means to who may only append. To
    /// others it is a negative number like any: smb2.rw.invalid.
    private static func target(_ request: WriteRequest, _ file: SMBOpen) throws(SMBFailure) -> UInt64? {
        if request.offset == .max, file.open.isAppending { return nil }
        let limit = UInt64(Int64.max)
        guard request.offset <= limit, UInt64(request.dataRange.count) <= limit - request.offset else {
            throw SMBFailure(.invalidParameter)
        }
        return request.offset
    }
}
