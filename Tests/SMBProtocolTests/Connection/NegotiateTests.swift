import Authentication
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("NEGOTIATE — [MS-SMB2] 3.3.5.3, 3.3.5.4")
struct NegotiateTests {
    @Test("answers 2.0.2 where that is the highest, whatever else is offered")
    func picksDialect() throws {
        let peer = Peer(try TestServer(dialects: .smb202...(.smb202)))
        let reply = try peer.negotiate([.smb202, .smb210, .smb300, .smb302])
        #expect(reply.status == .success)
        #expect(reply.header.flags.contains(.serverToRedir))
        #expect(reply.header.credits >= 1)
        let body: NegotiateResponse = try reply.body()
        #expect(body.dialectRevision == .smb202)
        #expect(body.maxReadSize == 65536)
        #expect(body.securityMode == .signingEnabled)
        #expect(body.securityBuffer == SPNEGOServer.initialToken)
    }

    @Test(
        "refuses other dialects, and none",
        arguments: [([Dialect(rawValue: 0x0222)], NTStatus.notSupported), ([], .invalidParameter)])
    func refuses(dialects: [Dialect], status: NTStatus) throws {
        let peer = Peer(try TestServer())
        let reply = try peer.negotiate(dialects)
        #expect(reply.status == status)
        // "…an SMB2 ERROR Response": nine bytes behind the header.
        #expect(reply.bytes.count == 64 + 9)
        #expect(peer.connection.endReason == nil)
    }

    @Test("a second one ends the connection")
    func second() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        #expect(try peer.send(peer.message(.negotiate, NegotiateRequest(dialects: [.smb202]))).isEmpty)
        #expect(peer.connection.endReason == .outOfSequence)
    }

    @Test("nothing else comes first", arguments: [Command.echo, .sessionSetup, .treeConnect, .create, .unknown(77)])
    func notFirst(command: Command) throws {
        let peer = Peer(try TestServer())
        #expect(try peer.send(peer.message(command, EchoRequest())).isEmpty)
        #expect(peer.connection.endReason == .outOfSequence)
    }

    @Test("requires signing where the server does")
    func requiresSigning() throws {
        let peer = Peer(try TestServer(signing: .required))
        let body: NegotiateResponse = try peer.negotiate().body()
        #expect(body.securityMode == [.signingEnabled, .signingRequired])
    }

    static func smb1(_ names: [String]) -> [UInt8] {
        var writer = WireWriter()
        SMB1NegotiateRequest(dialects: names.map { Array($0.utf8) }).write(to: &writer)
        return writer.bytes
    }

    @Test("SMB1 with the wildcard is answered with it, and led to SMB2")
    func wildcard() throws {
        let peer = Peer(try TestServer())
        let replies = try peer.send(Self.smb1(["NT LM 0.12", "SMB 2.002", "SMB 2.???"]))
        let first = try #require(replies.first)
        #expect(try first.body(NegotiateResponse.self).dialectRevision == .wildcard)
        #expect(first.header.messageID.rawValue == 0)
        peer.nextMessageID = 1
        let second = try peer.negotiate([.smb202, .smb210])
        #expect(try second.body(NegotiateResponse.self).dialectRevision == .smb210)
        #expect(try peer.logIn().status == .success)
    }

    @Test("SMB1 with SMB 2.002 alone has negotiated")
    func smb2002() throws {
        let peer = Peer(try TestServer())
        let replies = try peer.send(Self.smb1(["NT LM 0.12", "SMB 2.002"]))
        #expect(try #require(replies.first).body(NegotiateResponse.self).dialectRevision == .smb202)
        peer.nextMessageID = 1
        #expect(try peer.logIn().status == .success)
    }

    @Test("SMB1 without a word of SMB2, or out of place, ends the connection")
    func smb1Refused() throws {
        let old = Peer(try TestServer())
        #expect(try old.send(Self.smb1(["NT LM 0.12"])).isEmpty)
        #expect(old.connection.endReason == .noCommonDialect)
        let late = Peer(try TestServer())
        try late.negotiate()
        #expect(try late.send(Self.smb1(["SMB 2.???"])).isEmpty)
        #expect(late.connection.endReason == .outOfSequence)
    }

    @Test("FSCTL_VALIDATE_NEGOTIATE_INFO is answered, signed, and ends the connection when it differs")
    func validate() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server, signs: true)
        func ask(_ mode: SecurityMode) throws -> [Reply] {
            let information = ValidateNegotiateInfoRequest(
                capabilities: [], guid: .zero, securityMode: mode, dialects: [.smb202])
            let request = IoctlRequest(
                ctlCode: .validateNegotiateInfo, input: information.bytes, maxOutputResponse: 24)
            return try peer.send(peer.message(.ioctl, request))
        }
        let reply = try #require(try ask(.signingEnabled).first)
        #expect(reply.status == .success)
        #expect(peer.isSigned(reply))
        let information = try ValidateNegotiateInfoResponse(bytes: try reply.body(IoctlResponse.self).output)
        #expect(information.dialect == .smb202)
        #expect(information.guid == server.context.serverGUID)
        #expect(try ask([.signingEnabled, .signingRequired]).isEmpty)
        #expect(peer.connection.endReason == .outOfSequence)
    }
}
