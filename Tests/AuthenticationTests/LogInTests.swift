import Testing

@testable import Authentication

@Suite("Log in, client and server back to back")
struct LogInTests {
    @Test("the right password gives the user and one key to both", arguments: ["alice", "ALICE", "Alice"])
    func rightPassword(name: String) throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(name))
        let (user, key) = try Fixture.run(&server, &client)
        #expect(user == .user(try Fixture.alice()))
        #expect(key?.bytes.count == 16)
        #expect(client.sessionKey == key)
    }

    @Test("a wrong password is refused, guest or not", arguments: [true, false])
    func wrongPassword(guest: Bool) throws {
        var server = SPNEGOServer(try Fixture.configuration(guest: guest))
        var client = SPNEGOClient(try Fixture.client(password: "something else"))
        #expect(throws: AuthenticationError.logonFailure(.wrongPassword)) { try Fixture.run(&server, &client) }
    }

    @Test("an unknown user becomes guest, without a key, where guests are let in")
    func guest() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client("bob"))
        let (user, key) = try Fixture.run(&server, &client)
        #expect(user == .guest(claimedName: "bob"))
        #expect(key == nil)
    }

    @Test("an unknown user is refused where guests are not")
    func noGuest() throws {
        var server = SPNEGOServer(try Fixture.configuration(guest: false))
        var client = SPNEGOClient(try Fixture.client("bob"))
        #expect(throws: AuthenticationError.logonFailure(.unknownUser)) { try Fixture.run(&server, &client) }
    }

    @Test("a user without a hash is refused, even where guests are let in")
    func noHash() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client("nopassword", password: ""))
        #expect(throws: AuthenticationError.logonFailure(.noPasswordHash)) { try Fixture.run(&server, &client) }
    }

    @Test("nobody is nobody, without a key, where that is allowed")
    func anonymous() throws {
        var server = SPNEGOServer(try Fixture.configuration(guest: false))
        var client = SPNEGOClient(NTLMClient(.anonymous))
        let (user, key) = try Fixture.run(&server, &client)
        #expect(user == .anonymous)
        #expect(key == nil)
    }

    @Test("nobody is refused where that is not, even where guests are let in")
    func noAnonymous() throws {
        var server = SPNEGOServer(try Fixture.configuration(anonymous: false))
        var client = SPNEGOClient(NTLMClient(.anonymous))
        #expect(throws: AuthenticationError.logonFailure(.anonymousRefused)) { try Fixture.run(&server, &client) }
    }

    @Test("Kerberos first: NTLM is chosen, and the list has to be vouched for")
    func kerberosFirst() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(), offering: [.microsoftKerberos, .kerberos, .ntlm])
        guard case .continue(let token) = try server.step(client.initialToken) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        let choice = try NegTokenResp(decoding: token.span.bytes)
        #expect(choice == NegTokenResp(state: .requestMIC, supportedMechanism: .ntlm))

        var again = SPNEGOServer(try Fixture.configuration())
        let (user, key) = try Fixture.run(&again, &client)
        #expect(user == .user(try Fixture.alice()))
        #expect(client.sessionKey == key)
    }

    @Test("bare NTLM, as Linux's cifs speaks it")
    func bare() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = try Fixture.client()
        guard case .continue(let challenge) = try server.step(client.negotiateBytes) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        let answer = try client.authenticate(challenge)
        let key = try #require(client.sessionKey)
        #expect(try server.step(answer) == .complete(.user(Fixture.alice()), sessionKey: key, token: []))
        #expect(throws: AuthenticationError.outOfSequence) { try server.step(answer) }
    }
}
