import AccessArbitration
import Authentication
import FileSystemCore
import FileSystemModel
import Logging
import MetadataStore
import SMBClient
import SMBMessages
import SMBProtocol
import SMBServer
import StoreDoubles

final class StillClock: CoreClock {
    func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
}

/// A server that listens on a free port of this machine, with a share in memory, until it is stopped.
final class LiveServer: Sendable {
    let fileSystem: FileSystem
    let server: SMBServer
    let port: UInt16

    init(
        limits: ServerLimits = ServerLimits(), blocks: Bool = false, port: Int = 0, encryption: EncryptionPolicy = .off
    ) throws {
        let content = HookedContentStore(maximumBytes: 256 << 20, isBlocking: blocks)
        fileSystem = try FileSystem(
            options: FileSystemOptions(name: "/export"), metadata: MemoryMetadataStore(), content: content,
            environment: CoreEnvironment(
                clock: StillClock(), randomness: { UInt64.random(in: .min ... .max) }, report: { _ in }))
        let users = StaticUserDatabase([
            UserRecord(name: "alice", uid: 1000, gid: 1000, ntHash: try NTHash(password: "secret")),
            UserRecord(name: "bob", uid: 1001, gid: 1001, ntHash: try NTHash(password: "secret")),
        ])
        let context = ServerContext(
            shares: [Share(name: "/export", fileSystem: fileSystem, door: DoorID(rawValue: 1))],
            authentication: AuthenticationConfiguration(
                users: users, policy: AuthenticationPolicy(allowsGuest: true, allowsAnonymous: true)),
            limits: limits, encryption: encryption)
        server = SMBServer(
            context: context, configuration: .init(port: port, eventLoopThreads: 2, blockingThreads: 2),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        self.port = UInt16(clamping: try server.start())
    }

    func transport(timeoutSeconds: Int = 20) throws -> Transport {
        try Transport(address: "127.0.0.1", port: port, timeoutSeconds: timeoutSeconds)
    }

    /// Logged in as alice and connected to the share.
    func client(
        dialects: [Dialect] = [.smb202], signing: Bool = false, sealing: Bool = false
    ) throws -> SMBClient {
        let client = try SMBClient(
            address: "127.0.0.1", port: port, options: ClientOptions(dialects: dialects, timeoutSeconds: 20))
        try client.logIn(.password(name: "alice", password: "secret"), signing: signing, sealing: sealing)
        try client.connectTree("export")
        return client
    }
}

/// Waits for the server to close: what it still sends is dropped.
///
/// - Returns: whether it did, before the transport's own time-out.
func isClosedByServer(_ transport: Transport) -> Bool {
    while true {
        do {
            _ = try transport.receive()
        } catch .disconnected {
            return true
        } catch .system(_, let code) {
            return code == 104  // ECONNRESET
        } catch {
            return false
        }
    }
}
