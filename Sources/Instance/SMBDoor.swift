import Glibc
import NIOCore
package import Logging
package import SMBProtocol
import SMBServer
import Synchronization

/// The SMB server of an instance: all shares behind one listener.
package final class SMBDoor: Door {
    package let name = "smb"
    private let server: SMBServer
    private let host: String
    private let port: Int
    /// Nil until the door is open.
    private let actualPort = Mutex<Int?>(nil)

    /// - Parameters:
    ///   - host: a numeric address.
    ///   - port: 0 takes a free one.
    package init(context: ServerContext, host: String, port: Int, log: Logger) {
        self.host = host
        self.port = port
        server = SMBServer(
            context: context, configuration: SMBServer.Configuration(host: host, port: port), logger: log)
    }

    package func start() throws(DoorError) -> [Endpoint] {
        let server = server
        let result = Blocking.result { () async -> Result<Int, any Error> in
            do {
                return .success(try await server.start())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let port):
            actualPort.withLock { $0 = port }
            return endpoints
        case .failure(let error):
            let reason = (error as? IOError).map { errorText($0.errnoCode) } ?? "\(error)"
            throw DoorError(door: name, problem: "cannot listen on \(host):\(port)", remedy: reason)
        }
    }

    package func status() -> DoorStatus {
        let connections = server.status()
        return DoorStatus(
            name: name, endpoints: endpoints,
            figures: [
                .init("connections", connections.count),
                .init("sessions", connections.reduce(0) { $0 + $1.sessions.count }),
                .init("trees", connections.reduce(0) { $0 + $1.trees }),
                .init("opens", connections.reduce(0) { $0 + $1.opens }),
            ])
    }

    package func stop(grace: Duration) {
        guard actualPort.withLock({ $0 }) != nil else { return }
        let server = server
        Blocking.result { await server.stop(grace: grace) }
        actualPort.withLock { $0 = nil }
    }

    private var endpoints: [Endpoint] {
        actualPort.withLock { $0 }.map { [.listener(host: host, port: $0)] } ?? []
    }
}

/// Waits on a thread of our own for what is asynchronous: life cycle only.
enum Blocking {
    @discardableResult
    static func result<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let box = Box<Value>()
        Task {
            box.put(await body())
        }
        return box.take()
    }

    /// Unchecked: `value` is guarded by the mutex.
    private final class Box<Value: Sendable>: @unchecked Sendable {
        private var value: Value?
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(arrived, nil)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            pthread_cond_destroy(arrived)
            mutex.deallocate()
            arrived.deallocate()
        }

        func put(_ value: Value) {
            pthread_mutex_lock(mutex)
            self.value = value
            pthread_cond_signal(arrived)
            pthread_mutex_unlock(mutex)
        }

        func take() -> Value {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while true {
                if let value { return value }
                pthread_cond_wait(arrived, mutex)
            }
        }
    }
}
