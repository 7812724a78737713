import AccessArbitration
import SMBCryptography
import SMBMessages
import WindowsTypes
import WireCoding

/// One message of a frame, on its way through the checks.
struct Message {
    let header: SMB2Header
    /// From its header to the next one's, or to the frame's end. Valid as long as the frame is.
    let bytes: UnsafeRawBufferPointer
    let frame: UnsafeRawBufferPointer
    let mayBlock: Bool
    /// Set when this is the repetition of a request that has waited.
    let resumed: PendingRequest?

    // What the checks find out.
    var sessionID: SessionID = .none
    var treeID: TreeID = .none
    var session: Session?
    var tree: TreeConnection?
    /// Signs the response: the request was signed, and rightly.
    var signer: MessageSigner?
    /// For traces, in WTF-8.
    var subject: [UInt8] = []
    /// What the handler of a request that waits has left for its repetition.
    var progress: (any Sendable)?
    /// The place in its open's counts of a request that begins to wait.
    var outstanding: OutstandingRequest?

    init(
        header: SMB2Header, bytes: UnsafeRawBufferPointer, frame: UnsafeRawBufferPointer, mayBlock: Bool,
        resumed: PendingRequest?
    ) {
        self.header = header
        self.bytes = bytes
        self.frame = frame
        self.mayBlock = mayBlock
        self.resumed = resumed
    }

    func body<Body: SMB2Body>(_ type: Body.Type = Body.self) throws(SMBFailure) -> Body {
        try Body(received: bytes)
    }

    /// Gives up a request's place in its open's counts, unless it is to wait; one that goes on elsewhere is counted
    /// there again.
    mutating func settle(_ outstanding: OutstandingRequest?, _ result: CommandOutcome) {
        guard let outstanding else { return }
        if case .success(.pending) = result {
            self.outstanding = outstanding
        } else {
            outstanding.completed()
        }
    }
}

extension Connection {
    /// Checks, executes and answers one message — [MS-SMB2] 3.3.5.2
    func process(_ message: consuming Message, _ work: inout FrameWork) -> Step {
        var message = message
        if message.header.command == .cancel {
            cancel(message, sealing: work.sealing)
            return .next
        }
        guard admit(message, &work) else {
            abandon(&work)
            return .stop
        }
        let start = server.observer == nil ? nil : ContinuousClock.now
        var refusal = authorize(&message, &work)
        guard endReason == nil else {
            abandon(&work)
            return .stop
        }
        // "…if the previous operation failed to create SessionId or TreeId, or the previous operation does not contain a
        // SessionId or TreeId, the server MUST fail the current operation and all subsequent operations with
        // STATUS_INVALID_PARAMETER" — [MS-SMB2] 3.3.5.2.7.2, smb2.compound.invalid2
        if refusal?.status == .userSessionDeleted, message.header.flags.contains(.relatedOperations) {
            refusal = SMBFailure(.invalidParameter)
        }
        work.chain.refusal = refusal
        let before = work.reply
        beginMessage(
            message.header, sessionID: message.sessionID, treeID: message.treeID, asyncID: work.announced.first?.asyncID,
            signer: message.signer, &work.reply)
        let isRefusedLogIn = refusal != nil && message.header.command == .sessionSetup
        if work.sealing == nil, message.signer == nil, message.session == nil || isRefusedLogIn {
            echoSignature(of: message.header, work.reply)
        }
        let result: CommandOutcome
        if let refusal {
            result = .failure(refusal)
        } else if case .cancelled(let error)? = message.resumed?.resumption {
            result = .failure(SMBFailure(error))
        } else {
            result = execute(&message, &work)
        }
        let step = answer(result, message, &work, before)
        if let resumed = message.resumed, blocked?.resumed !== resumed { resumed.conclude() }
        if let start { trace(message, result, since: start) }
        return step
    }

    // MARK: Checks

    private func admit(_ message: borrowing Message, _ work: inout FrameWork) -> Bool {
        if work.isAdmitted || !work.announced.isEmpty { return true }
        return takeID(message.header, &work)
    }

