import RemoteProcedures
import SMBMessages
import WindowsTypes
import WireCoding

/// The FSCTLs of pipes — [MS-SMB2] 3.3.5.15.3, 3.3.5.15.4 and 3.3.5.15.10, [MS-FSCC] 2.3.45 to 2.3.50
enum PipeControl {
    static func handle(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request = try IoctlRequest(
            checked: context.message, limit: context.connection.terms.maximumTransferBytes)
        // It names its pipe in its input, and comes without an open.
        if request.ctlCode == .pipeWait { return try wait(request, &context) }
        let pipe = try context.open(request.fileID)
        // As with Samba, whatever else is asked of a pipe.
        try ControlCodeTable.require(
            request.ctlCode, in: ControlCodeTable.pipeHandling, otherwise: .fsDriverRequired)
        return request.ctlCode == .pipePeek
            ? try peek(request, pipe, &context) : try transceive(request, pipe, &context)
    }

    /// A write and the read of what it is answered with — [MS-SMB2] 3.3.5.15.3
    private static func transceive(
        _ request: IoctlRequest, _ pipe: PipeOpen, _ context: inout PipeContext
    ) throws(SMBFailure) -> CommandResult {
        let room = Int(request.maxOutputResponse)
        if !context.isResumed {
            guard pipe.association.unreadMessages == 0 else { throw SMBFailure(.pipeBusy) }
            try PipeCommands.feed(pipe, request.input, context.connection)
        }
        guard let (bytes, isCut) = pipe.association.read(room) else {
            if pipe.association.isOver { throw SMBFailure(.pipeDisconnected) }
            // Not a whole call yet: its rest is to come.
            return .pending(pipe.waitForMessage())
        }
        IoctlResponse(ctlCode: request.ctlCode, fileID: pipe.fileID, output: bytes).write(to: &context.writer)
        return isCut ? .reply(.bufferOverflow, nil) : .success
    }

    /// What waits, without taking it — FSCTL_PIPE_PEEK reply, [MS-FSCC] 2.3.46
    private static func peek(
        _ request: IoctlRequest, _ pipe: PipeOpen, _ context: inout PipeContext
    ) throws(SMBFailure) -> CommandResult {
        let fixed = 16
        let room = Int(request.maxOutputResponse)
        let association = pipe.association
        guard !association.isOver || association.unreadMessages > 0 else { throw SMBFailure(.pipeDisconnected) }
        // "A MaxOutputResponse value of zero is allowed." — [MS-SMB2] 3.3.5.15.4: whether the pipe is there at all
        guard room > 0 else {
            IoctlResponse(ctlCode: request.ctlCode, fileID: pipe.fileID).write(to: &context.writer)
            return .success
        }
        guard room >= fixed else { throw SMBFailure(.infoLengthMismatch) }
        let data = association.peek(room - fixed)
        var writer = WireWriter(reservingCapacity: fixed + data.count)
        writer.integer(PipeInformation.connected)
        writer.integer(UInt32(clamping: association.unreadBytes))
        writer.integer(UInt32(clamping: association.unreadMessages))
        writer.integer(UInt32(clamping: association.nextMessageBytes))
        writer.append(data)
        IoctlResponse(ctlCode: request.ctlCode, fileID: pipe.fileID, output: writer.bytes).write(to: &context.writer)
        return data.count < association.nextMessageBytes ? .reply(.bufferOverflow, nil) : .success
    }

    /// A pipe that is there has an instance for everybody; no other will ever come — [MS-SMB2] 3.3.5.15.10
    private static func wait(_ request: IoctlRequest, _ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        guard let name = try? waitedFor(request.input) else { throw SMBFailure(.invalidParameter) }
        context.subject = name
        guard context.connection.server.interfaces.pipe(named: String(decoding: name, as: UTF8.self)) != nil else {
            throw SMBFailure(.objectNameNotFound)
        }
        IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID).write(to: &context.writer)
        return .success
    }

    private static func waitedFor(_ input: [UInt8]) throws(WireError) -> [UInt8] {
        var reader = WireReader(input.span.bytes)
        try reader.skip(8)
        let length: UInt32 = try reader.integer()
        try reader.skip(2)
        return try UTF16LE.decode(try reader.span(Int(clamping: length)))
    }
}
