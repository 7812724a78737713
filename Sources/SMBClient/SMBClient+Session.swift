import Authentication
import SMBCryptography
import SMBMessages
import WindowsTypes

extension SMBClient {
    /// Logs in with NTLMv2 through SPNEGO, or authenticates a session again that exists.
    ///
    /// - Parameters:
    ///   - signing: sign every request from now on. Without effect for guests, who have no key.
    ///   - sealing: seal every request from now on; an error where no cipher was negotiated.
    package func logIn(_ user: User, signing: Bool = false, sealing: Bool = false) throws(SMBClientError) {
        var client = SPNEGOClient(NTLMClient(try credentials(of: user)))
        var hash = preauthHash
        let last = try authenticate(&client, &hash)
        sessionFlags = try parse(SessionSetupResponse.self, last).sessionFlags
        if keys == nil, sessionFlags.isDisjoint(with: [.isGuest, .isNull]), let key = client.sessionKey {
            try takeKeys(key.bytes, hash)
            // The one message that proves that nobody has changed those before it — [MS-SMB2] 3.2.5.3.1
            if negotiated.dialect == .smb311, signer?.verify(last.span.bytes) != true {
                throw .protocolViolation("the last SESSION_SETUP response is not signed")
            }
        }
        signs = signing
        seals = sealing || sessionFlags.contains(.encryptData)
        guard !seals || cipher != nil else { throw .protocolViolation("to be sealed, and no key for it") }
    }

    func credentials(of user: User) throws(SMBClientError) -> NTLMCredentials {
        do throws(AuthenticationError) {
            switch user {
            case .anonymous: return .anonymous
            case .password(let name, let password):
                return .user(name: name, domain: "", hash: try NTHash(password: password))
            }
        } catch {
            throw .authentication(error)
        }
    }

    /// The exchange of tokens. Returns the last response.
    ///
    /// - Parameter mustSign: signs the requests with the key that is there.
    func authenticate(
        _ client: inout SPNEGOClient, _ hash: inout PreauthIntegrityHash, flags: SessionSetupFlags = [],
        mustSign: Bool = false
    ) throws(SMBClientError) -> [UInt8] {
        var token = client.initialToken
        while true {
            let request = SessionSetupRequest(
                flags: flags, securityMode: options.securityMode, securityBuffer: token)
            let identifier = takeMessageID()
            let frame = try frame(.sessionSetup, identifier, mustSign: mustSign) { request.write(to: &$0) }
            hash.update(with: frame.span.bytes)
            try transport.send(frame)
            let (header, message) = try answer(to: identifier, leavesSuccess: flags.contains(.binding))
            guard header.status == .success || header.status == .moreProcessingRequired else {
                throw .status(header.status)
            }
            sessionID = header.sessionID
            let response = try parse(SessionSetupResponse.self, message)
            // The last response is not hashed: it is signed with what comes of the hash.
            if header.status == .moreProcessingRequired { hash.update(with: message.span.bytes) }
            var next: [UInt8]?
            if header.status != .success || !response.securityBuffer.isEmpty {
                do throws(AuthenticationError) {
                    next = try client.step(response.securityBuffer)
                } catch {
                    throw .authentication(error)
                }
            }
            if header.status == .success { return message }
            guard let next else { throw .protocolViolation("the server wants more, and we have nothing to say") }
            token = next
        }
    }

    func schedule(_ hash: PreauthIntegrityHash) -> SessionKeys.Schedule {
        switch negotiated.dialect {
        case .smb311: .dialect311(hash)
        case .smb300, .smb302: .dialect30
        default: .dialect2
        }
    }

    private func takeKeys(_ key: [UInt8], _ hash: PreauthIntegrityHash) throws(SMBClientError) {
        do throws(CryptographyError) {
            let keys = try SessionKeys(schedule(hash), sessionKey: key, cipher: negotiated.cipher)
            signer = try MessageSigner(negotiated.signingAlgorithm, key: keys.signing)
            if let algorithm = negotiated.cipher {
                cipher = try MessageCipher(algorithm, sealingKey: keys.clientToServer, openingKey: keys.serverToClient)
            }
            self.keys = keys
        } catch {
            throw .protocolViolation("no keys: \(error)")
        }
    }

    /// LOGOFF; the keys are gone with the session.
    package func logOff() throws(SMBClientError) {
        let (header, _) = try exchange(.logoff, LogoffRequest())
        guard header.status == .success else { throw .status(header.status) }
        (sessionID, treeID, keys, signer, cipher) = (.none, .none, nil, nil, nil)
        (signs, seals) = (false, false)
    }
}
