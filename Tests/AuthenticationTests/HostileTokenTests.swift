import HostileInput
import Testing
import WireCoding

@testable import Authentication

@Suite("Hostile tokens")
struct HostileTokenTests {
    @Test("every truncation of every captured token is an error or leaves the exchange open, never a log-in")
    func truncations() throws {
        for exchange in CapturedExchange.all {
            let first = try Fixture.captured(exchange.client + "-1")
            for count in 0..<first.count {
                var server = SPNEGOServer(try Fixture.configuration())
                if case .complete? = try? server.step(Array(first.prefix(count))) {
                    Issue.record("\(exchange.client)-1 cut to \(count)")
                }
            }
            let challenged = try Fixture.challenged(by: exchange.client)
            let second = try Fixture.captured(exchange.client + "-2")
            for count in 0..<second.count {
                var server = challenged
                if case .complete(.user, _, _)? = try? server.step(Array(second.prefix(count))) {
                    Issue.record("\(exchange.client)-2 cut to \(count)")
                }
            }
        }
    }

    @Test(
        "every offset and length of an AUTHENTICATE message, pushed out of it",
        arguments: stride(from: 12, to: 60, by: 8).map { $0 })
    func offsets(field: Int) throws {
        let inner = try #require(
            try NegTokenResp.decoded(Fixture.captured("smbclient-user-2")).responseToken)
        for (position, width) in [(field, 2), (field + 4, 4)] {
            var altered = inner
            for index in position..<position + width { altered[index] = 0xFF }
            #expect(throws: AuthenticationError.self) { try NTLMAuthenticateMessage.decoded(altered) }
        }
    }

    @Test("mutated SPNEGO tokens neither trap nor log anybody else in, nor with another key where there is a MIC")
    func mutatedTokens() throws {
        let corpus = try Fixture.corpus()
        let configuration = try Fixture.configuration()
        let challenged = try Dictionary(
            uniqueKeysWithValues: CapturedExchange.all.map { ($0.client, try Fixture.challenged(by: $0.client)) })
        let exchanges = Dictionary(uniqueKeysWithValues: CapturedExchange.all.map { ($0.client, $0) })
        HostileRun().forEachInput(of: corpus, label: "SPNEGO exchanges") { name, token in
            var fresh = SPNEGOServer(configuration)
            if case .complete? = try? fresh.step(token) { Issue.record("\(name): logged in with one token") }
            let client = String(name.dropLast(2))
            guard var server = challenged[client] else { return }
            guard case .complete(.user(let record), let key, _)? = try? server.step(token) else { return }
            let exchange = exchanges[client]
            if exchange?.expected != .success(.user(record)) { Issue.record("\(name): another user: \(token)") }
            if exchange?.hasMIC == true, key?.bytes != exchange?.sessionKey.map({ bytes($0) }) {
                Issue.record("\(name): another key: \(token)")
            }
        }
    }

    @Test("mutated NTLM messages and SPNEGO tokens decode or throw, each decoder by itself")
    func mutatedMessages() throws {
        var corpus = try Fixture.corpus()
        for (name, token) in corpus {
            if let inner = (try? NegTokenResp.decoded(token))?.responseToken { corpus.append((name, inner)) }
            if let inner = (try? NegTokenInit.decoded(token))?.mechanismToken { corpus.append((name, inner)) }
        }
        HostileRun().forEachInput(of: corpus, label: "NTLM and SPNEGO decoders") { name, bytes in
            if let token = try? NegTokenInit.decoded(bytes), !token.mechanisms.isEmpty {
                #expect((try? NegTokenInit.decoded(token.bytes)) != nil, "\(name)")
            }
            if let token = try? NegTokenResp.decoded(bytes) {
                #expect((try? NegTokenResp.decoded(token.bytes)) == token, "\(name)")
            }
            _ = try? NTLMNegotiateMessage.decoded(bytes)
            if let message = try? NTLMChallengeMessage.decoded(bytes) {
                #expect((try? NTLMChallengeMessage.decoded(message.bytes)) == message, "\(name)")
            }
            if let message = try? NTLMAuthenticateMessage.decoded(bytes) {
                _ = try? NTLMv2Response.decoded(message.ntResponse)
                #expect((try? NTLMAuthenticateMessage.decoded(message.bytes)) != nil, "\(name)")
            }
        }
    }

    @Test("mutated answers do not trap the client")
    func mutatedAnswers() throws {
        let corpus = try Fixture.corpus().filter { $0.name.hasPrefix("samba-") }
        let client = SPNEGOClient(try Fixture.client())
        HostileRun(defaultSeconds: 1).forEachInput(of: corpus, label: "SPNEGO client") { _, token in
            var attempt = client
            guard (try? attempt.step(token)) != nil else { return }
            _ = try? attempt.step(token)
        }
    }
}
