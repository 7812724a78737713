import Glibc
package import Logging
import NIOCore
import NIOPosix
package import SMBProtocol
import Synchronization

/// An SMB2 server on one address: listening, connections, shutdown.
package final class SMBServer: Sendable {
    package struct Configuration: Sendable {
        /// A numeric address, or a name that resolves to one.
        package var host: String
        /// 0 is any free one.
        package var port: Int
        package var eventLoopThreads: Int
        /// Threads for shares whose stores may block.
        package var blockingThreads: Int

        package init(
            host: String = "127.0.0.1", port: Int = 12445, eventLoopThreads: Int = min(System.coreCount, 4),
            blockingThreads: Int = 16
        ) {
            self.host = host
            self.port = port
            self.eventLoopThreads = max(1, eventLoopThreads)
            self.blockingThreads = max(1, blockingThreads)
        }
    }

    private struct State {
        var listener: (any Channel)?
        var handlers: [ObjectIdentifier: ConnectionHandler] = [:]
        var perAddress: [String: Int] = [:]
        var isStopping = false
        /// Resumed when the last connection is gone.
        var onEmpty: (@Sendable () -> Void)?
    }

    private let context: ServerContext
    private let configuration: Configuration
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    private let threads: ServerThreads
    private let state = Mutex(State())

    package init(context: ServerContext, configuration: Configuration = Configuration(), logger: Logger) {
        _ = Self.tuneMemory
        self.context = context
        self.configuration = configuration
        self.logger = logger
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoopThreads)
        threads = ServerThreads(blocking: configuration.blockingThreads)
    }

    /// Frames come and go by the thousand: freed memory stays with the process, and buffers of up to 32 MiB come from
    /// the heap, where they need no page fault each.
    private static let tuneMemory: Void = {
        // <malloc.h> is not in the Glibc module.
        typealias MallOpt = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: MallOpt.self)
        let (trimThreshold, mmapThreshold): (Int32, Int32) = (-1, -3)
        _ = mallopt(mmapThreshold, 32 << 20)
        _ = mallopt(trimThreshold, 256 << 20)
    }()

    /// Listens; a client that connects from now on is served. Blocks its caller meanwhile, and returns the port.
    ///
    /// - Throws: NIO's `IOError` where the address cannot be had. The server is then stopped, and no thread of it is left.
    package func start() throws -> Int {
        threads.start()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // As many buffers does the socket keep; more would be the memory of frames that are long gone.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: context.limits.unsentReplyBytes / 4, high: context.limits.unsentReplyBytes)
            )
            .childChannelInitializer { [self] channel in accept(channel) }
        do {
            let listener = try bootstrap.bind(host: configuration.host, port: configuration.port).wait()
            state.withLock { $0.listener = listener }
            return listener.localAddress?.port ?? configuration.port
        } catch {
            stop(grace: .zero)
            throw error
        }
    }

    /// Accepts nothing more, answers what was accepted, closes within the grace time, and returns when all is closed.
    /// Blocks its caller, who must not be on an event loop. Stopping twice, or what was never started, does nothing
    /// more.
    package func stop(grace: Duration = .seconds(5)) {
        let (listener, handlers, isFirst) = state.withLock { state in
            defer {
                state.isStopping = true
                state.listener = nil
            }
            return (state.listener, Array(state.handlers.values), !state.isStopping)
        }
        guard isFirst else { return }
        try? listener?.close().wait()
        // What the listener accepted last is on its way to the loop that it was given to. Two rounds: its set-up, and what
        // that puts behind it. After them it is known or closed, and nobody calls a loop that is gone.
        for _ in 0..<2 {
            for loop in group.makeIterator() { try? loop.submit {}.wait() }
        }
        let loop = group.next()
        let allClosed = loop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.handlers.isEmpty { state.onEmpty = { allClosed.succeed() } }
            return state.handlers.isEmpty
        }
        if isEmpty { allClosed.succeed() }
        for handler in handlers { handler.onLoop { $0.drain() } }
        let milliseconds = grace.components.seconds &* 1000 &+ grace.components.attoseconds / 1_000_000_000_000_000
        let end = loop.scheduleTask(in: .milliseconds(max(0, milliseconds))) { [self] in
            for handler in state.withLock({ $0.handlers.values }) { handler.onLoop { $0.abort() } }
        }
        try? allClosed.futureResult.wait()
        end.cancel()
        threads.stop()
        try? group.syncShutdownGracefully()
    }

    /// What every connection has going on.
    package func status() -> [ConnectionStatus] { context.registry.status() }

    // MARK: Connections

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let address = channel.remoteAddress?.ipAddress ?? ""
        let handler = ConnectionHandler(server: context, threads: threads, logger: logger, channel: channel)
        let key = ObjectIdentifier(handler)
        let limits = context.limits
        let (isAccepted, isStopping) = state.withLock { state in
            guard !state.isStopping, state.handlers.count < limits.connections,
                state.perAddress[address, default: 0] < limits.connectionsPerAddress
            else { return (false, state.isStopping) }
            state.handlers[key] = handler
            state.perAddress[address, default: 0] += 1
            return (true, false)
        }
        guard isAccepted else {
            if !isStopping {
                logger.warning("SMB connection refused: too many", metadata: ["client": "\(address)"])
            }
            return channel.close()
        }
        channel.closeFuture.whenComplete { [self] _ in forget(key, address) }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.syncOptions?.setOption(.recvAllocator, value: FrameMemoryAllocator(handler.assembler))
        }
    }

    private func forget(_ key: ObjectIdentifier, _ address: String) {
        let onEmpty = state.withLock { state -> (@Sendable () -> Void)? in
            state.handlers[key] = nil
            if let count = state.perAddress[address] { state.perAddress[address] = count > 1 ? count - 1 : nil }
            guard state.handlers.isEmpty else { return nil }
            defer { state.onEmpty = nil }
            return state.onEmpty
        }
        onEmpty?()
    }
}
