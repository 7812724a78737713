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
            header: message.header, message: message.bytes, connection: tree.session.home, tree: tree,
            isResumed: message.resumed != nil, writer: takeWriter(at: start), chain: work.chain)
        let result: CommandOutcome
        do throws(SMBFailure) {
            result = .success(try PipeCommands.handle(message.header.command, &context))
        } catch {
            result = .failure(error)
        }
        putBack(&context.writer)
        if server.observer != nil { message.subject = context.subject }
        switch result {
        case .success(.reply), .failure: work.chain = context.chain
        case .success: break
        }
        return result
    }

    /// Opens a pipe that is there; the connection closes it if the client does not.
    func openPipe(_ name: String, tree: TreeConnection) -> PipeOpen {
        var number = nextNumber()
        while pipes[number] != nil { number = nextNumber() }
        let user = tree.session.user
        var isAuthenticated = false
        if case .user(_)? = user { isAuthenticated = true }
        let association = server.interfaces.makeAssociation(
            pipe: name, number: UInt32(truncatingIfNeeded: number),
            caller: RPCCaller(name: user?.name ?? "", isAuthenticated: isAuthenticated))
        let pipe = PipeOpen(
            fileID: FileID(persistent: number, volatile: number), tree: tree, name: name, association: association)
        pipes[number] = pipe
        record.openCount.add(1, ordering: .relaxed)
        return pipe
    }

    /// Closes a pipe; whoever waits there finds it gone.
    func closePipe(_ pipe: PipeOpen) {
        guard pipes.removeValue(forKey: pipe.fileID.volatile) != nil else { return }
        record.openCount.subtract(1, ordering: .relaxed)
        pipe.wakeReaders()
    }

    /// Gives a session's pipes to the connection that takes this one's place.
    func movePipes(of session: Session, to next: Connection) {
        for (number, pipe) in pipes where pipe.tree.session === session {
            // Each connection numbers for itself.
            guard next.pipes[number] == nil else {
                closePipe(pipe)
                continue
            }
            pipes[number] = nil
            next.pipes[number] = pipe
            record.openCount.subtract(1, ordering: .relaxed)
            next.record.openCount.add(1, ordering: .relaxed)
        }
    }

    func closePipes(of tree: TreeConnection) {
        for pipe in pipes.values where pipe.tree === tree { closePipe(pipe) }
    }
}
