import NIOCore
package import Logging
import SMBCryptography
import SMBMessages
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
        do {
            let port = try server.start()
            actualPort.withLock { $0 = port }
            return endpoints
        } catch {
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
            ],
            clients: connections.map(Self.json))
    }

    /// What was really agreed on, not what is configured.
    private static func json(of connection: ConnectionStatus) -> JSONValue {
        let hasNegotiated = connection.dialect != 0
        return .object([
            ("address", .string(connection.client)),
            ("dialect", hasNegotiated ? .string(Dialect(rawValue: connection.dialect).description) : .null),
            ("signing", connection.signingAlgorithm.map { .string($0.description) } ?? .null),
            ("cipher", connection.cipher.map { .string($0.description) } ?? .null),
            (
                "sessions",
                .array(
                    connection.sessions.sorted { $0.id < $1.id }.map { session in
                        .object([
                            ("user", .string(session.user)), ("signed", .boolean(session.isSigned)),
                            ("encrypted", .boolean(session.isEncrypted)),
                            ("shares", .array(session.shares.sorted().map { .string($0) })),
                        ])
                    })
            ),
            ("opens", .number(connection.opens)),
        ])
    }

    package func stop(grace: Duration) {
        guard actualPort.withLock({ $0 }) != nil else { return }
        server.stop(grace: grace)
        actualPort.withLock { $0 = nil }
    }

    private var endpoints: [Endpoint] {
        actualPort.withLock { $0 }.map { [.listener(host: host, port: $0)] } ?? []
    }
}