    /// What the client may hold now.
    private var creditLimit: Int {
        guard isAuthenticated else { return server.limits.creditsBeforeAuthentication }
        return server.limits.credits(
            connections: server.registry.connectionCount, keptBytes: pendingByteCount + bytesElsewhere)
    }

    /// Message id, credits, and whether the connection takes such a command now; false ends it.
    func takeID(_ header: SMB2Header, _ work: inout FrameWork) -> Bool {
        // A CreditCharge of 0 or 1 uses one id, and before dialect 2.1 the field is nothing — [MS-SMB2] 3.3.5.2.3
        let charge = terms.supportsMultiCredit ? UInt64(header.creditCharge) : 1
        guard window.consume(header.messageID.rawValue, count: charge) else {
            end(.badMessageID(header.messageID.rawValue))
            return false
        }
        let granted = window.grant(Int(header.credits), limit: creditLimit)
        work.reply.credits = UInt16(clamping: Int(work.reply.credits) + Int(granted))
        switch negotiation {
        case .done:
            // "If Connection.NegotiateDialect is 0x0202 … the server MUST disconnect" on a second one — [MS-SMB2]
            // 3.3.5.4
            guard header.command != .negotiate else { break }
            return true
        case .none, .wildcard:
            guard header.command == .negotiate, work.isFirst, work.chain.isLast else { break }
            return true
        }
        end(.outOfSequence)
        return false
    }

    /// Session, signature and tree connect. Returns why the request is refused.
    private func authorize(_ message: inout Message, _ work: inout FrameWork) -> SMBFailure? {
        if let resumed = message.resumed { return readmit(&message, resumed, work) }
        let header = message.header
        // Of all requests only CANCEL, which has its own way, may have the asynchronous header — [MS-SMB2] 2.2.1.1
        if header.asyncID != nil {
            message.sessionID = header.sessionID
            return SMBFailure(.invalidParameter)
        }
        if header.flags.contains(.relatedOperations) {
            message.sessionID = work.chain.sessionID
            message.treeID = work.chain.treeID
            // "If the first operation has SMB2_FLAGS_RELATED_OPERATIONS set, the server SHOULD fail processing the
            // compound chain request" — [MS-SMB2] 3.3.5.2.7.2
            if work.isFirst {
                message.sessionID = header.sessionID
                message.treeID = header.treeID
                return SMBFailure(.invalidParameter)
            }
            if let refusal = work.chain.refusal { return refusal }
        } else {
            message.sessionID = header.sessionID
            message.treeID = header.treeID
            work.chain.sessionID = header.sessionID
            work.chain.treeID = header.treeID
            work.chain.fileID = nil
            work.chain.createFailure = nil
        }
        let needs = Needs(header.command)
        if message.sessionID != .none, needs != .nothing || header.command == .echo {
            message.session = sessions[message.sessionID]
        }
        if let refusal = verify(&message, work) { return refusal }
        if let refusal = checkCharge(message, work) { return refusal }
        if needs == .nothing { return nil }
        guard let session = message.session else { return SMBFailure(.userSessionDeleted) }
        // "If Session.State is InProgress, the server MUST continue to process the SMB2 LOGOFF, SMB2 CLOSE, and SMB2 LOCK
        // commands" — [MS-SMB2] 3.3.5.2.9 — and fails others, with a status of its choice.
        let isEnding = header.command == .logoff || header.command == .close || header.command == .lock
        if session.state == .inProgress, !isEnding { return SMBFailure(.userSessionDeleted) }
        if let expiry = session.expiry, session.state == .valid, server.now.rawValue >= expiry {
            session.state = .expired
        }
        // "If Session.State is Expired, the server MUST fail the request with STATUS_NETWORK_SESSION_EXPIRED" but for
        // these commands — [MS-SMB2] 3.3.5.2.9
        if session.state == .expired, !isEnding { return SMBFailure(.networkSessionExpired) }
        if needs == .session { return nil }
        guard let tree = session.trees[message.treeID] else { return SMBFailure(.networkNameDeleted) }
        message.tree = tree
        note(message, on: tree, work)
        if let demand = server.demand, case .disk(let share) = tree.target {
            demand.note(
                header.command, by: session.user?.name ?? "", on: share.name, isSealed: work.sealing != nil)
        }
        // "…TreeConnect.Share.EncryptData is TRUE … and Request.IsEncrypted is FALSE": ACCESS_DENIED — [MS-SMB2]
        // 3.3.5.2.11
        return tree.requiresSealing && work.sealing == nil ? SMBFailure(.accessDenied) : nil
    }

