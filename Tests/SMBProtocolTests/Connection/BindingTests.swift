import Authentication
import FileSystemCore
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("Sessions of several connections — [MS-SMB2] 3.3.5.5, 3.3.5.15.11")
struct BindingTests {
    static func connected(_ server: TestServer, _ dialect: Dialect = .smb311) throws -> Peer {
        try Peer.connected(to: server, signs: true, dialect: dialect)
    }

    static func second(_ server: TestServer, _ request: NegotiateRequest) throws -> Peer {
        let peer = Peer(server)
        try peer.negotiate(request)
        return peer
    }

    @Test("a channel has a key of its own, and the session's trees and files", arguments: [.smb300, .smb302, .smb311] as [Dialect])
    func bind(dialect: Dialect) throws {
        let server = try TestServer()
        let first = try Self.connected(server, dialect)
        let file = try first.open("a.txt")
        let second = try Self.second(server, Peer.request([dialect]))
        let reply = try second.bind(to: first)
        #expect(reply.status == .success)
        #expect(second.isSigned(reply) && !first.isSigned(reply))
        let flush = try second.request(.flush, FlushRequest(fileID: file))
        #expect(flush.status == .success && second.isSigned(flush))
        // What one channel has signed is nothing on the other.
        let borrowed = second.message(.echo, EchoRequest(), messageID: first.nextMessageID)
        #expect(try first.send(borrowed).map(\.status) == [.accessDenied])
        first.nextMessageID += 1
        let other = try second.open("b.txt")
        #expect(try first.request(.close, CloseRequest(fileID: other)).status == .success)
        #expect(try second.request(.close, CloseRequest(fileID: file)).status == .success)
    }

    @Test("sealed on both channels; no nonce comes twice")
    func sealed() throws {
        let server = try TestServer()
        let first = try SealingTests.sealing(server)
        let second = try Self.second(server, Peer.request([.smb311], ciphers: [.aes128GCM]))
        #expect(try second.bind(to: first).status == .success)
        second.seals = true
        var nonces: Set<[UInt8]> = []
        for _ in 0..<10 {
            for peer in [first, second] {
                let frame = try peer.sealed(peer.message(.echo, EchoRequest()))
                frame.withUnsafeBytes { peer.connection.receive($0) }
                nonces.insert(Array(peer.takeBytes()[24..<40]))
            }
        }
        #expect(nonces.count == 20)
    }

    @Test("the session outlives its first connection, and ends with its last")
    func survivesItsHome() throws {
        let server = try TestServer()
        let first = try Self.connected(server)
        let file = try first.open("a.txt")
        let second = try Self.second(server, Peer.request([.smb311]))
        _ = try second.bind(to: first)
        first.connection.close(.peerClosed)
        #expect(server.fileSystem.openCount == 1)
        #expect(try second.request(.flush, FlushRequest(fileID: file)).status == .success)
        let status = try #require(server.context.registry.status().first)
        #expect(status.opens == 1 && status.trees == 1 && status.sessions.first?.shares == ["export"])
        // Whoever comes back is led to the connection that is left.
        let third = try Self.second(server, Peer.request([.smb311]))
        // The request is signed with the session's own key, which outlives its first channel.
        #expect(try third.bind(to: first).status == .success)
        second.connection.close(.peerClosed)
        third.connection.close(.peerClosed)
        #expect(server.fileSystem.openCount == 0)
        #expect(server.context.registry.status().isEmpty)
    }

    @Test("LOGOFF on one channel ends the session on all; what waits there is answered")
    func logOff() throws {
        let waiting = try PendingTests.Waiting(server: try TestServer())
        let first = try Self.connected(waiting.server)
        let second = try Self.second(waiting.server, Peer.request([.smb311]))
        _ = try second.bind(to: first)
        #expect(try second.send(second.message(.create, waiting.exclusive)).map(\.status) == [.pending])
        #expect(try first.send(first.message(.logoff, LogoffRequest())).isEmpty)
        #expect(try first.settle().isEmpty, "what waits on the other channel is answered first")
        let final = try #require(try second.settle().first)
        #expect(final.status == .cancelled && second.isSigned(final))
        #expect(try first.settle().map(\.status) == [.success])
        first.connection.close(.peerClosed)
        #expect(try second.request(.echo, EchoRequest(), signed: false).status == .success)
        #expect(try second.request(.flush, FlushRequest(fileID: .inherited), signed: false).status == .userSessionDeleted)
    }

    @Test("a wrong password or another user leaves the session as it is")
    func refusedLogIn() throws {
        let server = try TestServer()
        let first = try Self.connected(server)
        for (name, password, status) in [
            ("alice", "wrong", NTStatus.logonFailure), ("bob", TestServer.password, .accessDenied),
        ] {
            let second = try Self.second(server, Peer.request([.smb311]))
            #expect(try second.bind(to: first, as: name, password: password).status == status)
            #expect(second.connection.sessions.isEmpty && second.connection.bindings.isEmpty)
            #expect(try first.request(.echo, EchoRequest()).status == .success)
        }
    }

