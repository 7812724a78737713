import WireCoding

/// The server's side of one log-in: SPNEGO around NTLM, or NTLM bare — RFC 4178; [MS-SPNG] 3.2
///
/// A value without I/O: a door feeds it the peer's tokens and sends what it returns. After an error, or once it has
/// completed, it takes nothing more: another log-in is another value.
package struct SPNEGOServer: Sendable {
    private enum State: Sendable {
        case expectingFirst
        /// NTLM was chosen over what the client prefers; its first NTLM token is to come.
        case expectingMechanismToken(Negotiation)
        case inMechanism(Negotiation)
        case bare
        case ended
    }

    /// What was negotiated.
    private struct Negotiation: Sendable {
        /// The client's list as it lay on the wire.
        var mechanismListBytes: [UInt8]
        /// The choice was not the client's first, so it has to be shown that nobody altered the list — RFC 4178 5
        var requiresMIC: Bool
    }

    private var ntlm: NTLMServer
    private var state: State = .expectingFirst

    package init(_ configuration: AuthenticationConfiguration) {
        ntlm = NTLMServer(configuration)
    }

    /// What a server says before it is asked: the mechanisms that it has, as NegTokenInit2. For the security buffer of
    /// a NEGOTIATE response — [MS-SMB2] 3.3.5.4
    package static let initialToken: [UInt8] =
        NegTokenInit(mechanisms: [.ntlm], hintName: NegTokenInit.conventionalHint).bytes

    /// Whether this machine's cryptographic library has what log-ins need; without it each ends in an error.
    package static var isAvailable: Bool { NTLMCryptography.shared.isAvailable }

    /// Takes the peer's next token.
    package mutating func step(_ token: [UInt8]) throws(AuthenticationError) -> AuthenticationStep {
        try step(token.span.bytes)
    }

    /// Takes the peer's next token.
    package mutating func step(_ token: RawSpan) throws(AuthenticationError) -> AuthenticationStep {
        let current = state
        state = .ended
        guard token.byteCount <= TokenLimits.maximumByteCount else {
            throw .malformed(.tooMany(field: "token bytes", limit: TokenLimits.maximumByteCount))
        }
        switch current {
        case .expectingFirst:
            if NTLMMessage.begins(token) { return try bareStep(token) }
            return try first(NegTokenInit(decoding: token))
        case .expectingMechanismToken(let negotiation), .inMechanism(let negotiation):
            return try next(NegTokenResp(decoding: token), negotiation)
        case .bare:
            return try bareStep(token)
        case .ended:
            throw .outOfSequence
        }
    }

    // MARK: Bare NTLM

    private mutating func bareStep(_ token: RawSpan) throws(AuthenticationError) -> AuthenticationStep {
        switch try ntlm.step(token) {
        case .challenge(let bytes):
            state = .bare
            return .continue(token: bytes)
        case .complete(let outcome):
            return .complete(outcome.user, sessionKey: outcome.sessionKey, token: [])
        }
    }

    // MARK: Negotiation

    private mutating func first(_ token: NegTokenInit) throws(AuthenticationError) -> AuthenticationStep {
        guard let choice = token.mechanisms.firstIndex(of: .ntlm) else { throw .unsupported(.mechanism) }
        let negotiation = Negotiation(mechanismListBytes: token.mechanismListBytes, requiresMIC: choice > 0)
        // The optimistic token is the first mechanism's; where that is not ours, it is not for us.
        if choice == 0, let optimistic = token.mechanismToken, !optimistic.isEmpty {
            return try mechanismStep(optimistic, micFromPeer: nil, negotiation, announcesMechanism: true)
        }
        state = .expectingMechanismToken(negotiation)
        let answer = NegTokenResp(
            state: negotiation.requiresMIC ? .requestMIC : .acceptIncomplete, supportedMechanism: .ntlm)
        return .continue(token: answer.bytes)
    }

    private mutating func next(
        _ token: NegTokenResp, _ negotiation: Negotiation
    ) throws(AuthenticationError) -> AuthenticationStep {
        guard token.state != .reject else { throw .unsupported(.mechanism) }
        guard let responseToken = token.responseToken else { throw .malformed(.invalid("a response without a token")) }
        return try mechanismStep(
            responseToken, micFromPeer: token.mechanismListMIC, negotiation, announcesMechanism: false)
    }

    private mutating func mechanismStep(
        _ token: [UInt8], micFromPeer: [UInt8]?, _ negotiation: Negotiation, announcesMechanism: Bool
    ) throws(AuthenticationError) -> AuthenticationStep {
        switch try ntlm.step(token.span.bytes) {
        case .challenge(let bytes):
            state = .inMechanism(negotiation)
            let answer = NegTokenResp(
                state: .acceptIncomplete, supportedMechanism: announcesMechanism ? .ntlm : nil, responseToken: bytes)
            return .continue(token: answer.bytes)
        case .complete(let outcome):
            let mic = try mechanismListMIC(outcome, micFromPeer, negotiation)
            let answer = NegTokenResp(state: .acceptCompleted, mechanismListMIC: mic)
            return .complete(outcome.user, sessionKey: outcome.sessionKey, token: answer.bytes)
        }
    }

    /// Verifies the peer's MIC over its list of mechanisms and makes ours — RFC 4178 5
    ///
    /// Ours is made only where the peer sent one: some clients end the connection over a MIC that they did not ask for.
    private func mechanismListMIC(
        _ outcome: NTLMServer.Outcome, _ received: [UInt8]?, _ negotiation: Negotiation
    ) throws(AuthenticationError) -> [UInt8]? {
        guard case .user = outcome.user else { return try unprovenMIC(outcome, received, negotiation) }
        guard let received else {
            if negotiation.requiresMIC { throw .logonFailure(.integrityCheckFailed) }
            return nil
        }
        guard let keys = outcome.messageKeys else { throw .unsupported(.oldSessionSecurity) }
        let expected = try keys.signature(of: negotiation.mechanismListBytes, .clientToServer)
        guard NTLMCryptography.areEqual(expected, received) else { throw .logonFailure(.integrityCheckFailed) }
        return try keys.signature(of: negotiation.mechanismListBytes, .serverToClient)
    }

    /// Guests and the anonymous user have proven nothing that a MIC could add to: a wrong one is passed over, and a
    /// right one (the anonymous user's keys derive from zeros) is answered, since its sender waits for ours.
    private func unprovenMIC(
        _ outcome: NTLMServer.Outcome, _ received: [UInt8]?, _ negotiation: Negotiation
    ) throws(AuthenticationError) -> [UInt8]? {
        guard let received, let keys = outcome.messageKeys else { return nil }
        let expected = try keys.signature(of: negotiation.mechanismListBytes, .clientToServer)
        guard NTLMCryptography.areEqual(expected, received) else { return nil }
        return try keys.signature(of: negotiation.mechanismListBytes, .serverToClient)
    }
}
