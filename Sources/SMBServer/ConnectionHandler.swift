import Glibc
import Logging
import NIOCore
import NIOPosix
import SMBProtocol
import WindowsTypes

/// The socket's side of one connection: feeds received frames to the machine and writes what it answers.
///
/// `@unchecked Sendable`: all state is touched on the event loop only, but for what ``ConnectionHost`` demands, which
/// uses only what never changes and hops to the loop for the rest, and for the machine, which another thread owns while
/// ``isLent`` is set (the loop does not touch it then; the hand-overs go through the pool's and the loop's queues,
/// which order them). Once ``strand`` is set the machine is the strand's for good: the loop hands it frames and takes
/// back what it has to know.
final class ConnectionHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let server: ServerContext
    let threads: ServerThreads
    let localAddresses: [LocalAddress]
    let logger: Logger
    let eventLoop: any EventLoop
    let allocator: ByteBufferAllocator
    let address: String

    var context: ChannelHandlerContext?
    /// Nil before the beginning and after the end.
    var machine: Connection?
    /// Another thread takes the machine apart; whoever waits for its end still waits.
    var isEnding = false
    let assembler: FrameAssembler
    /// The machine is with another thread.
    var isLent = false
    /// What came for the machine meanwhile.
    var deferredWakes: [Wake] = []
    /// What is to be done when the machine is back, or gone.
    var onReturn: [@Sendable () -> Void] = []
    /// Where the machine runs once it shares a session with others; nil for almost all.
    var strand: Strand?
    /// What the machine has said when it came back from there last.
    var report = Report()
    var holdsRead = false
    /// What the socket was last told to wait for.
    private var awaitedByteCount = 1
    /// The peer has asked by NetBIOS' name, as it may once.
    private var isNamed = false
    var isDraining = false
    var isClosing = false
    var clock: RepeatedTask?
    var times: Times

    private static let lingerMilliseconds: Int64 = 5000

    init(server: ServerContext, threads: ServerThreads, logger: Logger, channel: any Channel) {
        self.server = server
        self.threads = threads
        localAddresses = Self.addresses(of: channel)
        self.logger = logger
        eventLoop = channel.eventLoop
        allocator = channel.allocator
        assembler = FrameAssembler(allocator: channel.allocator)
        let peer = channel.remoteAddress
        address = peer.map { "\($0.ipAddress ?? "local"):\($0.port ?? 0)" } ?? "unknown"
        let now = NIODeadline.now()
        times = Times(opened: now, lastActivity: now)
    }

    /// Does something to the handler where it runs.
    func onLoop(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
        eventLoop.execute { body(self) }
    }

    private static func addresses(of channel: any Channel) -> [LocalAddress] {
        guard let text = channel.localAddress?.ipAddress else { return [] }
        var bytes = [UInt8](repeating: 0, count: text.contains(":") ? 16 : 4)
        guard inet_pton(bytes.count == 16 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return [] }
        return [LocalAddress(bytes: bytes)].compactMap { $0 }
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        machine = Connection(server: server, client: address, host: self)
        logger.debug("SMB connection", metadata: ["client": "\(address)"])
        startClock()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.peerClosed)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.peerClosed)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(.socketError("\(error)"))
    }

    /// Takes no further request, answers those that were accepted, then closes.
    func drain() {
        isDraining = true
        closeIfDrained()
    }

    func closeIfDrained() {
        // What is left in the assembler is the beginning of a frame, unless nothing was looked at.
        guard isDraining, !isPaused || assembler.isEmpty, !isLent, now?.hasWork != true else { return }
        close(.shutdown)
    }

    /// Sends what is written and ends the connection.
    func close(_ reason: DisconnectReason) {
        guard !isClosing else { return }
        isClosing = true
        guard let context else { return finish(reason) }
        let done = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        done.futureResult.whenComplete { _ in channel.close(promise: nil) }
        // A peer that does not take its last replies is not waited for.
        let end = eventLoop.scheduleTask(in: .milliseconds(Self.lingerMilliseconds)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
        send(context)
        context.writeAndFlush(wrapOutboundOut(allocator.buffer(capacity: 0)), promise: done)
        finish(reason)
    }

    /// Ends the connection without waiting for what is written.
    func abort() {
        isClosing = true
        context?.channel.close(promise: nil)
        finish(.shutdown)
    }

    /// Takes the machine apart, once: opens are closed, waits cancelled.
    func finish(_ reason: DisconnectReason) {
        isClosing = true
        clock?.cancel()
        clock = nil
        guard let machine, !isLent else { return }
        let ended = now?.endReason ?? reason
        logger.debug("SMB connection closed", metadata: ["client": "\(address)", "reason": "\(ended)"])
        self.machine = nil
        takeApart(machine, reason)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, !isDraining else { return }
        assembler.append(unwrapInboundIn(data))
        work()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        awaitBytes(assembler.awaitedByteCount, context)
        flush()
        times.lastActivity = .now()
    }

    /// Has the socket wait for so many bytes before it says that it has some.
    private func awaitBytes(_ byteCount: Int, _ context: ChannelHandlerContext) {
        guard byteCount != awaitedByteCount else { return }
        awaitedByteCount = byteCount
        // Where it cannot, it says so with every segment.
        try? context.channel.syncOptions?.setOption(.socketOption(.init(rawValue: SO_RCVLOWAT)), value: .init(byteCount))
    }

    func work() {
        guard let machine else { return }
        while !isLent, !isClosing, times.unwritableSince == nil {
            // What came first; also where so much waits that nothing more is taken.
            if continueIntake(machine) { continue }
            guard !isPaused else { return }
            let next =
                strand == nil
                ? assembler.next(limit: machine.frameLimit) { machine.receive($0) } long: { machine.receive($0) }
                : workOnStrand(machine)
            switch next {
            case .needsMore: return noteFrame()
            case .message:
                // The next frame has a clock of its own.
                times.frameBegan = nil
                afterWork()
            case .sessionRequest:
                guard !isNamed else { return close(.badFrame) }
                isNamed = true
                context?.write(
                    wrapOutboundOut(allocator.buffer(bytes: FrameHeader.positiveSessionResponse)), promise: nil)
            case .invalid: return close(.badFrame)
            }
        }
    }

    func afterWork() {
        guard let machine, strand == nil else { return }
        if machine.isBlocked { return lend(machine) { $0.continueBlocking() } }
        if let reason = machine.endReason { return close(reason) }
        flushBurst()
    }
}
