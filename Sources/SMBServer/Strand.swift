import NIOPosix
import SMBProtocol
import Synchronization
import WindowsTypes

/// Runs the connections of one client's shared sessions one at a time, on pool threads.
///
/// A session belongs to its connection's event loop until another connection is bound to it. From then on all of them
/// are worked off here, so that nothing of theirs needs a lock; whoever uses one connection only never comes here.
final class Strand: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var isRunning = false
    }

    private let pool: NIOThreadPool
    private let state = Mutex(State())

    init(pool: NIOThreadPool) {
        self.pool = pool
    }

    /// Runs `job` after all jobs that were given before. It may block.
    func run(_ job: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { pool.submit { _ in self.drain() } }
    }

    private func drain() {
        while true {
            let jobs = state.withLock { state in
                let jobs = state.jobs
                state.jobs = []
                if jobs.isEmpty { state.isRunning = false }
                return jobs
            }
            guard !jobs.isEmpty else { return }
            for job in jobs { job() }
        }
    }
}

/// The strands of a server, one for each client that has bound connections together.
final class Strands: Sendable {
    private struct Weak {
        weak var strand: Strand?
    }

    private let pool: NIOThreadPool
    private let strands = Mutex<[GUID: Weak]>([:])

    init(pool: NIOThreadPool) {
        self.pool = pool
    }

    /// The one of a client; it lives as long as somebody holds it.
    func strand(of client: GUID) -> Strand {
        strands.withLock { strands in
            if let strand = strands[client]?.strand { return strand }
            strands = strands.filter { $0.value.strand != nil }
            let strand = Strand(pool: pool)
            strands[client] = Weak(strand: strand)
            return strand
        }
    }
}