    /// Takes note of how a request has come, for status.
    private func note(_ message: borrowing Message, on tree: TreeConnection, _ work: borrowing FrameWork) {
        let session = tree.session
        guard
            session.protection.note(
                isSigned: message.signer != nil, isSealed: work.sealing != nil, onPipes: tree.target.isPipes)
        else { return }
        for connection in session.connections { connection.record.update(session.status, of: session.id) }
    }

    /// Whether the credits pay for the data — [MS-SMB2] 3.3.5.2.5 — and the data is within what was negotiated.
    private func checkCharge(_ message: borrowing Message, _ work: borrowing FrameWork) -> SMBFailure? {
        let command = message.header.command
        let bytes = CreditCharge.payloadBytes(command, message.bytes)
        guard bytes > 0 else { return nil }
        if terms.supportsMultiCredit {
            let charge = max(1, UInt64(message.header.creditCharge))
            if CreditCharge.credits(for: bytes) > charge { return SMBFailure(.invalidParameter) }
        }
        // IOCTL adds up what it limits each for itself.
        if bytes > UInt64(clamping: terms.maximumTransferBytes), command != .ioctl { return SMBFailure(.invalidParameter) }
        // The answers to a compound are one frame.
        let room = Self.longestCompoundReply - (output.bytes.count - work.reply.start)
        return work.isFirst && work.chain.isLast || bytes <= UInt64(clamping: max(0, room))
            ? nil : SMBFailure(.insufficientResources)
    }

    /// A request that has waited has passed its checks. Its answer is its session's even when that has ended meanwhile,
    /// but then it has nothing left to do.
    private func readmit(
        _ message: inout Message, _ resumed: PendingRequest, _ work: borrowing FrameWork
    ) -> SMBFailure? {
        let chain = work.chain
        let isRelated = message.header.flags.contains(.relatedOperations)
        message.sessionID = isRelated ? chain.sessionID : message.header.sessionID
        message.treeID = isRelated ? chain.treeID : message.header.treeID
        let session = resumed.session
        message.session = session
        message.tree = resumed.tree
        message.signer = resumed.signer
        if case .cancelled = resumed.resumption { return nil }
        guard !resumed.tree.isConnected else { return nil }
        return SMBFailure(sessions[session.id] == nil ? .userSessionDeleted : .networkNameDeleted)
    }

    /// What a command has to come with.
    private enum Needs {
        case nothing
        case session
        case tree

        init(_ command: Command) {
            switch command {
            case .negotiate, .sessionSetup, .echo, .unknown, .cancel: self = .nothing
            case .logoff, .treeConnect: self = .session
            default: self = .tree
            }
        }
    }

