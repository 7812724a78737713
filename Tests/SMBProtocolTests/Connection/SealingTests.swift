import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes

@Suite("Sealed frames — [MS-SMB2] 3.3.4.1.4, 3.3.5.2.1.1, 3.3.5.2.9")
struct SealingTests {
    /// A peer that has logged in and seals from now on.
    static func sealing(_ server: TestServer, _ dialect: Dialect = .smb311, _ cipher: Cipher = .aes128GCM) throws -> Peer {
        let peer = Peer(server)
        try peer.negotiate(Peer.request([dialect], ciphers: [cipher]))
        try peer.logIn()
        peer.seals = true
        try peer.connect()
        return peer
    }

    @Test(
        "every cipher, at every dialect that has one: what is written is read, small, large and compounded",
        arguments: [
            (.smb300, .aes128CCM), (.smb302, .aes128CCM), (.smb311, .aes128CCM), (.smb311, .aes128GCM),
            (.smb311, .aes256CCM), (.smb311, .aes256GCM),
        ] as [(Dialect, Cipher)])
    func readsAndWrites(dialect: Dialect, cipher: Cipher) throws {
        let peer = try Self.sealing(try TestServer(), dialect, cipher)
        #expect(peer.connection.terms.cipher?.rawValue == cipher.rawValue)
        let file = try peer.open("a.bin")
        let data = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let request = WriteRequest(dataLength: data.count, offset: 0, fileID: file)
        let written = try peer.send(peer.message(.write, { request.write(data: data.span.bytes, to: &$0) }))
        #expect(written.first?.status == .success)
        for length in [1, 100, 8192, 8193, 40_000] {
            let reply = try peer.request(.read, ReadRequest(length: UInt32(length), offset: 0, fileID: file))
            #expect(reply.isSealed && !reply.header.flags.contains(.signed))
            let range = try reply.body(ReadResponse.self).dataRange
            #expect(Array(reply.bytes[range]) == Array(data[..<length]))
        }
        let replies = try peer.send(
            peer.message(.create, Peer.create("b.txt"), next: true)
                + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations))
        #expect(replies.map(\.status) == [.success, .success])
        #expect(replies.map(\.isSealed) == [true, true])
        #expect(try peer.request(.close, CloseRequest(fileID: .inherited)).isSealed)
    }

    @Test("no nonce comes twice")
    func nonces() throws {
        let peer = try Self.sealing(try TestServer())
        var nonces: Set<[UInt8]> = []
        for _ in 0..<100 {
            let frame = try peer.sealed(peer.message(.echo, EchoRequest()))
            frame.withUnsafeBytes { peer.connection.receive($0) }
            nonces.insert(Array(peer.takeBytes()[24..<40]))
        }
        #expect(nonces.count == 100)
    }

    @Test("what does not open, is short, lies, or is another's ends the connection, unanswered")
    func damaged() throws {
        let changes: [(inout [UInt8]) -> Void] = [
            { $0[$0.count - 1] ^= 1 }, { $0[60] ^= 1 }, { $0[5] ^= 1 }, { $0[21] ^= 1 }, { $0[36] ^= 1 },
            { $0[42] = 0 }, { $0[44] ^= 1 }, { $0.removeLast() }, { $0.removeLast($0.count - 52) }, { $0.append(0) },
        ]
        for change in changes {
            let peer = try Self.sealing(try TestServer())
            var frame = try peer.sealed(peer.message(.echo, EchoRequest()))
            change(&frame)
            peer.seals = false
            #expect(try peer.send(frame).isEmpty)
            #expect(peer.connection.endReason != nil)
        }
    }

    @Test("a seal holds its own session's messages only, and no seal")
    func anothers() throws {
        let peer = try Self.sealing(try TestServer())
        #expect(try peer.send(peer.message(.echo, EchoRequest(), sessionID: SessionID(rawValue: 7))).isEmpty)
        #expect(peer.connection.endReason == .badSeal)
        let nested = try Self.sealing(try TestServer())
        let inner = try nested.sealed(nested.message(.echo, EchoRequest()))
        #expect(try nested.send(inner).isEmpty)
        #expect(nested.connection.endReason == .unsupportedTransform)
    }

    @Test("without a cipher nothing is opened")
    func withoutCipher() throws {
        let peer = try Self.sealing(try TestServer())
        let frame = try peer.sealed(peer.message(.echo, EchoRequest()))
        let other = try Peer.connected(to: try TestServer(), signs: true, dialect: .smb210)
        #expect(try other.send(frame).isEmpty)
        #expect(other.connection.endReason == .unsupportedTransform)
    }

    @Test("a server that wants seals tells the session so, and refuses what has none", arguments: [false, true])
    func session(isRequired: Bool) throws {
        let server = try TestServer(encryption: isRequired ? .required : .preferred)
        let peer = Peer(server)
        try peer.negotiate([.smb311])
        let reply = try peer.logIn()
        #expect(try reply.body(SessionSetupResponse.self).sessionFlags == .encryptData)
        #expect(peer.isSigned(reply))
        let request = TreeConnectRequest(path: Array("\\\\s\\export".utf8))
        #expect(try peer.request(.treeConnect, request).status == .accessDenied)
        #expect(try peer.request(.echo, EchoRequest()).status == .accessDenied)
        peer.seals = true
        #expect(try peer.connect().status == .success)
        let status = try #require(server.context.registry.status().first)
        #expect(status.cipher == .aes128GCM)
        #expect(status.sessions.first?.isEncrypted == true)
        #expect(status.sessions.first?.shares == ["export"])
        // Who cannot seal is kept out only where it is required.
        let old = Peer(server)
        try old.negotiate([.smb210])
        #expect(try old.logIn().status == (isRequired ? .accessDenied : .success))
        let guest = Peer(server)
        try guest.negotiate([.smb311])
        #expect(try guest.logIn("stranger").status == (isRequired ? .accessDenied : .success))
    }

    @Test("status tells how requests come, whatever was demanded of them")
    func status() throws {
        let server = try TestServer()
        func isEncrypted(_ peer: Peer) -> Bool? {
            server.context.registry.status().flatMap(\.sessions).first { $0.id == peer.sessionID.rawValue }?.isEncrypted
        }
        let peer = Peer(server)
        try peer.negotiate([.smb311])
        try peer.logIn()
        try peer.connect("IPC$")
        let pipes = peer.treeID
        let ask = QueryDirectoryRequest(
            fileInformationClass: .names, fileID: .inherited, fileName: [0x2A], outputBufferLength: 64)
        try peer.request(.queryDirectory, ask)
        #expect(isEncrypted(peer) == false)
        // What IPC$ was told in clear does not count any more once files are asked for.
        try peer.connect()
        peer.seals = true
        #expect(isEncrypted(peer) == false)
        _ = try peer.open("a")
        #expect(isEncrypted(peer) == true)
        try peer.logIn()
        #expect(isEncrypted(peer) == true)
        peer.seals = false
        try peer.request(.queryDirectory, ask, treeID: pipes)
        #expect(isEncrypted(peer) == true)
        _ = try peer.open("b")
        peer.seals = true
        _ = try peer.open("c")
        #expect(isEncrypted(peer) == false)
        // Who has spoken to pipes only is judged by that.
        let other = Peer(server)
        try other.negotiate([.smb311])
        try other.logIn()
        other.seals = true
        try other.connect("IPC$")
        #expect(isEncrypted(other) == false)
        try other.request(.queryDirectory, ask)
        #expect(isEncrypted(other) == true)
    }

    @Test("a share that wants seals", arguments: [false, true])
    func share(isRequired: Bool) throws {
        let server = try TestServer(shareEncryption: isRequired ? .required : .preferred)
        let peer = Peer(server)
        try peer.negotiate([.smb311])
        #expect(try peer.logIn().body(SessionSetupResponse.self).sessionFlags == [])
        let reply = try peer.connect()
        #expect(try reply.body(TreeConnectResponse.self).shareFlags.contains(.encryptData))
        #expect(try peer.request(.create, Peer.create("a")).status == .accessDenied)
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
        peer.seals = true
        _ = try peer.open("a")
        let old = Peer(server)
        try old.negotiate([.smb210])
        try old.logIn()
        #expect(try old.connect().status == (isRequired ? .accessDenied : .success))
    }

    @Test("interim and final responses of a sealed request are sealed; CANCEL is heard")
    func waiting() throws {
        let waiting = try PendingTests.Waiting(server: try TestServer())
        let peer = try Self.sealing(waiting.server)
        let interim = try #require(try peer.send(peer.message(.create, waiting.exclusive)).first)
        #expect(interim.status == .pending && interim.isSealed)
        try peer.send(peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: interim.header.asyncID))
        let final = try #require(try peer.settle().first)
        #expect(final.status == .cancelled && final.isSealed && !final.header.flags.contains(.signed))
    }

    @Test("logging in again under the seal keeps the keys")
    func again() throws {
        let peer = try Self.sealing(try TestServer())
        let reply = try peer.logIn()
        #expect(reply.status == .success && reply.isSealed)
        #expect(try peer.request(.echo, EchoRequest()).isSealed)
        #expect(try peer.request(.logoff, LogoffRequest()).isSealed)
    }

    @Test("a compound's answers fit into one frame, or are refused")
    func compoundReply() throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true, dialect: .smb311)
        let file = try peer.open("a")
        try peer.request(.echo, EchoRequest(), credits: 1000)
        let data = [UInt8](repeating: 1, count: 8 << 20)
        let write = WriteRequest(dataLength: data.count, offset: 0, fileID: file)
        let written = try peer.send(
            peer.message(.write, { write.write(data: data.span.bytes, to: &$0) }, credits: 200, charge: 128))
        #expect(written.first?.status == .success)
        let read = ReadRequest(length: 8 << 20, offset: 0, fileID: file)
        let replies = try peer.send(
            peer.message(.read, read, credits: 200, next: true, charge: 128)
                + peer.message(.read, read, next: true, charge: 128) + peer.message(.echo, EchoRequest()))
        #expect(replies.map(\.status) == [.success, .insufficientResources, .success])
        let alone = try peer.request(.read, read, charge: 128)
        #expect(alone.status == .success && alone.bytes.count > 8 << 20)
    }
}
