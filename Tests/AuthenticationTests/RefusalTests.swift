import Testing
import WireCoding

@testable import Authentication

@Suite("Tokens that are refused")
struct RefusalTests {
    private func server() throws -> SPNEGOServer { SPNEGOServer(try Fixture.configuration()) }

    @Test(
        "nothing, and what is no token at all",
        arguments: [[], [0], [0x60], [0xA1], Array("NTLMSSX".utf8), [0x60, 0x80]])
    func noToken(token: [UInt8]) throws {
        var server = try server()
        #expect(throws: AuthenticationError.self) { try server.step(token) }
        #expect(throws: AuthenticationError.outOfSequence) { try server.step(token) }
    }

    @Test("a token longer than any security buffer")
    func tooLong() throws {
        var server = try server()
        let token = NTLMNegotiateMessage(flags: .unicode).bytes + [UInt8](repeating: 0, count: 65_536)
        #expect(throws: AuthenticationError.malformed(.tooMany(field: "token bytes", limit: 65_535))) {
            try server.step(token)
        }
    }

    @Test("an offer without NTLM")
    func noMechanism() throws {
        var server = try server()
        let token = NegTokenInit(mechanisms: [.kerberos, .microsoftKerberos], mechanismToken: [1])
        #expect(throws: AuthenticationError.unsupported(.mechanism)) { try server.step(token.bytes) }
    }

    @Test("an offer of nothing, and one of too much")
    func mechanismCounts() throws {
        var server = try server()
        #expect(throws: AuthenticationError.malformed(.invalid("a negotiation that offers no mechanism"))) {
            try server.step(NegTokenInit(mechanisms: []).bytes)
        }
        let many = [MechanismIdentifier](repeating: .kerberos, count: 32) + [.ntlm]
        server = try self.server()
        #expect(throws: AuthenticationError.malformed(.tooMany(field: "MechTypeList", limit: 32))) {
            try server.step(NegTokenInit(mechanisms: many).bytes)
        }
        server = try self.server()
        let enough = NegTokenInit(mechanisms: Array(many.dropFirst()))
        #expect(
            try server.step(enough.bytes)
                == .continue(token: NegTokenResp(state: .requestMIC, supportedMechanism: .ntlm).bytes))
    }

    @Test("strings in a code page that nobody names")
    func oem() throws {
        var server = try server()
        #expect(throws: AuthenticationError.unsupported(.oemStrings)) {
            try server.step(NTLMNegotiateMessage(flags: [.oem, .ntlm]).bytes)
        }
    }

    @Test("messages out of their order")
    func order() throws {
        var client = try Fixture.client()
        var server = try server()
        guard case .continue(let challenge) = try server.step(client.negotiateBytes) else { return }
        var early = try self.server()
        let answer = try client.authenticate(challenge)
        #expect(throws: AuthenticationError.self) { try early.step(answer) }
        var mirrored = try self.server()
        #expect(throws: AuthenticationError.self) { try mirrored.step(challenge) }
        #expect(throws: AuthenticationError.self) { try server.step(client.negotiateBytes) }
        #expect(throws: AuthenticationError.outOfSequence) { try client.authenticate(challenge) }
    }

    @Test("a negotiation that the client rejects, and an answer without a token")
    func rejected() throws {
        for (token, error) in [
            (NegTokenResp(state: .reject), AuthenticationError.unsupported(.mechanism)),
            (NegTokenResp(), .malformed(.invalid("a response without a token"))),
        ] {
            var server = try Fixture.challenged(by: "smbclient-user")
            #expect(throws: error) { try server.step(token.bytes) }
        }
    }

    @Test("NTLMv2 without its session security cannot vouch for a list")
    func oldSessionSecurity() throws {
        let flags = NTLMClient.defaultFlags.subtracting(.extendedSessionSecurity)
        var server = try server()
        var ntlm = try Fixture.client(flags: flags)
        let offer = NegTokenInit(mechanisms: [.ntlm], mechanismToken: ntlm.negotiateBytes)
        guard case .continue(let token) = try server.step(offer.bytes) else { return }
        let challenge = try #require(try NegTokenResp.decoded(token).responseToken)
        var answer = NegTokenResp(responseToken: try ntlm.authenticate(challenge))
        answer.mechanismListMIC = [UInt8](repeating: 0, count: 16)
        #expect(throws: AuthenticationError.unsupported(.oldSessionSecurity)) { try server.step(answer.bytes) }
    }

    @Test("every response shorter than NTLMv2's is an old one", arguments: [1, 16, 24, 43])
    func shortResponses(count: Int) throws {
        let inner = try #require(
            try NegTokenResp.decoded(Fixture.captured("smbclient-user-2")).responseToken)
        var message = try NTLMAuthenticateMessage.decoded(inner)
        message.ntResponse = Array(message.ntResponse.prefix(count))
        var server = try Fixture.challenged(by: "smbclient-user")
        #expect(throws: AuthenticationError.logonFailure(.obsoleteResponse)) {
            try server.step(NegTokenResp(responseToken: message.bytes).bytes)
        }
    }

    @Test("LM alone is nothing: it is not even looked at")
    func lanManager() throws {
        let inner = try #require(
            try NegTokenResp.decoded(Fixture.captured("smbclient-ntlmv1-2")).responseToken)
        var message = try NTLMAuthenticateMessage.decoded(inner)
        message.ntResponse = []
        var server = try Fixture.challenged(by: "smbclient-ntlmv1")
        #expect(throws: AuthenticationError.logonFailure(.obsoleteResponse)) {
            try server.step(NegTokenResp(responseToken: message.bytes).bytes)
        }
    }
}
