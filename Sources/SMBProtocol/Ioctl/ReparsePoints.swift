import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_GET_REPARSE_POINT, FSCTL_SET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT — [MS-FSCC] 2.3.27, 2.3.81 and
/// 2.3.5, [MS-FSA] 2.1.5.10.14, 2.1.5.10.37 and 2.1.5.10.3
///
/// Reparse points are what POSIX calls special files, and the other way round: a link that a client makes is one on the
/// mount, and a FIFO of the mount's has the tag that Windows' NFS server gives it. Tags of other owners are refused:
/// nobody here would know what to do with such a file.
enum ReparsePointControl {
    static func get(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        let outcome = try special(call, context)
        guard case .done(let special, _) = outcome else { return .waiting(for: outcome) }
        guard let special else { throw SMBFailure(.notAReparsePoint) }
        let output = special.reparseData.bytes
        // "If OutputBufferSize is less than the size of a REPARSE_DATA_BUFFER header: STATUS_BUFFER_TOO_SMALL"; what
        // does not fit whole is STATUS_BUFFER_OVERFLOW.
        try call.requireRoom(ReparseDataBuffer.headerByteCount)
        call.answer(Array(output.prefix(call.room)), &context)
        return .reply(output.count <= call.room ? .success : .bufferOverflow, nil)
    }

    static func set(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        let buffer = try buffer(call)
        let wanted = try specialFile(buffer)
        try requireAccess(call)
        let outcome = try special(call, context)
        guard case .done(let present, _) = outcome else { return .waiting(for: outcome) }
        // "If … the ReparseTag of the file is not the one of the buffer: STATUS_IO_REPARSE_TAG_MISMATCH."
        if let present, present.reparseData.tag != wanted.reparseData.tag {
            throw SMBFailure(.ioReparseTagMismatch)
        }
        let fileSystem = context.fileSystem
        let result = try context.core { operation throws(FileSystemError) in
            try fileSystem.transform(call.file.open, into: wanted, operation)
        }
        guard case .done(_, let receipt) = result else { return .waiting(for: result) }
        call.answer([], &context)
        return .success(receipt)
    }

    static func delete(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        let buffer = try buffer(call)
        // "ReparseDataLength … MUST be 0."
        guard buffer.data.isEmpty else { throw SMBFailure(.ioReparseDataInvalid) }
        try requireAccess(call)
        let outcome = try special(call, context)
        guard case .done(let present, _) = outcome else { return .waiting(for: outcome) }
        guard let present else { throw SMBFailure(.notAReparsePoint) }
        guard present.reparseData.tag == buffer.tag else { throw SMBFailure(.ioReparseTagMismatch) }
        let fileSystem = context.fileSystem
        let result = try context.core { operation throws(FileSystemError) in
            try fileSystem.restorePlainFile(call.file.open, operation)
        }
        guard case .done(_, let receipt) = result else { return .waiting(for: result) }
        call.answer([], &context)
        return .success(receipt)
    }

    private static func special(
        _ call: ControlCall, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<SpecialFile?> {
        let fileSystem = context.fileSystem
        return try context.core { operation throws(FileSystemError) in
            try fileSystem.specialFile(call.file.open, operation)
        }
    }

    private static func requireAccess(_ call: ControlCall) throws(SMBFailure) {
        guard !call.file.open.access.isDisjoint(with: [.writeData, .writeAttributes]) else {
            throw SMBFailure(.accessDenied)
        }
    }

    /// "If InputBufferSize is less than the header, … or not the header and ReparseDataLength:
    /// STATUS_IO_REPARSE_DATA_INVALID"
    private static func buffer(_ call: ControlCall) throws(SMBFailure) -> ReparseDataBuffer {
        guard call.input.count <= ReparseDataBuffer.maximumByteCount,
            let buffer = try? ReparseDataBuffer(bytes: call.input),
            call.input.count == ReparseDataBuffer.headerByteCount + buffer.data.count
        else { throw SMBFailure(.ioReparseDataInvalid) }
        guard buffer.tag != .none, buffer.tag != .reservedOne else {
            throw SMBFailure(.ioReparseTagInvalid)
        }
        return buffer
    }

    private static func specialFile(_ buffer: ReparseDataBuffer) throws(SMBFailure) -> SpecialFile {
        let special: SpecialFile?
        switch buffer.tag {
        case .symbolicLink:
            let data = try? SymbolicLinkReparseData(bytes: buffer.data)
            special = data.flatMap(SymbolicLinkTarget.decode).map { .symbolicLink($0) }
        case .nfs:
            special = (try? NFSReparseData(bytes: buffer.data)).flatMap(SpecialFile.init)
        default:
            throw SMBFailure(.ioReparseTagNotHandled)
        }
        guard let special else { throw SMBFailure(.ioReparseDataInvalid) }
        return special
    }
}

extension SpecialFile {
    /// Nil for a link to nothing.
    init?(_ data: NFSReparseData) {
        switch data {
        case .symbolicLink(let target):
            guard !target.isEmpty, !target.contains(0) else { return nil }
            self = .symbolicLink(target)
        case .characterDevice(let major, let minor):
            self = .characterDevice(DeviceNumber(major: major, minor: minor))
        case .blockDevice(let major, let minor):
            self = .blockDevice(DeviceNumber(major: major, minor: minor))
        case .fifo: self = .fifo
        case .socket: self = .socket
        }
    }

    /// What a client is told that it is.
    var reparseData: ReparseDataBuffer {
        switch self {
        case .symbolicLink(let target):
            ReparseDataBuffer(tag: .symbolicLink, data: SymbolicLinkTarget.encode(target).bytes)
        case .fifo: ReparseDataBuffer(tag: .nfs, data: NFSReparseData.fifo.bytes)
        case .socket: ReparseDataBuffer(tag: .nfs, data: NFSReparseData.socket.bytes)
        case .characterDevice(let number):
            ReparseDataBuffer(
                tag: .nfs,
                data: NFSReparseData.characterDevice(major: number.major, minor: number.minor).bytes)
        case .blockDevice(let number):
            ReparseDataBuffer(
                tag: .nfs, data: NFSReparseData.blockDevice(major: number.major, minor: number.minor).bytes)
        }
    }
}
