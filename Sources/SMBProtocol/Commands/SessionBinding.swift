import Authentication
import SMBCryptography
import SMBMessages
import Synchronization
import WindowsTypes

extension Connection {
    /// Whether a SESSION_SETUP wants to bind: its Flags stand in the third byte of the body.
    func isBinding(_ message: borrowing Message) -> Bool {
        let position = SMB2Header.byteCount + 2
        guard message.header.command == .sessionSetup, message.bytes.count > position else { return false }
        return SessionSetupFlags(rawValue: message.bytes[position]).contains(.binding)
    }

    /// SESSION_SETUP with SMB2_SESSION_FLAG_BINDING: the connection is to become another channel of a session — [MS-SMB2]
    /// 3.3.5.5
    func bind(
        _ request: SessionSetupRequest, _ message: inout Message, _ work: inout FrameWork
    ) throws(SMBFailure) -> CommandResult {
        let offer = try offer(for: &message, &work)
        guard joined[ObjectIdentifier(offer.host)]?.host === offer.host || offer.host === host else {
            return .join(offer.host)
        }
        // Whoever has joined may look at the session; it may have gone meanwhile.
        guard server.registry.offer(of: message.sessionID).offer != nil, offer.session.user != nil else {
            bindings[message.sessionID] = nil
            throw SMBFailure(.userSessionDeleted)
        }
        guard offer.session.state != .expired else { throw SMBFailure(.networkSessionExpired) }
        var binding = bindings[message.sessionID] ?? Binding(self)
        if terms.hashesPreauthentication {
            binding.preauthentication.update(with: RawSpan(_unsafeBytes: message.bytes))
        }
        let step: AuthenticationStep
        do throws(AuthenticationError) {
            step = try binding.exchange.step(request.securityBuffer)
        } catch {
            // A refused binding leaves the session as it is.
            bindings[message.sessionID] = nil
            throw SMBFailure(NTStatus(error))
        }
        switch step {
        case .continue(let token):
            bindings[message.sessionID] = binding
            if terms.hashesPreauthentication { work.reply.hashing = .binding(message.sessionID) }
            write(SessionSetupResponse(securityBuffer: token), work)
            return .reply(.moreProcessingRequired, nil)
        case .complete(let user, let key, let token):
            bindings[message.sessionID] = nil
            // "…the same user", and one with a secret.
            guard offer.session.user == user else { throw SMBFailure(.accessDenied) }
            guard let key else { throw SMBFailure(.notSupported) }
            try addChannel(to: offer.session, key, binding)
            message.session = offer.session
            let flags: SessionFlags = offer.session.requiresSealing ? .encryptData : []
            write(SessionSetupResponse(sessionFlags: flags, securityBuffer: token), work)
            // The last response is signed with the new channel's key.
            work.reply.signer = offer.session.signer(on: self)
            message.subject = Array(user.name.utf8)
            return .success
        }
    }

    /// What the request has to be before anything of it is looked at. Its response is signed with the session's key.
    private func offer(for message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> SessionOffer {
        guard message.sessionID != .none else { throw SMBFailure(.invalidParameter) }
        let (exists, found) = server.registry.offer(of: message.sessionID)
        guard exists else {
            bindings[message.sessionID] = nil
            throw SMBFailure(.userSessionDeleted)
        }
        // "If Session.IsAnonymous or Session.IsGuest is TRUE: STATUS_NOT_SUPPORTED"
        guard let offer = found else { throw SMBFailure(.notSupported) }
        let isSigned = message.header.flags.contains(.signed)
        if isSigned { try verify(&message, offer, &work) }
        if offer.signing != terms.signing {
            // Statuses as Windows and Samba have them where the Galois code is on one side only.
            if offer.signing == .aes128GMAC { throw SMBFailure(.requestOutOfSequence) }
            if terms.signing == .aes128GMAC { throw SMBFailure(.notSupported) }
        }
        // "If … IsMultiChannelCapable is FALSE: STATUS_REQUEST_NOT_ACCEPTED", as before dialect 3.0.
        guard terms.dialect >= .smb300 else { throw SMBFailure(.requestNotAccepted) }
        guard isSigned, offer.dialect == terms.dialect, offer.cipher == terms.cipher else {
            throw SMBFailure(.invalidParameter)
        }
        guard offer.clientGUID == terms.request?.clientGUID else { throw SMBFailure(.userSessionDeleted) }
        guard sessions[message.sessionID] == nil else { throw SMBFailure(.requestNotAccepted) }
        guard sessions.count + bindings.count < server.limits.sessionsPerConnection else {
            throw SMBFailure(.insufficientResources)
        }
        return offer
    }

    private func verify(
        _ message: inout Message, _ offer: SessionOffer, _ work: inout FrameWork
    ) throws(SMBFailure) {
        // A session of this connection's has been verified already.
        guard message.session == nil else { return }
        guard let signer = try? MessageSigner(offer.signing, key: offer.signingKey),
            signer.verify(RawSpan(_unsafeBytes: message.bytes))
        else { throw SMBFailure(.accessDenied) }
        message.signer = signer
        work.reply.signer = signer
        guard let start = work.reply.message else { return }
        SMB2Header.insertFlags(.signed, in: &output.bytes, at: start)
    }

    private func addChannel(
        to session: Session, _ key: SessionKey, _ binding: Binding
    ) throws(SMBFailure) {
        let schedule: SessionKeys.Schedule =
            terms.hashesPreauthentication ? .dialect311(binding.preauthentication) : .dialect30
        guard session.channels.count < server.limits.channelsPerSession,
            let keys = try? SessionKeys(schedule, sessionKey: key.bytes, cipher: nil),
            let signer = try? MessageSigner(terms.signing, key: keys.signing)
        else { throw SMBFailure(.insufficientResources) }
        session.channels.append(Session.Channel(connection: self, signer: signer))
        sessions[session.id] = session
        isAuthenticated = true
        record.update(session.status, of: session.id)
    }

    /// Takes this connection out of a session that has others.
    func leave(_ session: Session) {
        sessions[session.id] = nil
        record.update { $0.sessions[session.id] = nil }
        if session.home !== self {
            session.channels.removeAll { $0.connection === self }
            return
        }
        let next = session.channels.removeFirst()
        session.home = next.connection
        session.signer = next.signer
        server.registry.move(session.id, to: next.connection.host)
        // What was counted here is counted there.
        let opens = session.opens.count + session.pipes.count
        let names = session.trees.values.map(\.shareName)
        record.openCount.subtract(opens, ordering: .relaxed)
        next.connection.record.openCount.add(opens, ordering: .relaxed)
        record.update { $0.trees -= names.count }
        next.connection.record.update {
            $0.trees += names.count
            $0.sessions[session.id]?.shares += names
        }
    }
}
