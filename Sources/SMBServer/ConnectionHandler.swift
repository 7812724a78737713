import Glibc
import Logging
import NIOCore
import NIOPosix
import SMBProtocol
import WindowsTypes

/// The socket's side of one connection: feeds received frames to the machine and writes what it answers.
///
/// `@unchecked Sendable`: all state is touched on the event loop only, but for ``wake(_:)`` and
/// ``makePayload(capacity:)``, which use only what never changes, and for the machine, which a pool thread owns while
/// ``isLent`` is set (the loop does not touch it then; the hand-overs go through the pool's and the loop's queues,
/// which order them). Once ``strand`` is set the machine is the strand's for good: the loop hands it frames and takes
/// back what it has to know.
final class ConnectionHandler: ChannelDuplexHandler, ConnectionHost, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerContext
    private let pool: NIOThreadPool
    private let strands: Strands
    let localAddresses: [LocalAddress]
    private let logger: Logger
    private let eventLoop: any EventLoop
    private let allocator: ByteBufferAllocator
    private let address: String

    private var context: ChannelHandlerContext?
    private var machine: Connection?
    private var assembler: FrameAssembler
    /// The machine is with a pool thread.
    private var isLent = false
    /// What came for the machine meanwhile.
    private var deferredWakes: [Wake] = []
    private var holdsRead = false
    /// Where the machine runs once it shares a session with others; nil for almost all.
    private var strand: Strand?
    /// What the machine has said when it came back from there last.
    private var report = Report()
    /// What is to be done when the machine is back from its pool thread.
    private var onReturn: [@Sendable () -> Void] = []
    private var isDraining = false
    private var isClosing = false
    private var clock: RepeatedTask?
    private var times: Times

    /// What the loop has to know of a machine that it does not touch.
    private struct Report {
        var frameLimit = 0
        var isAuthenticated = false
        var isIdle = false
        var hasWork = false
        var endReason: DisconnectReason?

        init() {}

        init(_ machine: Connection) {
            frameLimit = machine.frameLimit
            isAuthenticated = machine.isAuthenticated
            isIdle = machine.isIdle
            hasWork = machine.hasWork
            endReason = machine.endReason
        }
    }

    private struct Times {
        let opened: NIODeadline
        var lastActivity: NIODeadline
        var frameBegan: NIODeadline?
        var unwritableSince: NIODeadline?
    }

    /// Replies of more bytes than this go to the socket before further requests are looked at.
    private static let outputBurst = 512 * 1024

    private static let lingerMilliseconds: Int64 = 5000

    init(server: ServerContext, pool: NIOThreadPool, strands: Strands, logger: Logger, channel: any Channel) {
        self.server = server
        self.pool = pool
        self.strands = strands
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

    // MARK: ConnectionHost

    func makePayload(capacity: Int) -> any PayloadBuffer {
        NIOPayload(capacity: capacity, allocator: allocator)
    }

    func wake(_ wake: Wake) {
        eventLoop.execute { self.deliver(wake) }
    }

    private func deliver(_ wake: Wake) {
        guard let machine else { return wake.abandon() }
        guard !isLent else { return deferredWakes.append(wake) }
        if let strand { return lend(machine, to: strand) { $0.wake(wake) } }
        machine.wake(wake)
        afterWork()
        flush()
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
        let limits = server.limits
        let shortest = min(
            limits.authenticationTimeoutMilliseconds, limits.frameTimeoutMilliseconds, limits.writeTimeoutMilliseconds,
            limits.idleTimeoutMilliseconds)
        let tick = TimeAmount.milliseconds(max(20, min(5000, shortest / 4)))
        clock = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in self?.checkTimes() }
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

    private func closeIfDrained() {
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
    private func finish(_ reason: DisconnectReason) {
        isClosing = true
        clock?.cancel()
        clock = nil
        guard let machine, !isLent else { return }
        let ended = now?.endReason ?? reason
        self.machine = nil
        for wake in deferredWakes { wake.abandon() }
        deferredWakes.removeAll()
        logger.debug("SMB connection closed", metadata: ["client": "\(address)", "reason": "\(ended)"])
        let returned = onReturn
        onReturn.removeAll()
        for body in returned { body() }
        if let strand {
            let box = Lent(machine)
            strand.run { box.machine.close(reason) }
        } else if machine.blocksOnClose {
            let box = Lent(machine)
            pool.submit { _ in box.machine.close(reason) }
        } else {
            machine.close(reason)
        }
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing, !isDraining else { return }
        assembler.append(unwrapInboundIn(data))
        work()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        times.lastActivity = .now()
        if assembler.isWithinFrame {
            if times.frameBegan == nil { times.frameBegan = times.lastActivity }
        } else {
            times.frameBegan = nil
        }
    }

    /// The peer does not take replies, or the machine is elsewhere: nothing is looked at and nothing received.
    private var isPaused: Bool { isLent || times.unwritableSince != nil }

    private func work() {
        guard let machine else { return }
        while !isPaused, !isClosing {
            let next: FrameAssembler.Next
            if let strand {
                next = assembler.next(limit: report.frameLimit) { frame in
                    let bytes = Array(frame)
                    lend(machine, to: strand) { machine in bytes.withUnsafeBytes { machine.receive($0) } }
                }
            } else {
                next = assembler.next(limit: machine.frameLimit) { machine.receive($0) }
            }
            switch next {
            case .needsMore: return
            case .message:
                // The next frame has a clock of its own.
                times.frameBegan = nil
                afterWork()
            case .sessionRequest:
                context?.write(
                    wrapOutboundOut(allocator.buffer(bytes: FrameHeader.positiveSessionResponse)), promise: nil)
            case .invalid: return close(.badFrame)
            }
        }
    }

    private func afterWork() {
        guard let machine, strand == nil else { return }
        if machine.isBlocked { return lend(machine) }
        if let reason = machine.endReason { return close(reason) }
        let unsent = machine.output.bytes.count + machine.output.payloadByteCount
        if unsent > Self.outputBurst || machine.output.payloads.count >= 8, let context {
            send(context)
            context.flush()
        }
    }

    /// Lets a pool thread go on with the machine.
    private func lend(_ machine: Connection) {
        isLent = true
        let box = Lent(machine)
        let eventLoop = eventLoop
        pool.submit { _ in
            box.machine.continueBlocking()
            eventLoop.execute { self.takeBack() }
        }
    }

    // MARK: Shared sessions

    /// What the machine says of itself.
    private var now: Report? {
        guard let machine else { return nil }
        return strand == nil ? Report(machine) : report
    }

    func join(_ other: any ConnectionHost, key: GUID) {
        let strand = strands.strand(of: key)
        guard let other = other as? ConnectionHandler else { return wake(.joined(other)) }
        other.enter(strand) { self.enter(strand) { self.wake(.joined(other)) } }
    }

    /// Gives the machine to a strand for good, then calls `body`.
    private func enter(_ strand: Strand, then body: @escaping @Sendable () -> Void) {
        eventLoop.execute {
            if self.isLent, self.strand == nil {
                self.onReturn.append { self.enter(strand, then: body) }
                return
            }
            if self.strand == nil, let machine = self.machine {
                self.report = Report(machine)
                self.strand = strand
            }
            body()
        }
    }

    /// Lets the strand do something with the machine, and takes back what that has written.
    private func lend(_ machine: Connection, to strand: Strand, _ body: @escaping @Sendable (Connection) -> Void) {
        isLent = true
        let box = Lent(machine)
        let eventLoop = eventLoop
        strand.run {
            body(box.machine)
            while box.machine.isBlocked { box.machine.continueBlocking() }
            var output = Output()
            swap(&output, &box.machine.output)
            let written = Written(output: output, report: Report(box.machine))
            eventLoop.execute { self.takeBack(written) }
        }
    }

    /// Carries what a machine has written from its strand to its loop.
    ///
    /// `@unchecked Sendable`: the strand lets go of it before the loop gets it.
    private struct Written: @unchecked Sendable {
        var output: Output
        let report: Report
    }

    private func takeBack(_ written: Written) {
        report = written.report
        var output = written.output
        if let context, !isClosing || context.channel.isActive { send(&output, context) }
        if let reason = report.endReason, !isClosing {
            isLent = false
            return close(reason)
        }
        takeBack()
    }

    private func takeBack() {
        isLent = false
        let returned = onReturn
        onReturn.removeAll()
        defer { for body in returned { body() } }
        if isClosing { return finish(.peerClosed) }
        let wakes = deferredWakes
        deferredWakes.removeAll()
        afterWork()
        for wake in wakes { deliver(wake) }
        work()
        flush()
        resumeReading()
    }

    // MARK: Replies

    private func flush() {
        guard let context, !isLent else { return }
        send(context)
        context.flush()
        closeIfDrained()
    }

    private func send(_ context: ChannelHandlerContext) {
        guard let machine, !isLent, strand == nil, !machine.output.isEmpty else { return }
        send(&machine.output, context)
    }

    private func send(_ output: inout Output, _ context: ChannelHandlerContext) {
        guard !output.isEmpty else { return }
        output.bytes.withUnsafeBytes { bytes in
            var position = 0
            for payload in output.payloads {
                if payload.position > position { write(bytes[position..<payload.position], context) }
                position = payload.position
                if let payload = payload.buffer as? NIOPayload {
                    context.write(wrapOutboundOut(payload.buffer), promise: nil)
                }
            }
            if position < bytes.count { write(bytes[position...], context) }
        }
        output.reset()
    }

    private func write(_ bytes: Slice<UnsafeRawBufferPointer>, _ context: ChannelHandlerContext) {
        var buffer = allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes))
        context.write(wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: Back-pressure

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            times.unwritableSince = nil
            work()
            flush()
            resumeReading()
        } else {
            times.unwritableSince = .now()
        }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if isPaused || isDraining { holdsRead = true } else { context.read() }
    }

    private func resumeReading() {
        guard holdsRead, !isPaused, !isDraining, let context else { return }
        holdsRead = false
        context.read()
    }

    // MARK: Time

    private func checkTimes() {
        guard let machine = self.now, !isLent, !isClosing else { return }
        let now = NIODeadline.now()
        let limits = server.limits
        func isOver(_ since: NIODeadline?, _ milliseconds: Int64) -> Bool {
            guard let since else { return false }
            return now - since >= .milliseconds(milliseconds)
        }
        if !machine.isAuthenticated, isOver(times.opened, limits.authenticationTimeoutMilliseconds) {
            return abort(.timedOut)
        }
        if isOver(times.frameBegan, limits.frameTimeoutMilliseconds) { return abort(.timedOut) }
        if isOver(times.unwritableSince, limits.writeTimeoutMilliseconds) { return abort(.timedOut) }
        if machine.isIdle, isOver(times.lastActivity, limits.idleTimeoutMilliseconds) { return close(.timedOut) }
    }

    private func abort(_ reason: DisconnectReason) {
        logger.debug("SMB connection ends", metadata: ["client": "\(address)", "reason": "\(reason)"])
        abort()
    }
}

/// Carries the machine to a pool thread.
///
/// `@unchecked Sendable`: whoever lends it does not touch it until it is given back.
private struct Lent: @unchecked Sendable {
    let machine: Connection

    init(_ machine: Connection) { self.machine = machine }
}
