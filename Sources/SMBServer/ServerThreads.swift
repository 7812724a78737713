import NIOCore
import NIOPosix

/// The threads of a server beside its event loops.
struct ServerThreads: Sendable {
    /// For shares whose stores may block, and for strands.
    let blocking: NIOThreadPool
    /// For what costs much and waits for nothing: signatures and seals of long frames.
    let computing: NIOThreadPool
    let strands: Strands

    init(blocking count: Int) {
        blocking = NIOThreadPool(numberOfThreads: count)
        computing = NIOThreadPool(numberOfThreads: min(System.coreCount, 8))
        strands = Strands(pool: blocking)
    }

    func start() {
        blocking.start()
        computing.start()
    }

    /// Returns when the last thread has ended. What it has said to a loop is in that loop's queue.
    func stop() {
        try? blocking.syncShutdownGracefully()
        try? computing.syncShutdownGracefully()
    }
}
