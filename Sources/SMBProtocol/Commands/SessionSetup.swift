import AccessArbitration
import Authentication
import SMBCryptography
import SMBMessages
import WindowsTypes

extension Connection {
    /// SMB2 SESSION_SETUP — [MS-SMB2] 3.3.5.5
    func setUpSession(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let request: SessionSetupRequest = try message.body()
        if request.flags.contains(.binding) { return try bind(request, &message, &work) }
        // A log-in that is refused, or that takes another's place, ends a session.
        let ending = [message.session, sessions[request.previousSessionID]].compactMap { $0 }
        if !message.mayBlock, ending.contains(where: blocksOnClose) { return .wouldBlock }
        let session = try session(for: message)
        message.session = session
        message.sessionID = session.id
        if let start = work.reply.message { SMB2Header.patchSessionID(session.id, in: &output.bytes, at: start) }
        work.chain.sessionID = session.id
        let hashes = terms.hashesPreauthentication && session.user == nil
        if hashes { session.preauthentication.update(with: RawSpan(_unsafeBytes: message.bytes)) }
        var exchange = session.exchange ?? SPNEGOServer(authentication(for: session))
        let step: AuthenticationStep
        do throws(AuthenticationError) {
            step = try exchange.step(request.securityBuffer)
        } catch {
            // A refused log-in leaves nothing behind; a refused second one ends the session.
            close(session)
            throw SMBFailure(NTStatus(error))
        }
        switch step {
        case .continue(let token):
            session.exchange = exchange
            // Its last response does not belong to the hash: the keys are there before it.
            if hashes { work.reply.hashing = .session(session) }
            write(SessionSetupResponse(securityBuffer: token), work)
            return .reply(.moreProcessingRequired, nil)
        case .complete(let user, let key, let token):
            session.exchange = nil
            let flags = try establish(session, user, key, request)
            write(SessionSetupResponse(sessionFlags: flags, securityBuffer: token), work)
            signLast(session, message, &work)
            message.subject = Array(user.name.utf8)
            return .reply(.success, replacePrevious(request.previousSessionID, with: session))
        }
    }

    /// The session that the request is about; a new one where it names none.
    private func session(for message: Message) throws(SMBFailure) -> Session {
        if let session = message.session { return session }
        // "If SessionId is not zero and no session is found: STATUS_USER_SESSION_DELETED."
        guard message.sessionID == .none else { throw SMBFailure(.userSessionDeleted) }
        guard sessions.count < server.limits.sessionsPerConnection else { throw SMBFailure(.insufficientResources) }
        let host = host
        let id = server.registry.addSession(random: server.authentication.random) { number, gate in
            host.wake(.expire(session: number.rawValue, gate))
        }
        let session = Session(id: id, home: self, preauthentication: preauthentication)
        sessions[id] = session
        return session
    }

    /// Whoever has proven who he is may go on as nobody, even where nobody may begin (smb2.session.reauth2).
    private func authentication(for session: Session) -> AuthenticationConfiguration {
        var configuration = server.authentication
        if session.signer != nil { configuration.policy.allowsAnonymous = true }
        return configuration
    }

