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

    @Test(
        "every mixture of session security ends in one key",
        arguments: [
            NTLMFlags.key128.union(.key56), .key128, .key56, [],
        ], [NTLMFlags.keyExchange, []])
    func sessionSecurity(strength: NTLMFlags, exchange: NTLMFlags) throws {
        let flags = NTLMClient.defaultFlags.subtracting([.key128, .key56, .keyExchange]).union(strength).union(exchange)
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(flags: flags))
        let (user, key) = try Fixture.run(&server, &client)
        #expect(user == .user(try Fixture.alice()))
        #expect(client.sessionKey == key)
    }

    @Test("a wrong password is refused, guest or not", arguments: [true, false])
    func wrongPassword(guest: Bool) throws {
        var server = SPNEGOServer(try Fixture.configuration(guest: guest))
        var client = SPNEGOClient(try Fixture.client(password: "something else"))
        #expect(throws: AuthenticationError.logonFailure(.wrongPassword)) { try Fixture.run(&server, &client) }
    }

    @Test("the empty password of a user who has another is a wrong one")
    func emptyPassword() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(password: ""))
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
        #expect(client.sessionKey == nil)
    }

    @Test("nobody is refused where that is not, even where guests are let in")
    func noAnonymous() throws {
        var server = SPNEGOServer(try Fixture.configuration(anonymous: false))
        var client = SPNEGOClient(NTLMClient(.anonymous))
        #expect(throws: AuthenticationError.logonFailure(.anonymousRefused)) { try Fixture.run(&server, &client) }
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

    @Test("Kerberos first: NTLM is chosen, the list is vouched for, and both have one key")
    func kerberosFirst() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(), offering: [.microsoftKerberos, .kerberos, .ntlm])
        let (user, key) = try Fixture.run(&server, &client)
        #expect(user == .user(try Fixture.alice()))
        #expect(client.sessionKey == key)
    }

    @Test("the challenge offers both key lengths, or Linux's cifs gives up")
    func keyLengths() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        let request = NTLMNegotiateMessage(flags: [.unicode, .ntlm])
        guard case .continue(let token) = try server.step(request.bytes) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        let challenge = try NTLMChallengeMessage.decoded(token)
        #expect(challenge.flags.isSuperset(of: [.key128, .key56, .unicode, .ntlm, .targetInfo]))
        #expect(challenge.flags.isDisjoint(with: [.oem, .keyExchange, .sign]), "what was not asked for")
        #expect(challenge.serverChallenge == Fixture.countingBytes(8))
        #expect(challenge.targetInformation.timestamp == Fixture.fileTime)
        #expect(
            challenge.targetInformation.value(of: TargetInformation.ID.netBIOSComputerName)
                == UTF16Coding.bytes(of: "TESTSERVER"))
        #expect(challenge.targetName.isEmpty)
    }

    @Test("the users can be replaced while the server runs")
    func replacedUsers() throws {
        let users = StaticUserDatabase([try Fixture.alice()])
        let configuration = AuthenticationConfiguration(
            users: users, policy: AuthenticationPolicy(allowsGuest: false, allowsAnonymous: false))
        var server = SPNEGOServer(configuration)
        var client = SPNEGOClient(try Fixture.client())
        users.replace(with: [])
        #expect(throws: AuthenticationError.logonFailure(.unknownUser)) { try Fixture.run(&server, &client) }
    }
}
