import Glibc
import SMBServer

/// A thread of its own for what blocks.
final class Worker {
    private final class Job {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) {
        let job = Unmanaged.passRetained(Job(body))
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, job.toOpaque())
        precondition(result == 0, "no thread")
    }

    func wait() { pthread_join(thread, nil) }
}

/// A server that is being stopped.
struct Stopping {
    private let worker: Worker

    init(_ server: SMBServer, grace: Duration) {
        worker = Worker { server.stop(grace: grace) }
    }

    func wait() { worker.wait() }
}
