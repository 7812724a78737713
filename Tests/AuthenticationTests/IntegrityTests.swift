import Testing

@testable import Authentication

/// Somebody between client and server alters what they send.
@Suite("Altered on the way")
struct IntegrityTests {
    /// The second token of a captured client that sends a MIC, unwrapped.
    private func authenticate() throws -> (NegTokenResp, NTLMAuthenticateMessage) {
        let token = try Fixture.captured("smbclient-user-2")
        let response = try NegTokenResp.decoded(token)
        let inner = try #require(response.responseToken)
        return (response, try NTLMAuthenticateMessage.decoded(inner))
    }

    @Test("no bit of an authenticated message changes what it leads to, but to a refusal or to a guest")
    func everyBit() throws {
        let server = try Fixture.challenged(by: "smbclient-user")
        let token = try Fixture.captured("smbclient-user-2")
        var untouched = server
        let expected = try untouched.step(token)
        for bit in 0..<token.count * 8 {
            var altered = token
            altered[bit / 8] ^= 1 << (bit % 8)
            var attempt = server
            guard let step = try? attempt.step(altered) else { continue }
            switch step {
            case .continue: Issue.record("bit \(bit): the exchange went on")
            case .complete(.user(let record), let key, _):
                guard case .complete(.user(let wanted), let wantedKey, _) = expected else { continue }
                #expect(record == wanted && key == wantedKey, "bit \(bit)")
            case .complete(.guest, let key, _), .complete(.anonymous, let key, _):
                #expect(key == nil, "bit \(bit)")
            }
        }
    }

    @Test("the NTLM message itself: nothing but the user's name may lead anywhere else than to a refusal")
    func everyBitOfTheMessage() throws {
        let (response, message) = try authenticate()
        let inner = try #require(response.responseToken)
        let server = try Fixture.challenged(by: "smbclient-user")
        for bit in 0..<inner.count * 8 {
            var altered = inner
            altered[bit / 8] ^= 1 << (bit % 8)
            guard let decoded = try? NTLMAuthenticateMessage.decoded(altered),
                decoded.userName == message.userName
            else { continue }
            var attempt = server
            let token = NegTokenResp(responseToken: altered)
            #expect(throws: AuthenticationError.self, "bit \(bit)") { try attempt.step(token.bytes) }
        }
    }

    @Test("the mechListMIC: every bit counts")
    func mechanismListMIC() throws {
        var (response, _) = try authenticate()
        let mic = try #require(response.mechanismListMIC)
        let server = try Fixture.challenged(by: "smbclient-user")
        for bit in 0..<mic.count * 8 {
            var altered = mic
            altered[bit / 8] ^= 1 << (bit % 8)
            response.mechanismListMIC = altered
            var attempt = server
            #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed), "bit \(bit)") {
                try attempt.step(response.bytes)
            }
        }
    }

    @Test("a MIC that the proof says is there cannot be left out")
    func missingMIC() throws {
        var (_, message) = try authenticate()
        message.mic = nil
        var server = try Fixture.challenged(by: "smbclient-user")
        #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed)) {
            try server.step(NegTokenResp(responseToken: message.bytes).bytes)
        }
    }

    @Test("the client's first message cannot be altered either")
    func downgrade() throws {
        var client = try Fixture.client()
        var server = SPNEGOServer(try Fixture.configuration())
        let weaker = NTLMNegotiateMessage(flags: NTLMClient.defaultFlags.subtracting([.key128, .sign]))
        guard case .continue(let challenge) = try server.step(weaker.bytes) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        let answer = try client.authenticate(challenge)
        #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed)) { try server.step(answer) }
    }

    @Test("what the server did not offer does not hold because the client says so")
    func flagsNotOffered() throws {
        var client = try Fixture.client()
        var server = SPNEGOServer(try Fixture.configuration())
        let plain = NTLMNegotiateMessage(flags: NTLMClient.defaultFlags.subtracting(.keyExchange))
        guard case .continue(let token) = try server.step(plain.bytes) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        // The client is told otherwise, and nothing of the server's time, so that it sends no MIC over it all.
        var challenge = try NTLMChallengeMessage.decoded(token)
        challenge.flags.insert(.keyExchange)
        challenge.targetInformation.pairs.removeAll { $0.id == TargetInformation.ID.timestamp }
        let answer = try client.authenticate(challenge.bytes)
        guard case .complete(_, let key, _) = try server.step(answer) else {
            Issue.record("the exchange did not end")
            return
        }
        #expect(key != nil && key != client.sessionKey)
    }

    @Test("where NTLM was not the client's first choice, its list has to be vouched for")
    func demandedMIC() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var ntlm = try Fixture.client()
        let offer = NegTokenInit(mechanisms: [.kerberos, .ntlm], mechanismToken: [1, 2, 3])
        _ = try server.step(offer.bytes)
        guard case .continue(let token) = try server.step(NegTokenResp(responseToken: ntlm.negotiateBytes).bytes)
        else {
            Issue.record("nobody has said who they are yet")
            return
        }
        let challenge = try #require(try NegTokenResp.decoded(token).responseToken)
        let answer = NegTokenResp(responseToken: try ntlm.authenticate(challenge))
        #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed)) { try server.step(answer.bytes) }
    }

    @Test("a list from which somebody struck Kerberos is found out")
    func struckMechanism() throws {
        var server = SPNEGOServer(try Fixture.configuration())
        var client = SPNEGOClient(try Fixture.client(), offering: [.ntlm, .kerberos])
        let forged = NegTokenInit(mechanisms: [.ntlm], mechanismToken: try Fixture.client().negotiateBytes)
        guard case .continue(let token) = try server.step(forged.bytes), let answer = try client.step(token) else {
            Issue.record("nobody has said who they are yet")
            return
        }
        #expect(throws: AuthenticationError.logonFailure(.integrityCheckFailed)) { try server.step(answer) }
    }
}
