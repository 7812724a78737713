import WireCoding

/// Who a client logs in as.
package enum NTLMCredentials: Equatable, Sendable {
    case user(name: String, domain: String, hash: NTHash)
    case anonymous
}

/// The client's side of one NTLM exchange — [MS-NLMP] 3.1
///
/// For the test client and the load generator. It speaks NTLMv2 only and always sends a MIC where the server's
/// challenge allows one.
package struct NTLMClient: Sendable {
    private enum State: Sendable {
        case expectingChallenge(negotiateBytes: [UInt8])
        case ended
    }

    private let credentials: NTLMCredentials
    private let workstation: String
    private let flags: NTLMFlags
    private let random: @Sendable (_ byteCount: Int) -> [UInt8]
    private let fileTime: @Sendable () -> UInt64
    private var state: State

    /// Nil until the exchange is over, and for the anonymous user.
    package private(set) var sessionKey: SessionKey?
    /// For SPNEGO's mechListMIC.
    private(set) var messageKeys: NTLMMessageKeys?

    /// The first message.
    package let negotiateBytes: [UInt8]

    package static let defaultFlags: NTLMFlags = [
        .unicode, .requestTarget, .sign, .ntlm, .alwaysSign, .extendedSessionSecurity, .targetInfo, .version, .key128,
        .key56, .keyExchange,
    ]

    package init(
        _ credentials: NTLMCredentials,
        workstation: String = "CLIENT",
        flags: NTLMFlags = NTLMClient.defaultFlags,
        random: @escaping @Sendable (_ byteCount: Int) -> [UInt8] = { SecureRandom.bytes($0) },
        fileTime: @escaping @Sendable () -> UInt64 = { SystemFileTime.now() }
    ) {
        self.credentials = credentials
        self.workstation = workstation
        self.flags = flags
        self.random = random
        self.fileTime = fileTime
        negotiateBytes = NTLMNegotiateMessage(flags: flags).bytes
        state = .expectingChallenge(negotiateBytes: negotiateBytes)
    }

    /// The message that answers the server's challenge.
    package mutating func authenticate(_ token: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        guard case .expectingChallenge(let negotiateBytes) = state else { throw .outOfSequence }
        state = .ended
        let challenge = try NTLMChallengeMessage(decoding: token.span.bytes)
        guard challenge.flags.isSuperset(of: [.unicode, .ntlm]) else { throw .unsupported(.oemStrings) }
        switch credentials {
        case .anonymous:
            return try answerAnonymously(challenge)
        case .user(let name, let domain, let hash):
            return try answer(challenge, token, negotiateBytes, name: name, domain: domain, hash: hash)
        }
    }

    private mutating func answer(
        _ challenge: NTLMChallengeMessage, _ challengeBytes: [UInt8], _ negotiateBytes: [UInt8], name: String,
        domain: String, hash: NTHash
    ) throws(AuthenticationError) -> [UInt8] {
        // A server that gives its time expects a MIC; from one that does not, Windows withholds it, and so do we.
        var information = challenge.targetInformation
        let sendsMIC = information.timestamp != nil
        if sendsMIC {
            let flags = information.flags | TargetInformation.flagMICPresent
            information.set(TargetInformation.ID.flags, to: TargetInformation.littleEndian(flags))
        }
        let temp = NTLMv2Response.clientChallengeBytes(
            timestamp: information.timestamp ?? fileTime(), clientChallenge: random(8), targetInformation: information)
        let responseKey = try NTLMv2Keys.responseKey(hash: hash, userName: name, domainName: domain)
        let proof = try NTLMv2Keys.proof(
            responseKey: responseKey, serverChallenge: challenge.serverChallenge, clientChallenge: temp)
        let exchangeKey = try NTLMv2Keys.sessionBaseKey(responseKey: responseKey, proof: proof)

        var message = NTLMAuthenticateMessage(
            flags: flags.intersection(challenge.flags), domainName: domain, userName: name, workstation: workstation,
            lmResponse: [UInt8](repeating: 0, count: 24), ntResponse: proof + temp, encryptedSessionKey: [], mic: nil)
        let key = try exportKey(exchangeKey, into: &message)
        sessionKey = SessionKey(key)
        messageKeys = NTLMMessageKeys(sessionKey: key, flags: message.flags)
        if sendsMIC {
            message.mic = try NTLMv2Keys.mic(
                sessionKey: key, negotiate: negotiateBytes, challenge: challengeBytes, authenticate: message.bytes)
        }
        return message.bytes
    }

    private mutating func answerAnonymously(
        _ challenge: NTLMChallengeMessage
    ) throws(AuthenticationError) -> [UInt8] {
        var message = NTLMAuthenticateMessage(
            flags: flags.intersection(challenge.flags).union(.anonymous), domainName: "", userName: "",
            workstation: workstation, lmResponse: [0], ntResponse: [], encryptedSessionKey: [], mic: nil)
        let key = try exportKey([UInt8](repeating: 0, count: 16), into: &message)
        messageKeys = NTLMMessageKeys(sessionKey: key, flags: message.flags)
        return message.bytes
    }

    /// Makes the ExportedSessionKey: a random one that is sent along, where that is negotiated.
    private func exportKey(
        _ exchangeKey: [UInt8], into message: inout NTLMAuthenticateMessage
    ) throws(AuthenticationError) -> [UInt8] {
        guard message.flags.contains(.keyExchange) else { return exchangeKey }
        let key = random(16)
        message.encryptedSessionKey = try NTLMCryptography.shared.rc4(key: exchangeKey, key)
        return key
    }
}
