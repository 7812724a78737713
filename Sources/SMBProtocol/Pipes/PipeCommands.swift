import RemoteProcedures
import SMBMessages
import WindowsTypes
import WireCoding

/// The commands that a pipe takes — [MS-SMB2] 3.3.5.9 to 3.3.5.15
enum PipeCommands {
    static func handle(_ command: Command, _ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        switch command {
        case .create: try create(&context)
        case .close: try close(&context)
        case .flush: try flush(&context)
        case .read: try read(&context)
        case .write: try write(&context)
        case .ioctl: try PipeControl.handle(&context)
        case .queryInfo: try PipeInformation.query(&context)
        case .setInfo: try PipeInformation.set(&context)
        case .lock, .queryDirectory, .changeNotify, .oplockBreak:
            // What only files and directories have. An open that is not there is not asked what it is.
            throw SMBFailure(context.connection.pipeCount == 0 ? .fileClosed : .invalidDeviceRequest)
        default: throw SMBFailure(.invalidParameter)
        }
    }

    /// As with Samba only the name is looked at: a pipe has no share modes, and every disposition opens it.
    private static func create(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: CreateRequest = try context.request()
        context.subject = request.name
        guard request.impersonationLevel.isValid else { throw SMBFailure(.badImpersonationLevel) }
        let connection = context.connection
        let name = String(decoding: request.name, as: UTF8.self)
        guard let pipe = connection.server.interfaces.pipe(named: name) else { throw SMBFailure(.objectNameNotFound) }
        guard connection.pipeCount < context.limits.pipesPerConnection else {
            throw SMBFailure(.insufficientResources)
        }
        let entry = connection.openPipe(
            pipe, tree: context.tree, channel: ChannelSequence(context.header.channelSequence))
        context.chain.fileID = entry.fileID
        context.chain.createFailure = nil
        CreateResponse(
            oplockLevel: .none, createAction: .opened, creationTime: .zero, lastAccessTime: .zero, lastWriteTime: .zero,
            changeTime: .zero, allocationSize: 4096, endOfFile: 0, fileAttributes: .normal, fileID: entry.fileID,
            createContexts: []
        ).write(to: &context.writer)
        return .success
    }

    private static func close(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: CloseRequest = try context.request()
        let pipe = try context.open(request.fileID)
        context.connection.closePipe(pipe)
        var response = CloseResponse()
        if request.flags.contains(.postQueryAttrib) {
            response.flags = .postQueryAttrib
            response.fileAttributes = .normal
        }
        response.write(to: &context.writer)
        return .success
    }

    /// What was written has been executed; there is nothing to wait for.
    private static func flush(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: FlushRequest = try context.request()
        _ = try context.open(request.fileID)
        FlushResponse().write(to: &context.writer)
        return .success
    }

    /// What waits of the next message: less than all of it is BUFFER_OVERFLOW, and where nothing waits the READ does —
    /// [MS-SMB2] 3.3.5.12
    private static func read(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: ReadRequest = try context.request()
        let pipe = try context.open(request.fileID)
        let terms = context.connection.terms
        try terms.requireInlineData(request.channel)
        // "If … the read is being executed on a named pipe, and the SMB2_READFLAG_READ_UNBUFFERED bit is set" — [MS-SMB2]
        // 3.3.5.12; before 3.0.2 the field is reserved.
        guard terms.dialect < .smb302 || !request.flags.contains(.readUnbuffered) else {
            throw SMBFailure(.invalidParameter)
        }
        guard request.length <= UInt32(clamping: context.connection.terms.maximumTransferBytes) else {
            throw SMBFailure(.invalidParameter)
        }
        let isStream = !pipe.mode.readsMessages
        guard let (bytes, isCut) = pipe.association.read(Int(request.length), isStream: isStream) else {
            if pipe.association.isOver { throw SMBFailure(.pipeDisconnected) }
            if pipe.mode.refusesToWait { throw SMBFailure(.pipeEmpty) }
            return .pending(pipe.waitForMessage())
        }
        ReadResponse.writePrefix(dataLength: bytes.count, to: &context.writer)
        context.writer.append(bytes)
        return isCut ? .reply(.bufferOverflow, nil) : .success
    }

    private static func write(_ context: inout PipeContext) throws(SMBFailure) -> CommandResult {
        let request: WriteRequest = try context.request()
        let pipe = try context.open(request.fileID)
        let terms = context.connection.terms
        try terms.requireInlineData(request.channel)
        // "If … a write is being executed on a named pipe and the Flags field is set to SMB2_WRITEFLAG_WRITE_UNBUFFERED or
        // SMB2_WRITEFLAG_WRITE_THROUGH" — [MS-SMB2] 3.3.5.13
        guard terms.dialect < .smb300 || request.flags.isDisjoint(with: [.writeThrough, .writeUnbuffered]) else {
            throw SMBFailure(.invalidParameter)
        }
        guard request.dataRange.count <= terms.maximumTransferBytes else { throw SMBFailure(.invalidParameter) }
        try feed(pipe, UnsafeRawBufferPointer(rebasing: context.message[request.dataRange]), context.connection)
        WriteResponse(count: UInt32(clamping: request.dataRange.count)).write(to: &context.writer)
        return .success
    }

    /// Hands a pipe what a client has written.
    ///
    /// - Throws: PIPE_DISCONNECTED when the conversation is over, INSUFFICIENT_RESOURCES when the connection's pipes hold
    ///   all that they may.
    static func feed(
        _ pipe: PipeOpen, _ bytes: some Collection<UInt8>, _ connection: Connection
    ) throws(SMBFailure) {
        guard !pipe.association.isOver else { throw SMBFailure(.pipeDisconnected) }
        guard connection.pipeBytes + bytes.count <= connection.server.limits.pipeBytesPerConnection else {
            throw SMBFailure(.insufficientResources)
        }
        pipe.association.write(bytes)
        if pipe.association.unreadMessages > 0 || pipe.association.isOver { pipe.wakeReaders() }
    }
}