    /// How the second connection is made, and what it is told.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: NegotiateRequest
        let status: NTStatus
    }

    static let refusals: [Refusal] = [
        Refusal(testDescription: "2.1", request: Peer.request([.smb210]), status: .requestOutOfSequence),
        Refusal(
            testDescription: "another dialect", request: Peer.request([.smb302]), status: .requestOutOfSequence),
        Refusal(
            testDescription: "another signing algorithm", request: Peer.request([.smb311], signing: [.aesCMAC]),
            status: .requestOutOfSequence),
        Refusal(
            testDescription: "another cipher", request: Peer.request([.smb311], ciphers: [.aes128CCM]),
            status: .invalidParameter),
        Refusal(
            testDescription: "another client",
            request: {
                var request = Peer.request([.smb311])
                request.clientGUID = GUID(first: 1, second: 2)
                return request
            }(), status: .userSessionDeleted),
    ]

    @Test("what differs is refused", arguments: refusals)
    func refusal(refusal: Refusal) throws {
        let server = try TestServer()
        let first = try Self.connected(server)
        let second = try Self.second(server, refusal.request)
        #expect(try second.bind(to: first).status == refusal.status)
        #expect(try first.request(.echo, EchoRequest()).status == .success)
    }

    @Test("before dialect 3.0 nothing is bound; unsigned, of no session, of a guest's and twice neither")
    func notThere() throws {
        let server = try TestServer()
        let old = try Self.connected(server, .smb210)
        #expect(try Self.second(server, Peer.request([.smb210])).bind(to: old).status == .requestNotAccepted)
        let first = try Self.connected(server)
        let second = try Self.second(server, Peer.request([.smb311]))
        func ask(_ session: SessionID, on peer: Peer, signed: Bool) throws -> NTStatus {
            try peer.request(
                .sessionSetup, SessionSetupRequest(flags: .binding, securityBuffer: []), sessionID: session, signed: signed
            ).status
        }
        #expect(try ask(.none, on: second, signed: false) == .invalidParameter)
        #expect(try ask(SessionID(rawValue: 99), on: second, signed: false) == .userSessionDeleted)
        #expect(try ask(first.sessionID, on: second, signed: false) == .invalidParameter)
        #expect(try ask(first.sessionID, on: first, signed: true) == .requestNotAccepted)
        let guest = Peer(server)
        try guest.negotiate([.smb311])
        try guest.logIn("stranger")
        #expect(try ask(guest.sessionID, on: second, signed: false) == .notSupported)
        let wrong = SessionSetupRequest(flags: .binding, securityBuffer: [])
        second.signer = try MessageSigner(.aes128GMAC, key: [UInt8](repeating: 1, count: 16))
        #expect(try second.request(.sessionSetup, wrong, sessionID: first.sessionID).status == .accessDenied)
    }

    @Test("what cannot be signed for want of the session carries the request's signature — smb2.session.bind2")
    func echoedSignatures() throws {
        let server = try TestServer()
        let first = try Self.connected(server)
        let second = try Self.second(server, Peer.request([.smb311]))
        second.signer = first.signer
        second.sessionID = first.sessionID
        second.treeID = first.treeID
        let again = SessionSetupRequest(securityBuffer: SPNEGOClient(NTLMClient(.anonymous)).initialToken)
        for message in [
            second.message(.flush, FlushRequest(fileID: .inherited)), second.message(.sessionSetup, again),
        ] {
            let reply = try #require(try second.send(message).first)
            #expect(reply.status == .userSessionDeleted && reply.header.flags.contains(.signed))
            #expect(Array(reply.bytes[48..<64]) == Array(message[48..<64]))
        }
        // A channel takes no log-in that is signed with the first channel's key; its client may still read the status.
        #expect(try second.bind(to: first).status == .success)
        second.signer = first.signer
        let message = second.message(.sessionSetup, again)
        let refused = try #require(try second.send(message).first)
        #expect(refused.status == .accessDenied && refused.header.flags.contains(.signed))
        #expect(Array(refused.bytes[48..<64]) == Array(message[48..<64]))
        // What nobody signed is answered as it came.
        let plain = try second.request(.flush, FlushRequest(fileID: .inherited), sessionID: SessionID(rawValue: 9), signed: false)
        #expect(plain.status == .userSessionDeleted && !plain.header.flags.contains(.signed))
        #expect(try first.request(.echo, EchoRequest()).status == .success)
    }

    @Test("FSCTL_QUERY_NETWORK_INTERFACE_INFO lists the host's addresses")
    func interfaces() throws {
        let peer = try Self.connected(try TestServer())
        func ask(_ room: UInt32, _ file: FileID = .inherited) throws -> Reply {
            try peer.request(
                .ioctl, IoctlRequest(ctlCode: .queryNetworkInterfaceInfo, fileID: file, maxOutputResponse: room))
        }
        #expect(try ask(303).status == .bufferTooSmall)
        #expect(try ask(304, FileID(persistent: 1, volatile: 1)).status == .invalidParameter)
        let reply = try ask(304)
        #expect(reply.status == .success)
        let list = try NetworkInterfaceList(bytes: try reply.body(IoctlResponse.self).output)
        let own = [NetworkInterfaceInfo(interfaceIndex: 1, linkSpeed: 1_000_000_000, address: [127, 0, 0, 1])]
        let next = NetworkInterfaceInfo(
            interfaceIndex: 1, linkSpeed: 1_000_000_000, address: [UInt8](repeating: 0, count: 15) + [1])
        #expect(list.interfaces == own + [next])
        let old = try Self.connected(try TestServer(), .smb210)
        let asked = IoctlRequest(ctlCode: .queryNetworkInterfaceInfo, maxOutputResponse: 304)
        #expect(try old.request(.ioctl, asked).status == .invalidDeviceRequest)
    }

    @Test("where the server listens to all addresses the machine's are listed, with their speeds")
    func machineInterfaces() throws {
        let machine = [
            LocalAddress(bytes: [127, 0, 0, 1], interface: 7),
            LocalAddress(bytes: [192, 0, 2, 1], interface: 8, bitsPerSecond: 25_000_000_000, hasReceiveSideScaling: true),
        ].compactMap { $0 }
        let peer = try Self.connected(try TestServer(listening: ListeningAddresses(.allIPv4) { machine }))
        let reply = try peer.request(
            .ioctl, IoctlRequest(ctlCode: .queryNetworkInterfaceInfo, maxOutputResponse: 4096))
        let list = try NetworkInterfaceList(bytes: try reply.body(IoctlResponse.self).output)
        #expect(list.interfaces.map(\.interfaceIndex) == [7, 1, 8])
        #expect(list.interfaces.map(\.capability) == [[], [], .receiveSideScaling])
        #expect(list.interfaces.last?.linkSpeed == 25_000_000_000)
    }

    /// Where the server listens, to what address a client came, and which it can reach.
    struct Reach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let scope: ListeningAddresses.Scope
        let own: String
        let reachable: [String]
    }

    private static func address(_ text: String) -> LocalAddress? {
        LocalAddress(bytes: text.split(separator: ".").compactMap { UInt8($0) }, interface: 5)
    }

    /// IPv6 addresses are written as IPv4's are, 16 numbers.
    private static let loopback6 = "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1"
    private static let global6 = "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"
    private static let link6 = "254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1"
    private static let machine = ["127.0.0.1", "10.0.0.1", "192.0.2.1", "169.254.3.3", loopback6, global6, link6]

    static let reaches: [Reach] = [
        Reach(testDescription: "one address", scope: .one, own: "10.0.0.1", reachable: ["10.0.0.1"]),
        Reach(testDescription: "one that the machine does not name", scope: .one, own: "10.9.9.9", reachable: ["10.9.9.9"]),
        Reach(
            testDescription: "all of IPv4", scope: .allIPv4, own: "192.0.2.1", reachable: ["192.0.2.1", "10.0.0.1"]),
        Reach(
            testDescription: "over the loopback", scope: .allIPv4, own: "127.0.0.1",
            reachable: ["127.0.0.1", "10.0.0.1", "192.0.2.1"]),
        Reach(
            testDescription: "all", scope: .all, own: "10.0.0.1", reachable: ["10.0.0.1", "192.0.2.1", global6]),
        Reach(
            testDescription: "all, over IPv6's loopback", scope: .all, own: loopback6,
            reachable: [loopback6, "127.0.0.1", "10.0.0.1", "192.0.2.1", global6]),
        Reach(
            testDescription: "over a link's own address", scope: .all, own: link6,
            reachable: [link6, "10.0.0.1", "192.0.2.1", global6]),
        Reach(
            testDescription: "IPv4 in IPv6's clothes", scope: .all, own: "0.0.0.0.0.0.0.0.0.0.255.255.10.0.0.1",
            reachable: ["10.0.0.1", "192.0.2.1", global6]),
    ]

    @Test("which addresses a client can reach", arguments: reaches)
    func canReach(reach: Reach) throws {
        let listening = ListeningAddresses(reach.scope) { Self.machine.compactMap(Self.address) }
        let own = try #require(Self.address(reach.own))
        #expect(listening.reachable(from: [own]).map(\.bytes) == reach.reachable.compactMap { Self.address($0)?.bytes })
    }
}
