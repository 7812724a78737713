import FileSystemCore
import SMBClient
import SMBCryptography
import SMBMessages
import SMBProtocol
@testable import SMBServer
import Synchronization
import Testing
import WindowsTypes
import WireCoding

/// Sessions of several connections, each with a socket and an event loop of its own.
@Suite("Channels on real sockets — [MS-SMB2] 3.3.5.5", .serialized)
struct ChannelTests {
    static let alice = SMBClient.User.password(name: "alice", password: "secret")

    static func options(
        _ dialects: [Dialect] = [.smb311], signing: [SMBCryptography.SigningAlgorithm] = [.aes128GMAC],
        ciphers: [SMBCipher] = [.aes128GCM]
    ) -> ClientOptions {
        ClientOptions(
            dialects: dialects, signingAlgorithms: signing, ciphers: ciphers, capabilities: [.largeMTU, .multiChannel],
            timeoutSeconds: 20)
    }

    /// A session on a connection of its own, connected to the share.
    static func first(
        _ live: LiveServer, _ options: ClientOptions = Self.options(), sealing: Bool = false
    ) throws -> SMBClient {
        let client = try SMBClient(address: "127.0.0.1", port: live.port, options: options)
        try client.logIn(alice, signing: !sealing, sealing: sealing)
        try client.connectTree("export")
        return client
    }

    /// A connection of the same client's, bound to its session.
    static func channel(
        _ live: LiveServer, of first: SMBClient, _ options: ClientOptions = Self.options(), number: UInt32 = 1
    ) throws -> SMBClient {
        let client = try SMBClient(
            address: "127.0.0.1", port: live.port, options: options, clientGUID: first.clientGUID)
        try client.bind(to: first, as: alice, channel: number)
        return client
    }

    /// How the channels are guarded.
    struct Way: Sendable, CustomTestStringConvertible {
        let dialect: Dialect
        let seals: Bool
        var testDescription: String { "\(dialect)\(seals ? ", sealed" : "")" }
    }

    static let ways = [Dialect.smb300, .smb302, .smb311].flatMap { [Way(dialect: $0, seals: false), Way(dialect: $0, seals: true)] }

    @Test("what one channel opens and writes the other reads and closes", arguments: ways, [false, true])
    func shares(way: Way, blocks: Bool) throws {
        let live = try LiveServer(blocks: blocks)
        defer { live.server.stop(grace: .seconds(1)) }
        let options = Self.options([way.dialect])
        let one = try Self.first(live, options, sealing: way.seals)
        let two = try Self.channel(live, of: one, options)
        #expect(two.sessionID == one.sessionID && two.signer != nil)
        let file = try one.create("a.txt", disposition: .create).fileID
        let data = ServerTests.pattern(1 << 20, 3)
        #expect(try two.write(file, at: 0, data) == data.count)
        #expect(try one.read(file, at: 0, count: data.count) == data)
        #expect(try one.write(file, at: 5, [1, 2, 3]) == 3)
        #expect(try two.read(file, at: 4, count: 5) == [data[4], 1, 2, 3, data[8]])
        let other = try two.create("b.txt", disposition: .create).fileID
        try one.close(other)
        try two.close(file)
        #expect(throws: (any Error).self) { try one.read(file, at: 0, count: 1) }
        try two.connectTree("export")
        #expect(live.fileSystem.openCount == 0)
    }

    @Test("the session lives as long as one of its connections; its files do too", arguments: [false, true])
    func survives(blocks: Bool) throws {
        let live = try LiveServer(blocks: blocks)
        defer { live.server.stop(grace: .seconds(1)) }
        func connectionCount() -> Int { live.server.status().count }
        let two: SMBClient
        let file: FileID
        do {
            let one = try Self.first(live)
            two = try Self.channel(live, of: one)
            file = try one.create("a.txt", disposition: .create).fileID
            #expect(try one.write(file, at: 0, [1, 2, 3]) == 3)
            #expect(connectionCount() == 2)
        }
        // The first socket is closed with its client.
        while connectionCount() == 2 { try two.echo() }
        #expect(try two.read(file, at: 0, count: 10) == [1, 2, 3])
        #expect(live.fileSystem.openCount == 1)
        let three = try Self.channel(live, of: two, number: 2)
        try three.close(file)
        #expect(live.fileSystem.openCount == 0)
        try three.logOff()
        #expect(throws: (any Error).self) { try two.create("b.txt", disposition: .create) }
    }

    // MARK: Locks

    static func lock(_ file: FileID, _ flags: LockFlags) -> LockRequest {
        LockRequest(fileID: file, locks: [LockElement(offset: 0, length: 10, flags: flags)])
    }

    static func status(_ client: SMBClient, _ file: FileID, _ flags: LockFlags) throws -> NTStatus {
        try client.exchange(.lock, lock(file, flags)).header.status
    }