    /// Puts what the log-in has shown into force — [MS-SMB2] 3.3.5.5.3
    private func establish(
        _ session: Session, _ user: AuthenticatedUser, _ key: SessionKey?, _ request: SessionSetupRequest
    ) throws(SMBFailure) -> SessionFlags {
        var flags: SessionFlags = []
        if session.user == nil {
            switch user {
            case .user: break
            case .guest: flags = .isGuest
            case .anonymous: flags = .isNull
            }
            if let key {
                do throws(CryptographyError) {
                    let keys = try SessionKeys(
                        schedule(session), sessionKey: key.bytes, cipher: terms.cipher)
                    session.signer = try MessageSigner(terms.signing, key: keys.signing)
                    server.registry.offer(
                        SessionOffer(session, host: host, terms: terms, signingKey: keys.signing), for: session.id)
                    if let cipher = terms.cipher {
                        session.cipher = try MessageCipher(
                            cipher, sealingKey: keys.serverToClient, openingKey: keys.clientToServer)
                    }
                } catch {
                    close(session)
                    throw SMBFailure(.insufficientResources)
                }
                session.isSigningRequired = requiresSigning(request)
                session.requiresSealing = server.encryption != .off && session.cipher != nil
            }
            // "If … RejectUnencryptedAccess is TRUE and … the client does not support encryption: STATUS_ACCESS_DENIED"
            if server.encryption == .required, !session.requiresSealing {
                close(session)
                throw SMBFailure(.accessDenied)
            }
        } else if session.signer == nil, key != nil {
            // A session without a key cannot gain one: what was not signed would have to be.
            close(session)
            throw SMBFailure(.accessDenied)
        }
        // The session's key stays when somebody logs in again on it, even as nobody; only who it is may change. It is not
        // told that it is nobody's: the client would stop to sign.
        session.user = user
        for tree in session.trees.values { tree.identity = tree.target.identity(of: user) }
        session.state = .valid
        session.expiry = server.sessionLifetimeMilliseconds.map {
            server.now.rawValue &+ UInt64(max(0, $0)) &* 10_000
        }
        isAuthenticated = true
        server.demand?.note(logIn: user.name, dialect: terms.dialect)
        server.registry.establish(session.id, user: user.name, isProven: key != nil)
        record.update(session.status, of: session.id)
        if session.requiresSealing { flags.insert(.encryptData) }
        return flags
    }

    private func schedule(_ session: Session) -> SessionKeys.Schedule {
        switch terms.dialect {
        case .smb311: .dialect311(session.preauthentication)
        case .smb300, .smb302: .dialect30
        default: .dialect2
        }
    }

    private func requiresSigning(_ request: SessionSetupRequest) -> Bool {
        switch server.signing {
        case .required: true
        case .enabled:
            request.securityMode.contains(.signingRequired)
                || terms.request?.securityMode.contains(.signingRequired) == true
        case .off: false
        }
    }

    /// The last response of a log-in is signed though its request could not be.
    private func signLast(_ session: Session, _ message: borrowing Message, _ work: inout FrameWork) {
        guard work.sealing == nil, let signer = session.signer(on: self), let start = work.reply.message else { return }
        work.reply.signer = signer
        SMB2Header.insertFlags(.signed, in: &output.bytes, at: start)
    }

    /// A client that comes back names the session it had: its opens are closed before this one is answered — [MS-SMB2]
    /// 3.3.5.5.3
    private func replacePrevious(_ previous: SessionID, with session: Session) -> Gate? {
        guard previous != .none, previous != session.id else { return nil }
        guard let expire = server.registry.takeOver(previous, by: session.id) else { return nil }
        if let own = sessions[previous] {
            close(own)
            return nil
        }
        let gate = Gate(count: 1)
        expire(previous, gate)
        return gate
    }

    /// SMB2 LOGOFF — [MS-SMB2] 3.3.5.6
    func logOff(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let _: LogoffRequest = try message.body()
        guard let session = message.session else { throw SMBFailure(.userSessionDeleted) }
        if !message.mayBlock, blocksOnClose(of: session) { return .wouldBlock }
        // What it ends is answered first.
        let answers = answers(of: session)
        close(session)
        write(LogoffResponse(), work)
        return .reply(.success, answers)
    }
}

extension AuthenticatedUser {
    /// The name that status and traces show.
    package var name: String {
        switch self {
        case .user(let record): record.name
        case .guest: "guest"
        case .anonymous: "anonymous"
        }
    }
}

extension NTStatus {
    /// Which of several reasons kept somebody out is not told.
    init(_ error: AuthenticationError) {
        switch error {
        case .malformed, .outOfSequence: self = .invalidParameter
        case .unsupported, .logonFailure: self = .logonFailure
        case .cryptographyUnavailable, .cryptographyFailed: self = .internalError
        }
    }
}
