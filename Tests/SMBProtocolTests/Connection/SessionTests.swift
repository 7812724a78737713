import AccessControl
import Authentication
import FileSystemCore
import SMBMessages
@testable import SMBProtocol
import Synchronization
import Testing
import WindowsTypes

@Suite("Sessions and tree connects — [MS-SMB2] 3.3.5.5 to 3.3.5.8")
struct SessionTests {
    @Test("a user logs in; the last response is signed, the ones before are not")
    func logIn() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        let reply = try peer.logIn()
        #expect(reply.status == .success)
        #expect(try reply.body(SessionSetupResponse.self).sessionFlags == [])
        #expect(peer.isSigned(reply))
        #expect(peer.connection.isAuthenticated)
    }

    @Test("guests and the anonymous user are told so and have no signature", arguments: ["stranger", nil])
    func guests(name: String?) throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        let reply = try peer.logIn(name, mode: [.signingEnabled, .signingRequired])
        #expect(reply.status == .success)
        #expect(try reply.body(SessionSetupResponse.self).sessionFlags == (name == nil ? .isNull : .isGuest))
        #expect(!reply.header.flags.contains(.signed))
        #expect(try peer.connect().status == .success)
    }

    @Test("refused log-ins leave nothing behind", arguments: [("alice", "wrong", true), ("stranger", "x", false)])
    func refused(name: String, password: String, guests: Bool) throws {
        let server = try TestServer(guests: guests)
        let peer = Peer(server)
        try peer.negotiate()
        let reply = try peer.logIn(name, password: password)
        #expect(reply.status == .logonFailure)
        #expect(reply.bytes.count == 64 + 9)
        #expect(peer.connection.sessions.isEmpty)
        #expect(!peer.connection.isAuthenticated)
        // The same id is not a session any more.
        #expect(
            try peer.request(.treeConnect, TreeConnectRequest(path: Array("\\\\s\\export".utf8))).status
                == .userSessionDeleted)
    }

    @Test("garbage instead of a token, and another session's number")
    func garbage() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        #expect(try peer.request(.sessionSetup, SessionSetupRequest(securityBuffer: [1, 2, 3])).status.isError)
        #expect(peer.connection.sessions.isEmpty)
        let reply = try peer.request(
            .sessionSetup, SessionSetupRequest(securityBuffer: []), sessionID: SessionID(rawValue: 4711))
        #expect(reply.status == .userSessionDeleted)
    }

    @Test("nothing is done for who has not logged in", arguments: Command.allCases)
    func unauthenticated(command: Command) throws {
        guard ![.negotiate, .sessionSetup, .echo, .cancel].contains(command) else { return }
        let peer = Peer(try TestServer())
        try peer.negotiate()
        for session in [SessionID.none, SessionID(rawValue: 99)] {
            let reply = try peer.request(command, EchoRequest(), sessionID: session)
            #expect(reply.status == .userSessionDeleted)
            #expect(reply.bytes.count == 64 + 9)
        }
    }

    @Test("nothing is done within a log-in that is not over")
    func inProgress() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        let token = SPNEGOClient(NTLMClient(.anonymous)).initialToken
        let reply = try peer.request(.sessionSetup, SessionSetupRequest(securityBuffer: token))
        #expect(reply.status == .moreProcessingRequired)
        peer.sessionID = reply.header.sessionID
        #expect(try peer.connect().status == .userSessionDeleted)
        // What gives something up is processed: it has no tree connect to do it on, or ends the log-in.
        #expect(try peer.request(.close, CloseRequest(fileID: .inherited)).status == .networkNameDeleted)
        let unlock = LockRequest(
            fileID: .inherited, locks: [LockElement(offset: 0, length: 1, flags: .unlock)])
        #expect(try peer.request(.lock, unlock).status == .networkNameDeleted)
        #expect(try peer.request(.logoff, LogoffRequest()).status == .success)
        #expect(peer.connection.sessions.isEmpty)
        #expect(try peer.request(.logoff, LogoffRequest()).status == .userSessionDeleted)
    }

    @Test("share names are compared without case", arguments: ["export", "EXPORT", "Export"])
    func shareNames(name: String) throws {
        let peer = try Peer.connected(to: try TestServer())
        let reply = try peer.connect(name)
        #expect(reply.status == .success)
        let body: TreeConnectResponse = try reply.body()
        #expect(body.shareType == .disk)
        #expect(body.maximalAccess == 0x001F_01FF)
    }

    @Test("unknown shares are refused", arguments: ["nosuch", "exports", "export\\x", ""])
    func unknownShare(name: String) throws {
        let peer = try Peer.connected(to: try TestServer())
        #expect(try peer.connect(name).status == .badNetworkName)
    }

    @Test("IPC$ is a pipe share in which no file opens")
    func pipes() throws {
        let peer = try Peer.connected(to: try TestServer())
        let reply = try peer.connect("IPC$")
        #expect(try reply.body(TreeConnectResponse.self).shareType == .pipe)
        #expect(try peer.request(.create, Peer.create("a.txt")).status == .objectNameNotFound)
        #expect(
            try peer.request(.close, CloseRequest(fileID: FileID(persistent: 1, volatile: 1))).status == .fileClosed)
        let referral = IoctlRequest(ctlCode: .dfsGetReferrals, input: [4, 0, 0, 0], maxOutputResponse: 4096)
        #expect(try peer.request(.ioctl, referral).status == .fsDriverRequired)
    }

    @Test("IOCTL: what is not known, about what is not open, and a file's object id")
    func controls() throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a.txt")
        func ask(_ code: ControlCode, _ file: FileID, flags: IoctlFlags = .isFsctl) throws -> Reply {
            try peer.request(.ioctl, IoctlRequest(ctlCode: code, fileID: file, maxOutputResponse: 64, flags: flags))
        }
        let none = FileID(persistent: 3, volatile: 3)
        #expect(try ask(.srvEnumerateSnapshots, file).status == .invalidDeviceRequest)
        #expect(try ask(.srvEnumerateSnapshots, none).status == .fileClosed)
        #expect(try ask(.srvEnumerateSnapshots, file, flags: []).status == .notSupported)
        #expect(try ask(.queryNetworkInterfaceInfo, .inherited).status == .invalidDeviceRequest)
        let id = try ask(.createOrGetObjectID, file)
        #expect(try id.body(IoctlResponse.self).output.count == 64)
    }

    @Test(
        "a code that concerns no open takes no handle, on files and pipes",
        arguments: ControlCodeTable.ofConnections.map(\.code) + [.pipeWait], ["export", "IPC$"])
    func refusesHandles(code: ControlCode, share: String) throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true, dialect: .smb302)
        try peer.connect(share)
        let handle = try peer.open(share == "IPC$" ? "srvsvc" : "a.txt")
        for wrong in [handle, FileID(persistent: .max, volatile: 1), FileID(persistent: 1, volatile: .max)] {
            let request = IoctlRequest(ctlCode: code, fileID: wrong, maxOutputResponse: 64)
            #expect(try peer.request(.ioctl, request).status == .invalidParameter)
        }
    }

    @Test("TREE_DISCONNECT closes what came through it; LOGOFF everything")
    func endings() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server)
        let file = try peer.open("a.txt")
        let first = peer.treeID
        try peer.connect()
        let second = peer.treeID
        _ = try peer.open("b.txt")
        #expect(server.fileSystem.openCount == 2)
        // A handle belongs to its tree connect.
        #expect(try peer.request(.close, CloseRequest(fileID: file)).status == .fileClosed)
        #expect(try peer.request(.treeDisconnect, TreeDisconnectRequest(), treeID: first).status == .success)
        #expect(server.fileSystem.openCount == 1)
        #expect(try peer.request(.close, CloseRequest(fileID: file), treeID: first).status == .networkNameDeleted)
        #expect(try peer.request(.logoff, LogoffRequest()).status == .success)
        #expect(server.fileSystem.openCount == 0)
        #expect(
            try peer.request(.treeDisconnect, TreeDisconnectRequest(), treeID: second).status == .userSessionDeleted)
    }

    @Test("the end of the connection closes everything")
    func disconnect() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server)
        _ = try peer.open("a.txt")
        _ = try peer.open("b.txt")
        #expect(server.context.registry.status().first?.opens == 2)
        peer.connection.close(.peerClosed)
        #expect(server.fileSystem.openCount == 0)
        #expect(server.context.registry.status().isEmpty)
    }

    @Test("somebody who comes back ends the session that was his before he is answered")
    func previousSession() throws {
        let server = try TestServer()
        let old = try Peer.connected(to: server, signs: true)
        _ = try old.open("a.txt")
        let new = Peer(server)
        try new.negotiate()
        // The last response waits for the old connection.
        #expect(throws: Peer.NoReply.self) { try new.logIn(previous: old.sessionID) }
        #expect(server.fileSystem.openCount == 1)
        try old.settle()
        #expect(server.fileSystem.openCount == 0)
        let replies = try new.settle()
        #expect(replies.map(\.status) == [.success])
    }

    @Test("nobody ends another user's session, and no guest anybody's", arguments: ["bob", "stranger"])
    func previousSessionOfAnother(name: String) throws {
        let server = try TestServer()
        let old = try Peer.connected(to: server)
        let new = Peer(server)
        try new.negotiate()
        #expect(try new.logIn(name, previous: old.sessionID).status == .success)
        #expect(old.host.takeWakes().isEmpty)
        #expect(try old.connect().status == .success)
    }

    @Test("logging in again keeps the session's key; failing ends the session")
    func again() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server, signs: true)
        let file = try peer.open("a.txt")
        let id = peer.sessionID
        #expect(try peer.logIn().status == .success)
        #expect(peer.sessionID == id)
        #expect(try peer.request(.close, CloseRequest(fileID: file)).status == .success)
        #expect(try peer.logIn(password: "wrong").status == .logonFailure)
        #expect(try peer.connect().status == .userSessionDeleted)
    }

    @Test("a session goes on as nobody and as its user again, with its key and its files", arguments: [true, false])
    func againAsNobody(guests: Bool) throws {
        let server = try TestServer(guests: guests)
        let peer = try Peer.connected(to: server, signs: true)
        let file = try peer.open("mine.txt")
        let identities = { peer.connection.sessions[peer.sessionID]?.trees.values.map(\.identity.uid) }
        #expect(identities() == [1000])
        let reply = try peer.logIn(nil)
        #expect(reply.status == .success && peer.isSigned(reply))
        #expect(try reply.body(SessionSetupResponse.self).sessionFlags == [])
        #expect(identities() == [65534])
        // What is open stays open; what is opened is opened as nobody.
        #expect(try peer.request(.flush, FlushRequest(fileID: file)).status == .success)
        let write = Peer.create("mine.txt", access: 0x0000_0002, disposition: .open)
        #expect(try peer.request(.create, write).status == .accessDenied)
        let tree = peer.treeID
        #expect(try peer.connect().status == (guests ? .success : .accessDenied))
        #expect(try peer.connect("IPC$").status == .success)
        peer.treeID = tree
        // Nobody's session is not taken over by nobody.
        let other = Peer(server)
        try other.negotiate()
        if guests {
            #expect(try other.logIn(nil, previous: peer.sessionID).status == .success)
        } else {
            #expect(try other.logIn(nil).status == .logonFailure)
        }
        #expect(try peer.logIn().status == .success)
        #expect(try peer.request(.create, write).status == .success)
    }

    @Test("a session that has expired gives up what it has and takes nothing, until somebody logs in again")
    func expired() throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a.txt")
        func lock(_ flags: LockFlags) throws -> NTStatus {
            let request = LockRequest(fileID: file, locks: [LockElement(offset: 0, length: 1, flags: flags)])
            return try peer.request(.lock, request).status
        }
        #expect(try lock([.exclusiveLock, .failImmediately]) == .success)
        try #require(peer.connection.sessions[peer.sessionID]).state = .expired
        #expect(try peer.connect().status == .networkSessionExpired)
        #expect(try lock([.exclusiveLock, .failImmediately]) == .networkSessionExpired)
        #expect(try lock(.unlock) == .success)
        #expect(try lock(.unlock) == .rangeNotLocked)
        #expect(try peer.request(.close, CloseRequest(fileID: file)).status == .success)
        #expect(try peer.logIn(signs: false).status == .success)
        #expect(try peer.connect().status == .success)
    }

    @Test("a session lives as long as the server says, by the server's clock")
    func lifetime() throws {
        let time = Mutex<UInt64>(1_000_000_000)
        let server = try TestServer(sessionLifetimeMilliseconds: 10_000, fileTime: { time.withLock { $0 } })
        let peer = try Peer.connected(to: server, signs: true)
        let file = try peer.open("a.txt")
        time.withLock { $0 += 99_999_999 }
        #expect(try peer.request(.flush, FlushRequest(fileID: file)).status == .success)
        time.withLock { $0 += 1 }
        let late = try peer.request(.flush, FlushRequest(fileID: file))
        #expect(late.status == .networkSessionExpired && peer.isSigned(late))
        #expect(try peer.logIn().status == .success)
        #expect(try peer.request(.flush, FlushRequest(fileID: file)).status == .success)
    }

    @Test("sessions, trees and opens have limits")
    func limits() throws {
        var limits = ServerLimits()
        limits.sessionsPerConnection = 1
        limits.treesPerSession = 2
        limits.opensPerConnection = 1
        let peer = try Peer.connected(to: try TestServer(limits: limits))
        let token = SPNEGOClient(NTLMClient(.anonymous)).initialToken
        #expect(
            try peer.request(.sessionSetup, SessionSetupRequest(securityBuffer: token), sessionID: SessionID.none)
                .status
                == .insufficientResources)
        try peer.connect()
        #expect(try peer.connect().status == .insufficientResources)
        _ = try peer.open("a")
        #expect(try peer.request(.create, Peer.create("b")).status == .tooManyOpenedFiles)
    }
}
