import AccessArbitration
import FileSystemCore
import SMBCryptography
import SMBMessages
import WindowsTypes
import WireCoding

/// Requests that wait: their interim responses, and what becomes of the rest of their compound — [MS-SMB2] 3.3.4.2,
/// 3.3.5.2.7
extension Connection {
    /// Puts a request aside until its ticket is settled, and tells the client that its answer comes later.
    ///
    /// What is related to it waits with it, and is announced too; what is not goes on, in a frame of its own.
    func wait(
        for ticket: Ticket, _ message: borrowing Message, _ work: inout FrameWork, _ before: ReplyFrame
    ) -> Step {
        guard let tree = message.tree, let session = message.session, let start = work.reply.message else { return .stop }
        let rest = message.frame.count - work.position
        let isFollowed = rest > message.bytes.count
        let takesRest = isNextRelated(message, work)
        let kept = takesRest ? rest : message.bytes.count
        guard pending.count < server.limits.pendingRequestsPerConnection,
            pendingByteCount + kept <= server.limits.pendingBytesPerConnection
        else {
            ticket.cancel()
            message.outstanding?.completed()
            writeError(SMBFailure(.insufficientResources), at: start)
            return .next
        }
        let messageID = message.header.messageID
        let number = work.announced.first?.asyncID.rawValue ?? nextNumber()
        dropMessage(&work.reply, to: before)
        var saved = work
        saved.position = 0
        saved.reply = ReplyFrame(start: 0)
        // The final response is not to overtake the interim one.
        saved.reply.gates = work.reply.gates
        if work.announced.isEmpty {
            announce(message.header, sessionID: message.sessionID, treeID: message.treeID, number, &work)
            saved.announced = [Announced(asyncID: AsyncID(rawValue: number), messageID: messageID)]
            if takesRest {
                // Nil where one of them ends the connection, whose end gives back what this one waits for.
                saved.announced += announceRest(behind: message, work) ?? []
            }
        } else {
            // What goes on without it answers for itself.
            if !takesRest { saved.announced = Array(work.announced.prefix(1)) }
            // What was answered before it leaves.
            finish(&work)
        }
        let bytes = Array(message.frame[work.position..<(work.position + kept)])
        let request = PendingRequest(
            number: number, command: message.header.command, messageID: messageID, bytes: bytes, work: saved,
            ticket: ticket, tree: tree, session: session, progress: message.progress, signer: message.signer)
        request.outstanding = message.outstanding
        if let resumed = message.resumed { request.takeOver(from: resumed) }
        pending[number] = request
        pendingByteCount += bytes.count
        let host = host
        ticket.whenSettled { host.wake(.ticket(request: number, $0)) }
        if let early = earlyCancels.firstIndex(of: messageID) {
            earlyCancels.remove(at: early)
            ticket.cancel()
        }
        guard isFollowed, !takesRest else { return .stop }
        work.reply = beginFrame(sealing: work.sealing)
        return .next
    }

    private func isNextRelated(_ message: borrowing Message, _ work: borrowing FrameWork) -> Bool {
        let next = work.position + message.bytes.count
        guard next < message.frame.count else { return false }
        return header(of: UnsafeRawBufferPointer(rebasing: message.frame[next...]))?.flags.contains(.relatedOperations) ?? false
    }

    /// "When an operation requires asynchronous processing, the server MUST send an interim response … All the
    /// subsequent operations that depend on the current operation MUST also be processed asynchronously" — [MS-SMB2]
    /// 3.3.5.2.7.2
    ///
    /// Each in a frame of its own: Linux reads nothing behind an interim response. They use their message ids and are
    /// granted their credits here.
    ///
    /// - Returns: nil when one of them ends the connection.
    private func announceRest(behind message: borrowing Message, _ work: borrowing FrameWork) -> [Announced]? {
        var announced: [Announced] = []
        var position = work.position + message.bytes.count
        while position < message.frame.count {
            let rest = UnsafeRawBufferPointer(rebasing: message.frame[position...])
            guard let header = header(of: rest) else { return nil }
            position += header.nextCommand == 0 ? rest.count : Int(header.nextCommand)
            if header.command == .cancel { continue }
            var work = FrameWork(reply: beginFrame(sealing: work.sealing))
            work.isFirst = false
            guard takeID(header, &work) else {
                abandon(&work)
                return nil
            }
            let number = nextNumber()
            let isRelated = header.flags.contains(.relatedOperations)
            announce(
                header, sessionID: isRelated ? message.sessionID : header.sessionID,
                treeID: isRelated ? message.treeID : header.treeID, number, &work)
            announced.append(Announced(asyncID: AsyncID(rawValue: number), messageID: header.messageID))
        }
        return announced
    }

    /// The interim response: it carries the AsyncId and the credits, and is never signed — [MS-SMB2] 3.3.4.1.1, 3.3.4.2
    private func announce(
        _ header: SMB2Header, sessionID: SessionID, treeID: TreeID, _ number: UInt64, _ work: inout FrameWork
    ) {
        beginMessage(
            header, sessionID: sessionID, treeID: treeID, asyncID: AsyncID(rawValue: number), signer: nil, &work.reply)
        if let start = work.reply.message { writeError(SMBFailure(.pending), at: start) }
        finish(&work)
    }

    // MARK: Endings

    /// A gate that opens when all requests that wait for something of `tree`, or of any tree of `session`, have been
    /// answered, and all that another thread still has of earlier answers; nil where there are none. To be asked before they are ended.
    func answers(of session: Session, tree: TreeConnection? = nil) -> Gate? {
        let waiting = session.connections.flatMap { connection in
            connection.pending.values.filter { $0.session === session && (tree == nil || $0.tree === tree) }
        }
        // Those whose payload is with another thread, whatever session's they are.
        let elsewhere = session.connections.flatMap { $0.heldFrames.values.filter(\.isElsewhere) }
        guard !waiting.isEmpty || !elsewhere.isEmpty else { return nil }
        let gate = Gate(count: waiting.count + elsewhere.count)
        for request in waiting { request.awaited.append(gate) }
        for frame in elsewhere { frame.awaited.append(gate) }
        return gate
    }

    /// Ends the waits of a connection that is gone. Nothing is answered.
    func endWaits() {
        var waiting = Array(pending.values)
        if let resumed = blocked?.resumed { waiting.append(resumed) }
        pending.removeAll()
        pendingByteCount = 0
        blocked = nil
        for request in waiting {
            request.ticket.cancel()
            giveBack(request)
            request.conclude()
        }
    }

    /// Unlocks what a LOCK was granted that nobody will be told of: the session has other connections, and its client
    /// will ask again.
    private func giveBack(_ request: PendingRequest) {
        guard request.command == .lock, request.ticket.isGranted, request.tree.isConnected,
            !request.session.channels.isEmpty, case .disk(let share) = request.tree.target
        else { return }
        request.bytes.withUnsafeBytes { bytes in
            guard let header = header(of: bytes), let lock = try? LockRequest(received: bytes) else { return }
            var chain = request.work.chain
            let fileID = try? chain.take(lock.fileID, isRelated: header.flags.contains(.relatedOperations))
            guard let fileID, let file = request.session.opens[fileID.volatile], file.fileID == fileID else { return }
            let context = OperationContext(
                door: share.door, style: .windows, client: request.session.id.rawValue, identity: request.tree.identity)
            _ = try? share.fileSystem.unlockEach(file.open, lock.locks.map(\.range), context)
        }
    }
}
