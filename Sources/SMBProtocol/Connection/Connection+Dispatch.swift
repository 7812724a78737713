import FileSystemCore
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    /// Hands a request that may be executed to its command. The response's header has been written.
    func execute(_ message: inout Message, _ work: inout FrameWork) -> CommandOutcome {
        do throws(SMBFailure) {
            switch message.header.command {
            case .negotiate: return .success(try negotiate(&message, &work))
            case .sessionSetup: return .success(try setUpSession(&message, &work))
            case .logoff: return .success(try logOff(&message, &work))
            case .treeConnect: return .success(try connectTree(&message, &work))
            case .treeDisconnect: return .success(try disconnectTree(&message, &work))
            case .echo: return .success(try echo(message))
            case .ioctl where concernsConnection(message): return .success(try control(message, work))
            // A code that is no command would end the connection by [MS-SMB2] 3.3.5.2.6; it is answered, as Samba does.
            case .unknown, .cancel: throw SMBFailure(.invalidParameter)
            default: return executeFileCommand(&message, &work)
            }
        } catch {
            return .failure(error)
        }
    }

    /// Writes a body behind the header that was begun last.
    func write(_ body: some SMB2Body, _ work: borrowing FrameWork) {
        var writer = takeWriter(at: work.reply.message ?? output.bytes.count)
        body.write(to: &writer)
        putBack(&writer)
    }

    private func executeFileCommand(_ message: inout Message, _ work: inout FrameWork) -> CommandOutcome {
        guard let session = message.session, let tree = message.tree, let start = work.reply.message else {
            return .failure(SMBFailure(.userSessionDeleted))
        }
        guard case .disk(let share) = tree.target else {
            return executePipeCommand(&message, tree, &work)
        }
        // No handler begins where its calls would be refused.
        if !message.mayBlock, share.fileSystem.isBlocking { return .success(.wouldBlock) }
        var context = CommandContext(
            header: message.header, message: message.bytes, connection: self, session: session, tree: tree,
            share: share,
            mayBlock: message.mayBlock, resuming: message.resumed?.ticket, progress: message.resumed?.progress,
            writer: takeWriter(at: start), chain: work.chain)
        let result: CommandOutcome
        do throws(SMBFailure) {
            result = .success(try Self.handle(message.header.command, &context))
        } catch {
            result = .failure(error)
        }
        finish(&context, &message, &work, result)
        return result
    }

    private func finish(
        _ context: inout CommandContext, _ message: inout Message, _ work: inout FrameWork,
        _ result: CommandOutcome
    ) {
        putBack(&context.writer)
        switch result {
        case .success(.reply):
            work.chain = context.chain
            switch context.payload {
            case .none: break
            case .scratch(let count): output.bytes.append(contentsOf: UnsafeRawBufferPointer(scratch(count)))
            case .external(let buffer, let count):
                work.reply.payload = buffer
                work.reply.payloadCount = count
            }
        case .failure: work.chain = context.chain
        case .success(.pending):
            // Its repetition may not name the file again: one that was granted, or cancelled, is answered without it.
            work.chain = context.chain
            message.progress = context.progress
        case .success: message.progress = context.progress
        }
        message.settle(context.outstanding, result)
        guard context.isTraced else { return }
        message.subject = context.subject
        if message.subject.isEmpty, let open = context.subjectOpen {
            message.subject = path(of: open, in: context.fileSystem)
        }
    }

    private static func handle(
        _ command: Command, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        switch command {
        case .create: try CreateCommand.handle(&context)
        case .close: try CloseCommand.handle(&context)
        case .flush: try FlushCommand.handle(&context)
        case .read: try ReadCommand.handle(&context)
        case .write: try WriteCommand.handle(&context)
        case .queryDirectory: try QueryDirectoryCommand.handle(&context)
        case .queryInfo: try QueryInfoCommand.handle(&context)
        case .setInfo: try SetInfoCommand.handle(&context)
        case .ioctl: try IoctlCommand.handle(&context)
        case .lock: try LockCommand.handle(&context)
        case .changeNotify: try ChangeNotifyCommand.handle(&context)
        case .oplockBreak: try OplockBreakCommand.handle(&context)
        default: throw SMBFailure(.invalidParameter)
        }
    }
}
