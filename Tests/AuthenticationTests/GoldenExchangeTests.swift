import Testing

@testable import Authentication

/// How the log-in of a captured client ends.
struct CapturedExchange: CustomTestStringConvertible, Sendable {
    var client: String
    var expected: Result<AuthenticatedUser, AuthenticationError>
    /// The exported session key, in hexadecimal.
    var sessionKey: String?
    /// The last token that the server sends, in hexadecimal.
    var end: String
    /// A user's messages carry NTLM's MIC. Without one the encrypted session key and the flags can be altered unnoticed:
    /// whoever does it gains no key that anybody has, and the first signed message fails.
    var hasMIC = false

    var testDescription: String { client }

    static func user(_ client: String, key: String, end: String, hasMIC: Bool = true) -> CapturedExchange {
        let alice = UserRecord(
            name: "Alice", uid: 1000, gid: 100, groups: [27],
            ntHash: NTHash(hexadecimal: "eb872ae2e1c36d0256e9d4ea5929d232"))
        return CapturedExchange(
            client: client, expected: .success(.user(alice)), sessionKey: key, end: end, hasMIC: hasMIC)
    }

    static let all: [CapturedExchange] = [
        .user(
            "smbclient-user", key: "90617ff811ef57a507182d06153c8ec8",
            end: "a11b3019a0030a0100a31204100100000047aa1704cfb522de00000000"),
        .user(
            "smbclient-40bit", key: "7bf761db715944f371f880a7a80b1bb2",
            end: "a11b3019a0030a0100a31204100100000014631192deaa0fec00000000"),
        .user(
            "smbclient-nokeyexchange", key: "bbe1c4ba4cb71b7f4cafa310329cfc34",
            end: "a11b3019a0030a0100a312041001000000d22b7367a0c866ee00000000"),
        .user(
            "pyspnego-user", key: "d0a5244f564fa60c36ad113d0d5cf69c",
            end: "a11b3019a0030a0100a3120410010000007edef7f41d005f4a00000000"),
        .user("pyspnego-bare", key: "5e19d875509250d92e4c15852e2c8c08", end: ""),
        .user("impacket-user", key: "cf28450dfb55123c65a63710b002648e", end: "a1073005a0030a0100", hasMIC: false),
        .user("cifs-user", key: "7c13136e1949b8be5a3fe7d6fee7a02d", end: "", hasMIC: false),
        CapturedExchange(client: "cifs-anonymous", expected: .success(.anonymous), sessionKey: nil, end: ""),
        CapturedExchange(
            client: "smbclient-nopassword", expected: .success(.guest(claimedName: "root")), sessionKey: nil,
            end: "a1073005a0030a0100"),
        CapturedExchange(
            client: "smbclient-unknown", expected: .success(.guest(claimedName: "bob")), sessionKey: nil,
            end: "a1073005a0030a0100"),
        CapturedExchange(
            client: "smbclient-anonymous", expected: .success(.anonymous), sessionKey: nil, end: "a1073005a0030a0100"),
        CapturedExchange(
            client: "impacket-anonymous", expected: .success(.anonymous), sessionKey: nil, end: "a1073005a0030a0100"),
        CapturedExchange(
            client: "smbclient-wrong", expected: .failure(.logonFailure(.wrongPassword)), sessionKey: nil, end: ""),
        CapturedExchange(
            client: "smbclient-ntlmv1", expected: .failure(.logonFailure(.obsoleteResponse)), sessionKey: nil, end: ""),
    ]
}

@Suite("Real clients, byte for byte")
struct GoldenExchangeTests {
    @Test("their log-ins end as they did when they were captured", arguments: CapturedExchange.all)
    func replay(exchange: CapturedExchange) throws {
        var server = try Fixture.challenged(by: exchange.client)
        let token = try Fixture.captured(exchange.client + "-2")
        switch exchange.expected {
        case .failure(let error):
            #expect(throws: error) { try server.step(token) }
        case .success(let user):
            let sent = (try? NegTokenResp.decoded(token))?.responseToken ?? token
            let response = try? NTLMv2Response.decoded(try NTLMAuthenticateMessage.decoded(sent).ntResponse)
            let says = (response?.targetInformation.flags ?? 0) & TargetInformation.flagMICPresent != 0
            if case .user = user { #expect(says == exchange.hasMIC) }
            guard case .complete(let found, let key, let end) = try server.step(token) else {
                Issue.record("the exchange did not end")
                return
            }
            #expect(found == user)
            #expect(key?.bytes == exchange.sessionKey.map { bytes($0) })
            #expect(end == bytes(exchange.end))
        }
        #expect(throws: AuthenticationError.outOfSequence, "it has ended either way") { try server.step(token) }
    }

    @Test("whatever guests are promised, a captured log-in with a right name is not softened by the policy")
    func policies() throws {
        for guest in [true, false] {
            var server = SPNEGOServer(try Fixture.configuration(guest: guest, anonymous: guest))
            _ = try server.step(try Fixture.captured("smbclient-wrong-1"))
            #expect(throws: AuthenticationError.logonFailure(.wrongPassword)) {
                try server.step(try Fixture.captured("smbclient-wrong-2"))
            }
        }
    }

    @Test("what we say before we are asked is what Samba says")
    func hint() throws {
        #expect(SPNEGOServer.initialToken == (try Fixture.captured("samba-hint")))
        let hint = try NegTokenInit.decoded(SPNEGOServer.initialToken)
        #expect(hint.mechanisms == [.ntlm])
        #expect(hint.hintName == NegTokenInit.conventionalHint)
    }

    @Test("to a client that prefers Kerberos we say what Samba says")
    func choice() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        let client = SPNEGOClient(try Fixture.client(), offering: [.kerberos, .ntlm])
        let expected = try Fixture.captured("samba-choice")
        #expect(try server.step(client.initialToken) == .continue(token: expected))
    }

    @Test("our client logs in to Samba: its MIC over our list, negotiated against Kerberos, verifies")
    func samba() throws {
        let ntlm = NTLMClient(
            .user(name: "alice", domain: "WORKGROUP", hash: try NTHash(password: "secret")),
            random: Fixture.countingBytes, fileTime: { Fixture.fileTime })
        var client = SPNEGOClient(ntlm, offering: [.kerberos, .ntlm])
        #expect(try client.step(try Fixture.captured("samba-choice")) != nil)
        let challenge = try Fixture.captured("samba-challenge")
        #expect(try client.step(challenge) != nil)
        var altered = client
        let end = try Fixture.captured("samba-end")
        #expect(try client.step(end) == nil)
        #expect(client.sessionKey?.bytes == Fixture.countingBytes(16))

        var wrongEnd = end
        wrongEnd[wrongEnd.count - 5] ^= 1
        #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed)) { try altered.step(wrongEnd) }
    }
}
