import CLinux
import NIOCore
import NIOPosix

/// The threads of a server beside its event loops.
struct ServerThreads: Sendable {
    /// For shares whose stores may block, and for strands.
    let blocking: NIOThreadPool
    /// For what costs much and waits for nothing: signatures and seals of long frames.
    private let computing: NIOThreadPool
    let strands: Strands

    init(blocking count: Int) {
        blocking = NIOThreadPool(numberOfThreads: count)
        computing = NIOThreadPool(numberOfThreads: min(System.coreCount, 8))
        strands = Strands(pool: blocking)
    }

    /// What computes goes behind those who read, answer and hand it its work: else they would wait for the processor while
    /// it computes, and it for them afterwards.
    private static let computingNiceness: Int32 = 8

    func compute(_ job: @escaping @Sendable () -> Void) {
        computing.submit { state in
            // A pool that has ended calls it on its caller's thread.
            if state == .active { linux_lower_priority(Self.computingNiceness) }
            job()
        }
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
