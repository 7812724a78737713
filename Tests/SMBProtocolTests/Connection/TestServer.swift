import AccessArbitration
import Authentication
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Synchronization
import Testing
import WindowsTypes
import WireCoding

/// A clock that stands still and never calls anybody.
final class StillClock: CoreClock {
    func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
}

final class ArrayPayload: PayloadBuffer {
    private var memory: [UInt8]
    private(set) var count = 0

    init(capacity: Int) { memory = [UInt8](repeating: 0xAA, count: capacity) }

    func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) { count = memory.withUnsafeMutableBytes(body) }

    func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        memory.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0.prefix(count))) }
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        memory.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
}

/// Keeps what would wake a connection until a test lets it.
final class TestHost: ConnectionHost {
    private let wakes = Mutex<[Wake]>([])
    /// What was given to other threads; nil where there are none.
    private let jobs = Mutex<[@Sendable () -> Void]?>(nil)
    let localAddresses = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]].compactMap { LocalAddress(bytes: $0) }

    func makePayload(capacity: Int) -> any PayloadBuffer { ArrayPayload(capacity: capacity) }
    func wake(_ wake: Wake) { wakes.withLock { $0.append(wake) } }

    func compute(_ job: @escaping @Sendable () -> Void) -> Bool { jobs.withLock { $0?.append(job) != nil } }

    /// From now on there are other threads: tests that run what these are given.
    func startThreads() { jobs.withLock { $0 = [] } }

    func takeJobs() -> [@Sendable () -> Void] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs ?? []
        }
    }

    func takeWakes() -> [Wake] {
        wakes.withLock { wakes in
            defer { wakes = [] }
            return wakes
        }
    }
}

/// A server in memory: one share, one user, guests welcome.
struct TestServer {
    let fileSystem: FileSystem
    let context: ServerContext

    static let password = "secret"

    init(
        limits: ServerLimits = ServerLimits(), dialects: ClosedRange<Dialect> = .smb202...(.smb311),
        signing: SigningPolicy = .enabled, encryption: EncryptionPolicy = .off, shareEncryption: EncryptionPolicy = .off,
        guests: Bool = true, hasSecondShare: Bool = false, symbolicLinks: SymbolicLinkPolicy = .follow,
        sessionLifetimeSeconds: Int? = nil, fileTime: (@Sendable () -> UInt64)? = nil,
        clock: any CoreClock = StillClock(), answersTortureControls: Bool = false,
        observer: (any RequestObserver)? = nil
    ) throws {
        let random = Mutex<UInt64>(0x1234_5678)
        @Sendable func next() -> UInt64 {
            random.withLock { state in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state
            }
        }
        func make(_ name: String) throws -> FileSystem {
            try FileSystem(
                options: FileSystemOptions(name: name), metadata: MemoryMetadataStore(),
                content: MemoryContentStore(maximumBytes: 64 << 20),
                environment: CoreEnvironment(clock: clock, randomness: next, report: { _ in }))
        }
        fileSystem = try make("/export")
        var shares = [
            Share(
                name: "/export", fileSystem: fileSystem, door: DoorID(rawValue: 1), symbolicLinks: symbolicLinks,
                encryption: shareEncryption)
        ]
        if hasSecondShare {
            shares.append(Share(name: "/second", fileSystem: try make("/second"), door: DoorID(rawValue: 1)))
        }
        let users = StaticUserDatabase([
            UserRecord(name: "alice", uid: 1000, gid: 1000, ntHash: try NTHash(password: Self.password)),
            UserRecord(name: "bob", uid: 1001, gid: 1001, ntHash: try NTHash(password: Self.password)),
        ])
        var authentication = AuthenticationConfiguration(
            users: users, policy: AuthenticationPolicy(allowsGuest: guests, allowsAnonymous: guests))
        if let fileTime { authentication.fileTime = fileTime }
        context = ServerContext(
            shares: shares, authentication: authentication,
            limits: limits, minimumDialect: dialects.lowerBound, maximumDialect: dialects.upperBound,
            signing: signing, encryption: encryption, sessionLifetimeSeconds: sessionLifetimeSeconds,
            answersTortureControls: answersTortureControls, observer: observer)
    }
}

/// One message of a reply, taken apart as far as its header.
struct Reply {
    let header: SMB2Header
    /// From its header to the next one's.
    let bytes: [UInt8]

