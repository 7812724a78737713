import WireCoding

/// The client's side of one log-in: SPNEGO around NTLM — RFC 4178; [MS-SPNG] 3.1
///
/// For the test client and the load generator.
package struct SPNEGOClient: Sendable {
    private enum State: Sendable {
        case expectingChoice
        case expectingChallenge
        case expectingEnd
        case ended
    }

    private var ntlm: NTLMClient
    private let request: NegTokenInit
    private var state: State

    /// The first token.
    package let initialToken: [UInt8]

    /// - Parameter mechanisms: what is offered, most preferred first. With anything before NTLM no optimistic token is
    ///   sent.
    package init(_ ntlm: NTLMClient, offering mechanisms: [MechanismIdentifier] = [.ntlm]) {
        self.ntlm = ntlm
        let isOptimistic = mechanisms.first == .ntlm
        request = NegTokenInit(
            mechanisms: mechanisms, mechanismToken: isOptimistic ? ntlm.negotiateBytes : nil)
        initialToken = request.bytes
        state = isOptimistic ? .expectingChallenge : .expectingChoice
    }

    /// Nil until the exchange is over, and for the anonymous user. Not to be used when the server says that we are a
    /// guest.
    package var sessionKey: SessionKey? { ntlm.sessionKey }

    /// Takes the server's next token and returns the one to send, or nil when there is none: the exchange is over.
    package mutating func step(_ token: [UInt8]) throws(AuthenticationError) -> [UInt8]? {
        let current = state
        state = .ended
        let response = try NegTokenResp(decoding: token.span.bytes)
        guard response.state != .reject else { throw .unsupported(.mechanism) }
        if let chosen = response.supportedMechanism, chosen != .ntlm { throw .unsupported(.mechanism) }
        switch current {
        case .expectingChoice:
            state = .expectingChallenge
            return NegTokenResp(responseToken: ntlm.negotiateBytes).bytes
        case .expectingChallenge:
            guard let challenge = response.responseToken else {
                throw .malformed(.invalid("a response without a token"))
            }
            let answer = try ntlm.authenticate(challenge)
            let mic = try ntlm.messageKeys?.signature(of: request.mechanismListBytes, .clientToServer)
            state = .expectingEnd
            return NegTokenResp(responseToken: answer, mechanismListMIC: mic).bytes
        case .expectingEnd:
            try finish(response)
            return nil
        case .ended:
            throw .outOfSequence
        }
    }

    /// The server's MIC is verified where there is one: as a guest one gets none.
    private func finish(_ response: NegTokenResp) throws(AuthenticationError) {
        guard response.state == .acceptCompleted else { throw .outOfSequence }
        guard let received = response.mechanismListMIC else { return }
        guard let keys = ntlm.messageKeys else { throw .unsupported(.oldSessionSecurity) }
        let expected = try keys.signature(of: request.mechanismListBytes, .serverToClient)
        guard NTLMCryptography.areEqual(expected, received) else { throw .logonFailure(.integrityCheckFailed) }
    }
}
