import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_CREATE_OR_GET_OBJECT_ID and the codes about it — [MS-FSCC] 2.3.1
enum ObjectIDControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        try call.requireRoom(64)
        let fileSystem = context.fileSystem
        let outcome = try context.core { context throws(FileSystemError) in try fileSystem.statistics(context) }
        guard case .done(let share, _) = outcome else { return .waiting(for: outcome) }
        call.answer(objectID(of: call.file.open, on: share.identifier), &context)
        return .success
    }

    /// FILE_OBJECTID_BUFFER type 1: the share's number and the file's, which nothing else has — [MS-FSCC] 2.1.3.1
    private static func objectID(of open: Open, on share: UInt64) -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 64)
        for _ in 0..<2 {
            writer.integer(open.inode.rawValue)
            writer.integer(share)
            writer.integer(share)
            writer.integer(UInt64(0))
        }
        return writer.bytes
    }
}