    /// Whether its frame was sealed.
    var isSealed = false

    var status: NTStatus { header.status }

    func body<Body: SMB2Body>(_ type: Body.Type = Body.self) throws -> Body { try Body(message: bytes.span.bytes) }
}

extension Connection {
    var opens: [SMBOpen] { sessions.values.flatMap(\.opens.values) }
}

/// A client that speaks to a connection without a socket between them.
final class Peer {
    let host = TestHost()
    let connection: Connection
    var nextMessageID: UInt64 = 0
    var sessionID = SessionID.none
    var treeID = TreeID.none
    var signer: MessageSigner?
    /// What NEGOTIATE has chosen.
    var dialect = Dialect.smb202
    var signing = SMBCryptography.SigningAlgorithm.hmacSHA256
    var cipherName: SMBCipher?
    /// After a log-in with a cipher.
    var cipher: MessageCipher?
    /// Frames are sealed, and nothing is signed.
    var seals = false
    /// Of the connection, and, beginning with it, of each log-in.
    var preauthentication = PreauthIntegrityHash()
    var clientGUID = GUID.zero
    /// All frames that were sent, for replays.
    var sent: [[UInt8]] = []

    init(_ server: TestServer) {
        connection = Connection(server: server.context, client: "test", host: host)
    }

    // MARK: Frames

    /// Sends a frame (without its length) and returns the messages of all frames that come back.
    @discardableResult
    func send(_ frame: [UInt8]) throws -> [Reply] {
        let frame = seals ? try sealed(frame) : frame
        sent.append(frame)
        frame.withUnsafeBytes { connection.receive($0) }
        return try replies()
    }

    /// Lets everything happen that waits for its turn, and returns what was sent meanwhile.
    @discardableResult
    func settle() throws -> [Reply] {
        while true {
            let wakes = host.takeWakes()
            guard !wakes.isEmpty else { return try replies() }
            for wake in wakes { connection.wake(wake) }
        }
    }

