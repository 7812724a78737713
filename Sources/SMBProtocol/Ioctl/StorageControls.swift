import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_GET_COMPRESSION and FSCTL_SET_COMPRESSION — [MS-FSCC] 2.3.18 and 2.3.67. Nothing is compressed, and nothing
/// can be: what Samba answers where its disk cannot either.
enum CompressionControl {
    static func get(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        try call.requireRoom(CompressionState.byteCount, .invalidUserBuffer)
        call.answer(CompressionState.none.bytes, &context)
        return .success
    }

    static func set(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.writeData) else { throw SMBFailure(.accessDenied) }
        let state: CompressionState = try call.parse()
        guard state == .none else { throw SMBFailure(.notSupported) }
        call.answer([], &context)
        return .success
    }
}

/// FSCTL_GET_INTEGRITY_INFORMATION and FSCTL_SET_INTEGRITY_INFORMATION — [MS-FSCC] 2.3.20 and 2.3.73. No checksums
/// are kept, and none can be asked for.
enum IntegrityControl {
    static func get(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.readAttributes) else { throw SMBFailure(.accessDenied) }
        let information = IntegrityInformation(
            checksumAlgorithm: IntegrityUpdate.none, flags: 0, checksumChunkSize: 0,
            clusterSize: UInt32(VolumeGeometry.unit))
        try call.requireRoom(IntegrityInformation.byteCount)
        call.answer(information.bytes, &context)
        return .success
    }

    static func set(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard !call.file.open.access.isDisjoint(with: [.writeData, .writeAttributes]) else {
            throw SMBFailure(.accessDenied)
        }
        let update: IntegrityUpdate = try call.parse()
        guard
            update.checksumAlgorithm == IntegrityUpdate.none
                || update.checksumAlgorithm == IntegrityUpdate.unchanged
        else { throw SMBFailure(.notSupported) }
        call.answer([], &context)
        return .success
    }
}

/// FSCTL_CREATE_OR_GET_OBJECT_ID and FSCTL_GET_OBJECT_ID — [MS-FSCC] 2.3.1 and 2.3.25. Every file has an id from the
/// start, which follows from the share's number and its own; so none can be set or taken away.
enum ObjectIDControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        try call.requireRoom(FileObjectIDBuffer.byteCount)
        let fileSystem = context.fileSystem
        let outcome = try context.core { context throws(FileSystemError) in
            try fileSystem.statistics(context)
        }
        guard case .done(let share, _) = outcome else { return .waiting(for: outcome) }
        let object = GUID(first: call.file.open.inode.rawValue, second: share.identifier)
        let volume = GUID(first: share.identifier, second: 0)
        call.answer(
            FileObjectIDBuffer(objectID: object, birthVolumeID: volume, birthObjectID: object).bytes,
            &context)
        return .success
    }
}

/// FSCTL_IS_PATHNAME_VALID — [MS-FSCC] 2.3.35: whether a name can be one is said when it is used. "Always …
/// STATUS_SUCCESS."
enum PathnameValidControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) -> CommandResult {
        call.answer([], &context)
        return .success
    }
}
