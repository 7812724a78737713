import Authentication
import RemoteProcedures
import SMBMessages
import Synchronization
import WindowsTypes
import WireCoding

extension Connection {
    /// Hands a request on IPC$ to its command. The response's header has been written.
    func executePipeCommand(
        _ message: inout Message, _ tree: TreeConnection, _ work: inout FrameWork
    ) -> CommandOutcome {
        guard let start = work.reply.message else { return .failure(SMBFailure(.userSessionDeleted)) }
        var context = PipeContext(
            header: message.header, message: message.bytes, connection: self, tree: tree,
            isResumed: message.resumed != nil, writer: takeWriter(at: start), chain: work.chain)
        let result: CommandOutcome
        do throws(SMBFailure) {
            result = .success(try PipeCommands.handle(message.header.command, &context))
        } catch {
            result = .failure(error)
        }
        putBack(&context.writer)
        message.settle(context.outstanding, result)
        if server.observer != nil { message.subject = context.subject }
        switch result {
        case .success(.reply), .success(.pending), .failure: work.chain = context.chain
        case .success: break
        }
        return result
    }

    /// Opens a pipe that is there; the connection closes it if the client does not.
    func openPipe(_ name: String, tree: TreeConnection, channel: ChannelSequence) -> PipeOpen {
        let session = tree.session
        var number = session.home.nextNumber()
        while session.pipes[number] != nil { number = session.home.nextNumber() }
        let user = session.user
        var isAuthenticated = false
        if case .user(_)? = user { isAuthenticated = true }
        let association = server.interfaces.makeAssociation(
            pipe: name, number: UInt32(truncatingIfNeeded: number),
            caller: RPCCaller(name: user?.name ?? "", isAuthenticated: isAuthenticated))
        let pipe = PipeOpen(
            fileID: FileID(persistent: number, volatile: number), tree: tree, name: name, association: association,
            channel: channel)
        session.pipes[number] = pipe
        session.home.record.openCount.add(1, ordering: .relaxed)
        return pipe
    }

    /// Closes a pipe; whoever waits there finds it gone.
    func closePipe(_ pipe: PipeOpen) {
        let session = pipe.tree.session
        guard session.pipes.removeValue(forKey: pipe.fileID.volatile) != nil else { return }
        session.home.record.openCount.subtract(1, ordering: .relaxed)
        pipe.wakeReaders()
    }

    /// Of all sessions: what they hold is bounded for the connection as a whole.
    var pipeCount: Int { sessions.values.reduce(0) { $0 + $1.pipes.count } }

    /// What waits in them.
    var pipeBytes: Int {
        sessions.values.reduce(0) { sum, session in
            session.pipes.values.reduce(sum) { $0 + $1.association.bufferedBytes }
        }
    }

    func closePipes(of tree: TreeConnection) {
        for pipe in tree.session.pipes.values where pipe.tree === tree { closePipe(pipe) }
    }
}