    /// The request's signature — [MS-SMB2] 3.3.5.2.4 — or that of the seal, inside which there is no other.
    private func verify(_ message: inout Message, _ work: borrowing FrameWork) -> SMBFailure? {
        if let sealing = work.sealing { return verifySealed(&message, sealing) }
        // A log-in is looked at by its own command: it may be about a session that is not there yet.
        if message.header.command == .sessionSetup { message.session = sessions[message.sessionID] }
        if message.header.command == .negotiate { return nil }
        let isSigned = message.header.flags.contains(.signed)
        guard let session = message.session else {
            // Nobody could have signed for a session that does not exist; a first log-in alone may say that it has.
            let isFirstLogIn = message.header.command == .sessionSetup && message.sessionID == .none
            if isBinding(message) { return nil }
            return isSigned && !isFirstLogIn ? SMBFailure(.userSessionDeleted) : nil
        }
        // "…Session.EncryptData is TRUE … If Request.IsEncrypted is FALSE, the server MUST fail the request with
        // STATUS_ACCESS_DENIED" — [MS-SMB2] 3.3.5.2.9
        if session.requiresSealing, message.header.command != .sessionSetup { return SMBFailure(.accessDenied) }
        guard isSigned else {
            let isExempt = message.header.command == .sessionSetup && session.state == .inProgress
            return session.isSigningRequired && !isExempt ? SMBFailure(.accessDenied) : nil
        }
        guard let signer = session.signer(on: self) else {
            // A log-in in progress has no key yet, and a guest never gets one.
            return session.state == .inProgress ? nil : SMBFailure(.accessDenied)
        }
        let isValid =
            if let checked = work.signature, checked.signer === signer {
                checked.isValid
            } else {
                signer.verify(RawSpan(_unsafeBytes: message.bytes))
            }
        guard isValid else { return SMBFailure(.accessDenied) }
        message.signer = signer
        return nil
    }

    /// Only its own session's messages may lie in a frame that a session has sealed — [MS-SMB2] 3.3.5.2.9
    private func verifySealed(_ message: inout Message, _ sealing: Session) -> SMBFailure? {
        guard message.sessionID == sealing.id else {
            end(.badSeal)
            return SMBFailure(.accessDenied)
        }
        // An earlier message of the compound may have ended it.
        message.session = sessions[sealing.id]
        return nil
    }

    /// The answer to a signed request whose session this connection does not have, or to a log-in whose signature is
    /// wrong, is not signed. It says that it is and carries the request's signature, as Samba has it: a client that signs
    /// takes no other for the server's, and then looks at the status alone (smb2.session.bind2, bind_negative_*).
    private func echoSignature(of header: SMB2Header, _ reply: borrowing ReplyFrame) {
        guard header.sessionID != .none, header.flags.contains(.signed), let start = reply.message else { return }
        SMB2Header.insertFlags(.signed, in: &output.bytes, at: start)
        SMB2Header.patchSignature(header.signature, in: &output.bytes, at: start)
    }

    // MARK: Answers

    private func answer(
        _ result: CommandOutcome, _ message: borrowing Message, _ work: inout FrameWork,
        _ before: ReplyFrame
    ) -> Step {
        guard let start = work.reply.message else { return .stop }
        switch result {
        case .success(.reply(let status, let gate)):
            if status != .success { SMB2Header.patchStatus(status, in: &output.bytes, at: start) }
            if let gate { work.reply.gates.append(gate) }
            return .next
        case .failure(let failure):
            switch message.header.command {
            case .create:
                work.chain.fileID = nil
                work.chain.createFailure = failure.status
            case .sessionSetup, .treeConnect: work.chain.refusal = SMBFailure(.invalidParameter)
            default: break
            }
            writeError(failure, at: start)
            return .next
        case .success(.ignore):
            dropMessage(&work.reply, to: before)
            return .next
        case .success(.disconnect(let reason)):
            end(reason)
            abandon(&work)
            return .stop
        case .success(.wouldBlock):
            dropMessage(&work.reply, to: before)
            putAside(&work)
            work.isAdmitted = true
            blocked = BlockedWork(bytes: Array(message.frame), work: work, resumed: message.resumed)
            return .stop
        case .success(.join(let other)):
            dropMessage(&work.reply, to: before)
            putAside(&work)
            work.isAdmitted = true
            joining.append(BlockedWork(bytes: Array(message.frame), work: work, resumed: nil))
            host.join(other, key: terms.request?.clientGUID ?? .zero)
            return .stop
        case .success(.pending(let ticket)):
            return wait(for: ticket, message, &work, before)
        }
    }

    func writeError(_ failure: SMBFailure, at start: Int) {
        output.bytes.removeLast(output.bytes.count - start - SMB2Header.byteCount)
        var writer = takeWriter(at: start)
        failure.response.write(to: &writer)
        putBack(&writer)
        SMB2Header.patchStatus(failure.status, in: &output.bytes, at: start)
    }
}
