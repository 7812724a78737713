import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes

@Suite("Signing — [MS-SMB2] 3.3.5.2.4, 3.3.4.1.1")
struct SigningTests {
    @Test("signed requests get signed responses, unsigned ones unsigned")
    func mirrors() throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true)
        #expect(peer.isSigned(try peer.request(.echo, EchoRequest())))
        let unsigned = try peer.request(.echo, EchoRequest(), signed: false)
        #expect(!unsigned.header.flags.contains(.signed))
        // Errors are signed too.
        let error = try peer.request(.close, CloseRequest(fileID: FileID(persistent: 9, volatile: 9)))
        #expect(error.status == .fileClosed && peer.isSigned(error))
    }

    @Test("where signing is required, what is not signed is refused", arguments: [true, false])
    func required(byServer: Bool) throws {
        let peer = Peer(try TestServer(signing: byServer ? .required : .enabled))
        try peer.negotiate()
        try peer.logIn(mode: byServer ? .signingEnabled : [.signingEnabled, .signingRequired])
        let refused = try peer.request(
            .treeConnect, TreeConnectRequest(path: Array("\\\\s\\export".utf8)), signed: false)
        #expect(refused.status == .accessDenied)
        #expect(try peer.connect().status == .success)
    }

    @Test("status tells whether everything about files came signed, asked or unasked")
    func status() throws {
        let server = try TestServer()
        func isSigned(_ peer: Peer) -> Bool? {
            server.context.registry.status().flatMap(\.sessions).first { $0.id == peer.sessionID.rawValue }?.isSigned
        }
        let peer = try Peer.connected(to: server, signs: true)
        #expect(isSigned(peer) == false)
        _ = try peer.open("a")
        #expect(isSigned(peer) == true)
        try peer.request(.close, CloseRequest(fileID: .inherited), signed: false)
        #expect(isSigned(peer) == false)
        let unsigned = try Peer.connected(to: server)
        _ = try unsigned.open("a")
        #expect(isSigned(unsigned) == false)
        // Whoever has to sign is told of from the start.
        let required = Peer(try TestServer(signing: .required))
        try required.negotiate()
        try required.logIn()
        let sessions = required.connection.server.registry.status().flatMap(\.sessions)
        #expect(sessions.map(\.isSigned) == [true])
        // A seal holds a signature.
        let sealing = try SealingTests.sealing(server)
        _ = try sealing.open("b")
        #expect(isSigned(sealing) == true)
    }

    @Test("signing off: nobody has to sign, and whoever does is answered in kind")
    func off() throws {
        let peer = Peer(try TestServer(signing: .off))
        let negotiated = try peer.negotiate(Peer.request([.smb210], mode: [.signingEnabled, .signingRequired]))
        #expect(try negotiated.body(NegotiateResponse.self).securityMode.contains(.signingRequired) == false)
        try peer.logIn(mode: [.signingEnabled, .signingRequired])
        let request = TreeConnectRequest(path: Array("\\\\s\\export".utf8))
        let unsigned = try peer.request(.treeConnect, request, signed: false)
        #expect(unsigned.status == .success && !unsigned.header.flags.contains(.signed))
        #expect(peer.isSigned(try peer.request(.treeConnect, request)))
        // A signature that is there has to be right.
        var frame = peer.message(.treeConnect, request)
        frame[50] ^= 1
        #expect(try peer.send(frame).map(\.status) == [.accessDenied])
    }

    @Test("a wrong signature is refused", arguments: [0, 48, 63, 64, 70])
    func wrong(position: Int) throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true)
        var frame = peer.message(.create, Peer.create("a.txt"))
        frame[position == 0 ? frame.count - 1 : position] ^= 1
        let reply = try #require(try peer.send(frame).first)
        #expect(reply.status == .accessDenied)
        #expect(peer.connection.opens.isEmpty)
    }

    @Test("a READ whose data lies elsewhere is signed with it")
    func payload() throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true)
        let file = try peer.open("a.bin")
        let data = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let request = WriteRequest(dataLength: data.count, offset: 0, fileID: file)
        let written = try peer.send(peer.message(.write, { request.write(data: data.span.bytes, to: &$0) }))
        #expect(written.first?.status == .success)
        for length in [1, 100, 8192, 8193, 40_000] {
            let reply = try peer.request(.read, ReadRequest(length: UInt32(length), offset: 0, fileID: file))
            #expect(reply.status == .success)
            #expect(peer.isSigned(reply))
            let range = try reply.body(ReadResponse.self).dataRange
            #expect(Array(reply.bytes[range]) == Array(data[..<length]))
        }
    }
}
