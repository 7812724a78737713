package import AccessArbitration
import AccessControl
package import FileSystemCore
package import FileSystemModel
import ProtocolErrors

/// One mount's door to the core: takes the kernel's requests as values and answers each exactly once. It has no rules
/// of its own.
///
/// Thread-safe. Knows neither libfuse nor a mount. A request that has to wait is parked as a value and carried out
/// again from its start when its ticket is settled; INTERRUPT, and the end of the mount, cancel the wait.
package final class FUSEHandler: Sendable {
    /// One request on its way: all that repeating it takes.
    struct Call: Sendable {
        let request: FUSERequest
        var operation: FUSEOperation
        var context: OperationContext
        let responder: any FUSEResponder
        /// When it arrived, for observers.
        let arrival: ContinuousClock.Instant?
    }

    package let fileSystem: FileSystem
    package let door: DoorID
    let nodes: NodeTable
    let handles = HandleTable()
    let buffers = ReplyBufferPool()
    let grants: GrantTable
    private let parked = ParkedRequests()
    private let identities: CallerIdentities
    private let observer: (any FUSERequestObserver)?
    private let resume: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameter resume: Carries out what a settled ticket has let go on. The thread that settled it may be another
    ///   door's event loop,
    ///   so a share whose stores block hands it to a pool.
    package init(
        fileSystem: FileSystem, door: DoorID, groups: any GroupSource, observer: (any FUSERequestObserver)? = nil,
        resume: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
    ) {
        self.fileSystem = fileSystem
        self.door = door
        nodes = NodeTable()
        grants = GrantTable(door: door, nodes: nodes)
        identities = CallerIdentities(source: groups)
        self.observer = observer
        self.resume = resume
        fileSystem.attach(grants)
    }

    /// There is a kernel that can be told of changes; it holds whatever the answers from now on give it.
    package func connect(_ notifier: any KernelNotifier) { grants.connect(notifier) }

    // MARK: A request and its answer

    /// Carries out one request. The answer goes to `responder`, before this returns unless it has to wait.
    package func handle(_ request: FUSERequest, _ operation: FUSEOperation, _ responder: any FUSEResponder) {
        let identity = identities.identity(of: request, second: fileSystem.environment.clock.now().seconds)
        let context = OperationContext(
            door: door, style: .posix, client: UInt64(request.pid), identity: identity, operation: request.unique)
        attempt(
            Call(
                request: request, operation: operation, context: context, responder: responder,
                arrival: observer == nil ? nil : .now))
    }

    private func attempt(_ call: Call) {
        do throws(FileSystemError) {
            switch try execute(call.operation, call.context) {
            case .done(let reply, let receipt):
                if let gate = receipt.gate {
                    gate.whenOpen { [self] in finish(call, reply) }
                } else {
                    finish(call, reply)
                }
            case .pending(let ticket): park(call, on: ticket)
            case .wouldBlock: finish(call, .error(Errno.input))  // This door always may.
            }
        } catch {
            finish(call, .error(ProtocolErrors.errno(for: error)))
        }
    }

    private func finish(_ call: Call, _ reply: FUSEReply) {
        let isDelivered = call.responder.answer(reply)
        if !isDelivered { takeBack(reply) }
        guard let observer, let arrival = call.arrival else { return }
        let elapsed = (ContinuousClock.now - arrival).components
        observer.answered(
            call.operation, of: call.request, errno: reply.errno,
            microseconds: UInt64(clamping: elapsed.seconds) &* 1_000_000
                &+ UInt64(clamping: elapsed.attoseconds / 1_000_000_000_000))
    }

    /// The kernel never saw the answer, so it will not give back what that handed over.
    private func takeBack(_ reply: FUSEReply) {
        switch reply {
        case .entry(let attributes, _): forget(NodeID(attributes.inode), count: 1)
        case .opened(let file): close(file.handle)
        case .created(let attributes, _, let file):
            close(file.handle)
            forget(NodeID(attributes.inode), count: 1)
        case .directoryPlus(_, let nodes): for node in nodes { forget(node, count: 1) }
        default: break
        }
    }

    // MARK: Waiting

    private func park(_ call: Call, on ticket: Ticket) {
        var call = call
        // The session takes its buffer back when the handler returns.
        if case .write(let handle, let offset, let received, let flags, let isWriteBack) = call.operation {
            call.operation = .write(handle, offset: offset, received.kept(), flags: flags, isWriteBack: isWriteBack)
        }
        let unique = call.request.unique
        if parked.park(unique, on: ticket) {
            call.responder.willWait(unique: unique)
        } else {
            ticket.cancel()
        }
        ticket.whenSettled { [self, call] resumption in
            parked.leave(unique)
            resume { [self] in settle(call, ticket, resumption) }
        }
    }

    private func settle(_ call: Call, _ ticket: Ticket, _ resumption: Ticket.Resumption) {
        switch resumption {
        case .retry:
            var call = call
            call.context.resuming = ticket
            attempt(call)
        case .cancelled(let error):
            // EINTR without a signal would come out of the kernel as a request to start again.
            finish(call, .error(parked.isClosed ? Errno.noDevice : ProtocolErrors.errno(for: error)))
        }
    }

    /// INTERRUPT: the caller of a request that waits has got a signal. Others are answered as if nothing had happened.
    package func interrupt(unique: UInt64) { parked.cancel(unique) }

    /// The mount is about to end: nobody waits any longer, and nobody begins to.
    package func cancelAll() { parked.cancelAll() }

    /// The mount has ended: what its kernel had open or referred to is given up.
    package func end() {
        cancelAll()
        grants.connect(nil)
        for handle in handles.removeAll() { release(handle) }
        for node in nodes.removeAll() { fileSystem.unpin(node.inode, count: 1) }
    }

    // MARK: For status and tests

    package var openCount: Int { handles.count }
    package var nodeCount: Int { nodes.count }
    package var waitingCount: Int { parked.count }
    package func references(of node: NodeID) -> UInt64 { nodes.references(of: node) }
    package func open(of handle: FileHandleID) -> Open? { handles[handle]?.open }
    package func link(of node: NodeID) -> Link? { nodes.link(of: node) }
}
