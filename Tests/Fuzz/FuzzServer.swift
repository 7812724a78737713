import AccessArbitration
import Authentication
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import SMBMessages
import SMBProtocol
import WindowsTypes
import WireCoding

/// A whole connection under the fuzzer, over stores in memory: frames in, frames out, no sockets.
enum FuzzServer {
    static let authentication = AuthenticationConfiguration(
        users: StaticUserDatabase([]), policy: AuthenticationPolicy(allowsGuest: true, allowsAnonymous: true))

    private final class FrozenClock: CoreClock {
        func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
        func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
    }

    private final class Memory: PayloadBuffer {
        private var bytes: [UInt8]
        private var count = 0
        init(capacity: Int) { bytes = [UInt8](repeating: 0, count: capacity) }
        func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) { count = bytes.withUnsafeMutableBytes(body) }
        func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
            bytes.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0.prefix(count))) }
        }
        func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
            bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }

    private final class Host: ConnectionHost {
        func makePayload(capacity: Int) -> any PayloadBuffer { Memory(capacity: capacity) }
        func wake(_ wake: Wake) {}
    }

    /// Feeds the input as frames: each begins with its length in two bytes, little-endian. An authenticated peer's session
    /// and tree ids are put where the input has zeros, so that the fuzzer need not guess them.
    static func converse(_ input: [UInt8], authenticated: Bool) {
        guard
            let fileSystem = try? FileSystem(
                options: FileSystemOptions(name: "/export"), metadata: MemoryMetadataStore(),
                content: MemoryContentStore(maximumBytes: 8 << 20),
                environment: CoreEnvironment(clock: FrozenClock(), randomness: { 7 }, report: { _ in }))
        else { fatalError("no file system") }
        let server = ServerContext(
            shares: [Share(name: "/export", fileSystem: fileSystem, door: DoorID(rawValue: 1))], authentication: authentication)
        let connection = Connection(server: server, client: "fuzz", host: Host())
        var peer = FuzzPeer(connection)
        if authenticated { peer.logIn() }
        var rest = input[...]
        while rest.count > 2, connection.endReason == nil {
            let count = min(rest.count - 2, Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8)
            peer.send(Array(rest.dropFirst(2).prefix(count)))
            rest = rest.dropFirst(2 + count)
        }
        connection.close(.peerClosed)
        guard fileSystem.openCount == 0 else { fatalError("\(fileSystem.openCount) opens outlive their connection") }
    }
}

/// The client's side of the conversation, as far as the fuzzer cannot guess it.
private struct FuzzPeer {
    let connection: Connection
    private var sessionID = SessionID.none
    private var treeID = TreeID.none
    private var messageID: UInt64 = 0

    init(_ connection: Connection) { self.connection = connection }

    mutating func send(_ frame: [UInt8]) {
        var frame = frame
        if sessionID != .none, frame.count >= SMB2Header.byteCount {
            if frame[40..<48].allSatisfy({ $0 == 0 }) { SMB2Header.patchSessionID(sessionID, in: &frame) }
            if frame[24..<32].allSatisfy({ $0 == 0 }) { SMB2Header.patchMessageID(MessageID(rawValue: messageID), in: &frame) }
            if frame[36..<40].allSatisfy({ $0 == 0 }) {
                for index in 0..<4 { frame[36 + index] = UInt8(truncatingIfNeeded: treeID.rawValue >> (8 * UInt32(index))) }
            }
        }
        messageID &+= 1
        frame.withUnsafeBytes { connection.receive($0) }
    }

    mutating func logIn() {
        _ = exchange(
            .negotiate,
            NegotiateRequest(securityMode: [], capabilities: [], clientGUID: .zero, dialects: [.smb202]))
        var client = SPNEGOClient(NTLMClient(.anonymous))
        var token: [UInt8]? = client.initialToken
        while let current = token, let answer = exchange(.sessionSetup, SessionSetupRequest(securityBuffer: current)) {
            sessionID = answer.header.sessionID
            guard let response = try? SessionSetupResponse(message: answer.bytes.span.bytes),
                answer.header.status != .success
            else { break }
            token = try? client.step(response.securityBuffer)
        }
        if let answer = exchange(.treeConnect, TreeConnectRequest(path: Array("\\\\x\\export".utf8))) {
            treeID = answer.header.treeID
        }
        guard treeID != .none else { fatalError("the harness could not log in") }
    }

    private mutating func exchange(_ command: Command, _ body: some SMB2Body) -> (header: SMB2Header, bytes: [UInt8])? {
        var writer = WireWriter()
        SMB2Header(
            command: command, credits: 64, messageID: MessageID(rawValue: messageID), treeID: treeID, sessionID: sessionID
        ).write(to: &writer)
        body.write(to: &writer)
        connection.output.reset()
        messageID &+= 1
        writer.bytes.withUnsafeBytes { connection.receive($0) }
        let reply = Array(connection.output.bytes.dropFirst(4))
        connection.output.reset()
        var reader = WireReader(reply.span.bytes)
        guard let header = try? SMB2Header(parsing: &reader) else { return nil }
        return (header, reply)
    }
}