    /// Sends a LOCK that has to wait, and takes its interim response.
    static func wait(_ client: SMBClient, _ file: FileID) throws -> MessageID {
        let id = client.takeMessageID()
        try client.transport.send(try client.frame(.lock, id) { lock(file, .exclusiveLock).write(to: &$0) })
        #expect(try receive(client).status == .pending)
        return id
    }

    /// The header of what comes next, whatever it is.
    static func receive(_ client: SMBClient) throws -> SMB2Header {
        var frame = try client.transport.receive()
        _ = try client.open(&frame)
        var reader = WireReader(frame.span.bytes)
        return try SMB2Header(parsing: &reader)
    }

    static let exclusive: LockFlags = [.exclusiveLock, .failImmediately]

    /// A file that is open on both channels, and locked through the first one's handle.
    static func held(_ one: SMBClient, _ two: SMBClient) throws -> (holder: FileID, file: FileID) {
        let holder = try one.create("a.txt", disposition: .create).fileID
        let file = try two.create("a.txt", disposition: .open).fileID
        #expect(try status(one, holder, exclusive) == .success)
        return (holder, file)
    }

    @Test("a lock that waits on one channel is granted by an unlock on the other, and answered on its own")
    func grantsAcross() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live)
        let two = try Self.channel(live, of: one)
        let (holder, file) = try Self.held(one, two)
        let id = try Self.wait(two, file)
        #expect(try Self.status(one, file, Self.exclusive) == .lockNotGranted)
        #expect(try Self.status(one, holder, .unlock) == .success)
        #expect(try two.answer(to: id).header.status == .success)
        #expect(try Self.status(one, holder, Self.exclusive) == .lockNotGranted)
        #expect(try Self.status(one, file, .unlock) == .success)
    }

    @Test("CANCEL ends a wait of its own channel only")
    func cancels() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live)
        let two = try Self.channel(live, of: one)
        let (holder, file) = try Self.held(one, two)
        let id = try Self.wait(two, file)
        func cancel(_ client: SMBClient) throws {
            try client.transport.send(try client.frame(.cancel, id) { CancelRequest().write(to: &$0) })
        }
        try cancel(one)
        try one.echo()
        // Had it been cancelled, the answer would come before that of the echo.
        let echo = two.takeMessageID()
        try two.transport.send(try two.frame(.echo, echo) { EchoRequest().write(to: &$0) })
        #expect(try Self.receive(two).messageID == echo)
        try cancel(two)
        #expect(try two.answer(to: id).header.status == .cancelled)
        #expect(try Self.status(one, holder, .unlock) == .success)
        #expect(try Self.status(one, holder, Self.exclusive) == .success, "nothing was taken")
    }

    @Test("LOGOFF on one channel answers what waits on the other")
    func logOff() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live)
        let two = try Self.channel(live, of: one)
        let (_, file) = try Self.held(one, two)
        let id = try Self.wait(two, file)
        try one.logOff()
        #expect(try two.answer(to: id).header.status == .rangeNotLocked)
        #expect(live.fileSystem.openCount == 0)
    }

    // MARK: Refusals

    /// What the second connection offers, who asks how, and what it is told.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var first = ChannelTests.options()
        var second = ChannelTests.options()
        var user = ChannelTests.alice
        var session: SessionID?
        var isSigned = true
        var isSameClient = true
        let status: NTStatus
    }

    static let refusals: [Refusal] = [
        Refusal(testDescription: "another dialect", second: options([.smb302]), status: .requestOutOfSequence),
        Refusal(
            testDescription: "another dialect, the same algorithm", first: options([.smb300]),
            second: options([.smb302]), status: .invalidParameter),
        Refusal(
            testDescription: "another signing algorithm", second: options(signing: [.aes128CMAC]),
            status: .requestOutOfSequence),
        Refusal(
            testDescription: "GMAC where the session has another", first: options(signing: [.aes128CMAC]),
            status: .notSupported),
        Refusal(
            testDescription: "another cipher", second: options(ciphers: [.aes256GCM]), status: .invalidParameter),
        Refusal(testDescription: "not signed", isSigned: false, status: .invalidParameter),
        Refusal(
            testDescription: "another user", user: .password(name: "bob", password: "secret"), status: .accessDenied),
        Refusal(
            testDescription: "a wrong password", user: .password(name: "alice", password: "wrong"),
            status: .logonFailure),
        Refusal(
            testDescription: "no such session", session: SessionID(rawValue: 0x7777), status: .userSessionDeleted),
        Refusal(testDescription: "another client", isSameClient: false, status: .userSessionDeleted),
        Refusal(
            testDescription: "2.1", first: options([.smb210]), second: options([.smb210]), status: .requestNotAccepted),
    ]

    @Test("what cannot be bound, and the session goes on", arguments: refusals)
    func refuses(refusal: Refusal) throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live, refusal.first)
        let file = try one.create("a.txt", disposition: .create).fileID
        let two = try SMBClient(
            address: "127.0.0.1", port: live.port, options: refusal.second,
            clientGUID: refusal.isSameClient ? one.clientGUID : nil)
        #expect(Self.statusOfBinding(two, to: one, refusal) == refusal.status)
        #expect(try one.write(file, at: 0, [1, 2, 3]) == 3)
        // The connection that was refused may begin a session of its own.
        let fresh = try SMBClient(address: "127.0.0.1", port: live.port, options: refusal.second)
        try fresh.logIn(Self.alice, signing: true)
        try fresh.connectTree("export")
    }

    private static func statusOfBinding(_ two: SMBClient, to one: SMBClient, _ refusal: Refusal) -> NTStatus? {
        do {
            try two.bind(to: one, as: refusal.user, session: refusal.session, signed: refusal.isSigned)
            return .success
        } catch SMBClientError.status(let status) {
            return status
        } catch {
            return nil
        }
    }

    @Test("a guest's session has no channels")
    func guest() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try SMBClient(address: "127.0.0.1", port: live.port, options: Self.options())
        try one.logIn(.password(name: "stranger", password: "x"))
        #expect(one.sessionFlags.contains(.isGuest))
        let two = try SMBClient(
            address: "127.0.0.1", port: live.port, options: Self.options(), clientGUID: one.clientGUID)
        let refusal = Refusal(testDescription: "", isSigned: false, status: .notSupported)
        #expect(Self.statusOfBinding(two, to: one, refusal) == .notSupported)
    }

    // MARK: The strand

    @Test("connections that share a session, under load: answers in order, and nothing is lost", arguments: [false, true])
    func load(blocks: Bool) throws {
        let live = try LiveServer(blocks: blocks)
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live)
        var clients = [one]
        for number in 1...3 { clients.append(try Self.channel(live, of: one, number: UInt32(number))) }
        let file = try one.create("a.bin", disposition: .create).fileID
        let writes = 150
        let failures = Mutex<[String]>([])
        let workers = clients.enumerated().map { number, client in
            let box = UncheckedClient(client)
            return Worker {
                do {
                    try Self.pipeline(box.client, file, writes: writes, lane: UInt8(number))
                } catch {
                    failures.withLock { $0.append("\(number): \(error)") }
                }
            }
        }
        for worker in workers { worker.wait() }
        #expect(failures.withLock { $0 } == [])
        let bytes = try one.read(file, at: 0, count: 4 * writes)
        #expect(bytes == (0..<4 * writes).map { UInt8($0 % 4) })
    }

    /// Carries a client to the one thread that uses it.
    private struct UncheckedClient: @unchecked Sendable {
        let client: SMBClient
        init(_ client: SMBClient) { self.client = client }
    }

    /// Writes its own byte of each four, with many requests under way; their answers come in order.
    private static func pipeline(_ client: SMBClient, _ file: FileID, writes: Int, lane: UInt8) throws {
        try client.gather(credits: 64)
        var waiting: [MessageID] = []
        for index in 0..<writes {
            let request = WriteRequest(dataLength: 1, offset: UInt64(index * 4) + UInt64(lane), fileID: file)
            let id = client.takeMessageID()
            try client.transport.send(
                try client.frame(.write, id) { request.write(data: [lane].span.bytes, to: &$0) })
            waiting.append(id)
            if waiting.count == 32 { try collect(client, &waiting) }
        }
        try collect(client, &waiting)
    }

    private static func collect(_ client: SMBClient, _ waiting: inout [MessageID]) throws {
        for id in waiting {
            let frame = try client.transport.receive()
            var reader = WireReader(frame.span.bytes)
            let header = try SMB2Header(parsing: &reader)
            guard header.messageID == id, header.status == .success, client.signer?.verify(frame.span.bytes) == true
            else { throw SMBClientError.protocolViolation("\(header.messageID) instead of \(id), \(header.status)") }
        }
        try client.gather(credits: 64)
        waiting = []
    }

    @Test("every wake-up of a lock that goes to and fro between channels arrives")
    func wakes() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let one = try Self.first(live)
        let two = try Self.channel(live, of: one)
        var holder = (client: one, file: try one.create("a.txt", disposition: .create).fileID)
        var next = (client: two, file: try two.create("a.txt", disposition: .open).fileID)
        #expect(try Self.status(holder.client, holder.file, Self.exclusive) == .success)
        for _ in 0..<200 {
            let id = try Self.wait(next.client, next.file)
            // Not waited for: the grant and the answer to the unlock are under way together.
            let unlock = holder.client.takeMessageID()
            try holder.client.transport.send(
                try holder.client.frame(.lock, unlock) { Self.lock(holder.file, .unlock).write(to: &$0) })
            try #require(try next.client.answer(to: id).header.status == .success)
            try #require(try holder.client.answer(to: unlock).header.status == .success)
            (holder, next) = (next, holder)
            try holder.client.gather(credits: 4)
            try next.client.gather(credits: 4)
        }
    }
}