    /// The bytes that the connection has sent, put together.
    func takeBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        var position = 0
        for payload in connection.output.payloads {
            bytes += connection.output.bytes[position..<payload.position]
            payload.buffer.withBytes { bytes += $0 }
            position = payload.position
        }
        bytes += connection.output.bytes[position...]
        connection.output.reset()
        return bytes
    }

    func replies() throws -> [Reply] {
        let bytes = takeBytes()
        var frames = WireReader(bytes.span.bytes)
        var replies: [Reply] = []
        while !frames.isAtEnd {
            let length: UInt32 = try frames.bigEndianInteger()
            var frame = try frames.array(Int(length))
            let isSealed = frame.first == 0xFD
            if isSealed {
                let isOpen = cipher?.open(&frame, in: 0..<frame.count) == true
                try #require(isOpen, "a sealed reply opens")
                frame.removeFirst(SMB2TransformHeader.byteCount)
            }
            var position = 0
            while true {
                let rest = Array(frame[position...])
                var reader = WireReader(rest.span.bytes)
                let header = try SMB2Header(parsing: &reader)
                let count = header.nextCommand == 0 ? rest.count : Int(header.nextCommand)
                replies.append(Reply(header: header, bytes: Array(rest[..<count]), isSealed: isSealed))
                guard header.nextCommand != 0 else { break }
                position += count
            }
        }
        return replies
    }

    /// A frame in its seal.
    func sealed(_ frame: [UInt8]) throws -> [UInt8] {
        var writer = WireWriter()
        SMB2TransformHeader(originalMessageSize: UInt32(frame.count), sessionID: sessionID).write(to: &writer)
        writer.append(frame)
        let isSealed = try #require(cipher).seal(&writer.bytes, in: 0..<writer.bytes.count)
        try #require(isSealed)
        return writer.bytes
    }

    // MARK: Requests

    /// A message with the next id.
    func message(
        _ command: Command, _ body: (inout WireWriter) -> Void, flags: HeaderFlags = [], credits: UInt16 = 1,
        messageID: UInt64? = nil, sessionID: SessionID? = nil, treeID: TreeID? = nil, asyncID: AsyncID? = nil,
        signed: Bool? = nil, next: Bool = false, charge: UInt16 = 1
    ) -> [UInt8] {
        let id = messageID ?? nextMessageID
        if messageID == nil, command != .cancel { nextMessageID += UInt64(max(1, charge)) }
        let signs = (signed ?? (signer != nil && !seals)) && signer != nil
        let header = SMB2Header(
            command: command, flags: signs ? flags.union(.signed) : flags, creditCharge: charge, credits: credits,
            messageID: MessageID(rawValue: id), treeID: treeID ?? self.treeID, asyncID: asyncID,
            sessionID: sessionID ?? self.sessionID)
        var writer = WireWriter()
        header.write(to: &writer)
        body(&writer)
        if next {
            writer.align(to: 8)
            SMB2Header.patchNextCommand(UInt32(writer.count), in: &writer.bytes)
        }
        if signs { _ = signer?.sign(&writer.bytes, in: 0..<writer.bytes.count) }
        return writer.bytes
    }

    func message(
        _ command: Command, _ body: some SMB2Body, flags: HeaderFlags = [], credits: UInt16 = 1,
        messageID: UInt64? = nil,
        sessionID: SessionID? = nil, treeID: TreeID? = nil, asyncID: AsyncID? = nil, signed: Bool? = nil,
        next: Bool = false, charge: UInt16 = 1
    ) -> [UInt8] {
        message(
            command, { body.write(to: &$0) }, flags: flags, credits: credits, messageID: messageID,
            sessionID: sessionID,
            treeID: treeID, asyncID: asyncID, signed: signed, next: next, charge: charge)
    }

    /// Sends one request and returns its one response.
    @discardableResult
    func request(
        _ command: Command, _ body: some SMB2Body, flags: HeaderFlags = [], credits: UInt16 = 1,
        sessionID: SessionID? = nil,
        treeID: TreeID? = nil, signed: Bool? = nil, charge: UInt16 = 1
    ) throws -> Reply {
        let replies = try send(
            message(
                command, body, flags: flags, credits: credits, sessionID: sessionID, treeID: treeID, signed: signed,
                charge: charge))
        guard let reply = replies.first, replies.count == 1 else { throw NoReply(count: replies.count) }
        return reply
    }

    /// Whether a reply says that it is signed, and is.
    func isSigned(_ reply: Reply) -> Bool {
        reply.header.flags.contains(.signed) && signer?.verify(reply.bytes.span.bytes) == true
    }

    struct NoReply: Error { let count: Int }

    // MARK: A conversation's beginning

    @discardableResult
    func negotiate(_ dialects: [Dialect] = [.smb202]) throws -> Reply {
        try negotiate(Self.request(dialects))
    }

    /// Negotiates and takes over what was chosen.
    @discardableResult
    func negotiate(_ body: NegotiateRequest) throws -> Reply {
        let message = message(.negotiate, body, credits: 8)
        let reply = try #require(try send(message).first)
        guard reply.status == .success else { return reply }
        let response: NegotiateResponse = try reply.body()
        clientGUID = body.clientGUID
        dialect = response.dialectRevision
        if dialect >= .smb300 { signing = .aes128CMAC }
        if dialect < .smb311, response.capabilities.contains(.encryption) { cipherName = .aes128CCM }
        for context in response.negotiateContexts {
            switch context {
            case .signing(let algorithms): signing = try #require(.init(rawValue: algorithms.first?.rawValue ?? 99))
            case .encryption(let ciphers): cipherName = SMBCipher(rawValue: ciphers.first?.rawValue ?? 0)
            default: break
            }
        }
        if dialect == .smb311 {
            preauthentication.update(with: message.span.bytes)
            preauthentication.update(with: reply.bytes.span.bytes)
        }
        return reply
    }

    /// What a client sends that offers these dialects, with everything that it can.
    static func request(
        _ dialects: [Dialect], mode: SecurityMode = .signingEnabled,
        signing: [SMBMessages.SigningAlgorithm] = [.aesGMAC, .aesCMAC, .hmacSHA256],
        ciphers: [Cipher] = [.aes128GCM, .aes128CCM]
    ) -> NegotiateRequest {
        var contexts: [NegotiateContext] = [.preauthIntegrity(hashAlgorithms: [.sha512], salt: [1, 2, 3, 4])]
        if !ciphers.isEmpty { contexts.append(.encryption(ciphers: ciphers)) }
        if !signing.isEmpty { contexts.append(.signing(algorithms: signing)) }
        let is3 = dialects.contains { $0 >= .smb300 }
        return NegotiateRequest(
            securityMode: mode, capabilities: is3 ? [.largeMTU, .encryption, .multiChannel] : [], dialects: dialects,
            negotiateContexts: dialects.contains(.smb311) ? contexts : [])
    }

    /// Logs in and returns the last response.
    @discardableResult
    func logIn(
        _ name: String? = "alice", password: String = TestServer.password, mode: SecurityMode = .signingEnabled,
        signs: Bool = true, previous: SessionID = .none, flags: SessionSetupFlags = []
    ) throws -> Reply {
        let credentials: NTLMCredentials =
            try name.map { .user(name: $0, domain: "", hash: try NTHash(password: password)) } ?? .anonymous
        var client = SPNEGOClient(NTLMClient(credentials))
        var token = client.initialToken
        var hash = preauthentication
        while true {
            let message = message(
                .sessionSetup,
                SessionSetupRequest(
                    flags: flags, securityMode: mode, previousSessionID: previous, securityBuffer: token), credits: 16
            )
            var replies = try send(message)
            // A request to bind waits until both connections run together.
            if flags.contains(.binding), replies.isEmpty { replies = try settle() }
            guard let reply = replies.first, replies.count == 1 else { throw NoReply(count: replies.count) }
            hash.update(with: message.span.bytes)
            if reply.status == .moreProcessingRequired { hash.update(with: reply.bytes.span.bytes) }
            sessionID = reply.header.sessionID
            guard reply.status == .success || reply.status == .moreProcessingRequired else { return reply }
            let body: SessionSetupResponse = try reply.body()
            let next = try client.step(body.securityBuffer)
            if reply.status == .success {
                if signs, body.sessionFlags.isDisjoint(with: [.isGuest, .isNull]), let key = client.sessionKey,
                    signer == nil || flags.contains(.binding)
                {
                    let keys = try keys(key, hash)
                    // A channel seals with the session's keys.
                    if !flags.contains(.binding) {
                        cipher = try cipherName.map {
                            try MessageCipher($0, sealingKey: keys.clientToServer, openingKey: keys.serverToClient)
                        }
                    }
                    signer = try MessageSigner(signing, key: keys.signing)
                }
                return reply
            }
            guard let next else { return reply }
            token = next
        }
    }

    private func keys(_ key: SessionKey, _ hash: PreauthIntegrityHash) throws -> SessionKeys {
        let schedule: SessionKeys.Schedule =
            dialect == .smb311 ? .dialect311(hash) : dialect >= .smb300 ? .dialect30 : .dialect2
        return try SessionKeys(schedule, sessionKey: key.bytes, cipher: cipherName)
    }

    /// Makes this connection a channel of another's session, and returns the last response.
    func bind(
        to other: Peer, as name: String = "alice", password: String = TestServer.password
    ) throws -> Reply {
        sessionID = other.sessionID
        treeID = other.treeID
        signer = other.signer
        cipher = other.cipher
        return try logIn(name, password: password, flags: .binding)
    }

    @discardableResult
    func connect(_ share: String = "export") throws -> Reply {
        let reply = try request(.treeConnect, TreeConnectRequest(path: Array("\\\\server\\\(share)".utf8)))
        if reply.status == .success { treeID = reply.header.treeID }
        return reply
    }

    /// All the way to a tree connect.
    static func connected(
        to server: TestServer, as name: String? = "alice", signs: Bool = false, dialect: Dialect = .smb202
    ) throws -> Peer {
        let peer = Peer(server)
        try peer.negotiate([dialect])
        try peer.logIn(name, signs: signs)
        try peer.connect()
        return peer
    }

    // MARK: Files

    static func create(
        _ name: String, access: UInt32 = 0x0012_019F, share: ShareAccess = [.read, .write, .delete],
        disposition: SMBMessages.CreateDisposition = .openIf, options: CreateOptions = []
    ) -> CreateRequest {
        CreateRequest(
            desiredAccess: access, shareAccess: share, createDisposition: disposition, createOptions: options,
            name: Array(name.utf8))
    }

    func open(_ name: String, options: CreateOptions = []) throws -> FileID {
        let reply = try request(.create, Self.create(name, options: options))
        guard reply.status == .success else { throw Refused(status: reply.status) }
        return try reply.body(CreateResponse.self).fileID
    }

    struct Refused: Error { let status: NTStatus }
}
