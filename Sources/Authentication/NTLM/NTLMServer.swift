import WireCoding

/// The server's side of one NTLM exchange, without SPNEGO around it — [MS-NLMP] 3.2
///
/// A value: input to output, no I/O. ``SPNEGOServer`` is what doors use; it takes bare NTLM tokens too.
struct NTLMServer: Sendable {
    /// What the exchange showed, with the keys that SPNEGO needs.
    struct Outcome: Sendable {
        var user: AuthenticatedUser
        /// Nil for guests and the anonymous user.
        var sessionKey: SessionKey?
        /// For the mechListMIC. Nil for guests, whose keys we cannot know.
        var messageKeys: NTLMMessageKeys?
    }

    enum Step: Sendable {
        case challenge([UInt8])
        case complete(Outcome)
    }

    private enum State: Sendable {
        case expectingNegotiate
        case expectingAuthenticate(Challenged)
        case ended
    }

    private struct Challenged: Sendable {
        var negotiateBytes: [UInt8]
        var challengeBytes: [UInt8]
        var challenge: NTLMChallengeMessage
    }

    private let configuration: AuthenticationConfiguration
    private var state: State = .expectingNegotiate

    init(_ configuration: AuthenticationConfiguration) {
        self.configuration = configuration
    }

    /// Takes the client's next message. After an error the exchange has ended.
    mutating func step(_ token: RawSpan) throws(AuthenticationError) -> Step {
        let current = state
        state = .ended
        switch current {
        case .expectingNegotiate:
            let challenged = try challenge(token)
            state = .expectingAuthenticate(challenged)
            return .challenge(challenged.challengeBytes)
        case .expectingAuthenticate(let challenged):
            return .complete(try authenticate(token, challenged))
        case .ended:
            throw .outOfSequence
        }
    }

    // MARK: The challenge — [MS-NLMP] 3.2.5.1.1

    /// Answered as the client asked for them.
    private static let optionalFlags: NTLMFlags = [.requestTarget, .sign, .seal, .alwaysSign, .keyExchange, .version]

    /// Offered whether or not the client asked: Linux's cifs gives up without one of the key lengths.
    private static let offeredFlags: NTLMFlags = [
        .unicode, .ntlm, .extendedSessionSecurity, .targetInfo, .key128, .key56,
    ]

    private func challenge(_ token: RawSpan) throws(AuthenticationError) -> Challenged {
        let negotiate = try NTLMNegotiateMessage(decoding: token)
        // Names in a code page that nobody names could not be compared with ours.
        guard negotiate.flags.contains(.unicode) else { throw .unsupported(.oemStrings) }
        var flags = negotiate.flags.intersection(Self.optionalFlags).union(Self.offeredFlags)
        if flags.contains(.requestTarget) { flags.insert(.targetTypeServer) }
        let challenge = NTLMChallengeMessage(
            flags: flags,
            targetName: flags.contains(.requestTarget) ? configuration.names.netBIOSDomain : "",
            serverChallenge: configuration.random(8),
            targetInformation: TargetInformation(names: configuration.names, fileTime: configuration.fileTime()))
        return Challenged(negotiateBytes: token.array, challengeBytes: challenge.bytes, challenge: challenge)
    }

    // MARK: The proof — [MS-NLMP] 3.2.5.1.2

    private func authenticate(_ token: RawSpan, _ challenged: Challenged) throws(AuthenticationError) -> Outcome {
        let message = try NTLMAuthenticateMessage(decoding: token)
        // What the client says is negotiated holds only as far as it was offered.
        let flags = message.flags.intersection(challenged.challenge.flags)
        guard flags.contains(.unicode) else { throw .unsupported(.oemStrings) }

        if message.userName.isEmpty, message.ntResponse.isEmpty {
            return try anonymous(message, flags)
        }
        guard let record = configuration.users.user(named: message.userName) else {
            guard configuration.policy.allowsGuest else { throw .logonFailure(.unknownUser) }
            return Outcome(user: .guest(claimedName: message.userName), sessionKey: nil, messageKeys: nil)
        }
        guard let hash = record.ntHash else { throw .logonFailure(.noPasswordHash) }
        guard message.ntResponse.count >= NTLMv2Response.minimumByteCount else {
            throw .logonFailure(.obsoleteResponse)
        }
        // What makes no sense is told apart from what is wrong: smb2.session.ntlmssp_bug14932.
        let response = try NTLMv2Response(decoding: message.ntResponse.span.bytes)
        let key = try verify(message, hash, challenged.challenge.serverChallenge)
        let sessionKey = try exportedSessionKey(message, flags, keyExchangeKey: key)
        try verifyMIC(message, response, token.array, challenged, sessionKey)
        return Outcome(
            user: .user(record),
            sessionKey: SessionKey(sessionKey),
            messageKeys: NTLMMessageKeys(sessionKey: sessionKey, flags: flags))
    }

    /// Anonymous clients derive keys too, from 16 zeros: good for SPNEGO's form and nothing else.
    private func anonymous(
        _ message: NTLMAuthenticateMessage, _ flags: NTLMFlags
    ) throws(AuthenticationError) -> Outcome {
        guard configuration.policy.allowsAnonymous else { throw .logonFailure(.anonymousRefused) }
        let zeros = [UInt8](repeating: 0, count: 16)
        let key = try exportedSessionKey(message, flags, keyExchangeKey: zeros)
        return Outcome(
            user: .anonymous, sessionKey: nil, messageKeys: NTLMMessageKeys(sessionKey: key, flags: flags))
    }

    /// - Returns: the KeyExchangeKey.
    private func verify(
        _ message: NTLMAuthenticateMessage, _ hash: NTHash, _ serverChallenge: [UInt8]
    ) throws(AuthenticationError) -> [UInt8] {
        let responseKey = try NTLMv2Keys.responseKey(
            hash: hash, userName: message.userName, domainName: message.domainName)
        let proof = try NTLMv2Keys.proof(
            responseKey: responseKey, serverChallenge: serverChallenge,
            clientChallenge: Array(message.ntResponse.dropFirst(16)))
        guard NTLMCryptography.areEqual(proof, Array(message.ntResponse.prefix(16))) else {
            throw .logonFailure(.wrongPassword)
        }
        return try NTLMv2Keys.sessionBaseKey(responseKey: responseKey, proof: proof)
    }

    private func exportedSessionKey(
        _ message: NTLMAuthenticateMessage, _ flags: NTLMFlags, keyExchangeKey: [UInt8]
    ) throws(AuthenticationError) -> [UInt8] {
        guard flags.contains(.keyExchange), !message.encryptedSessionKey.isEmpty else { return keyExchangeKey }
        return try NTLMCryptography.shared.rc4(key: keyExchangeKey, message.encryptedSessionKey)
    }

    /// The flag that says whether there is a MIC is part of what the proof covers, so nobody can have removed it.
    private func verifyMIC(
        _ message: NTLMAuthenticateMessage, _ response: NTLMv2Response, _ bytes: [UInt8], _ challenged: Challenged,
        _ sessionKey: [UInt8]
    ) throws(AuthenticationError) {
        guard response.targetInformation.flags & TargetInformation.flagMICPresent != 0 else { return }
        let expected = try NTLMv2Keys.mic(
            sessionKey: sessionKey, negotiate: challenged.negotiateBytes, challenge: challenged.challengeBytes,
            authenticate: bytes)
        guard let received = message.mic, NTLMCryptography.areEqual(received, expected) else {
            throw .logonFailure(.integrityCheckFailed)
        }
    }
}
