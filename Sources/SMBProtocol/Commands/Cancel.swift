import AccessArbitration
import SMBCryptography
import SMBMessages

extension Connection {
    /// SMB2 CANCEL, which has no response — [MS-SMB2] 3.3.5.16
    ///
    /// It uses no message id: it carries that of the request that it is about, or the AsyncId from that request's
    /// interim response.
    ///
    /// - Parameter sealing: the session that has sealed the frame; nil for one in clear.
    func cancel(_ message: borrowing Message, sealing: Session?) {
        let header = message.header
        guard isAuthentic(message, sealing) else { return }
        if let (request, messageID) = waiting(asyncID: header.asyncID, messageID: header.messageID) {
            guard request.session.id == header.sessionID else { return }
            // One that waits behind another of its compound has not begun.
            if request.messageID == messageID { request.ticket.cancel() } else { cancelEarly(messageID) }
        } else if header.asyncID == nil, window.holds(header.messageID.rawValue) {
            cancelEarly(header.messageID)
        }
    }

    private func cancelEarly(_ messageID: MessageID) {
        guard !earlyCancels.contains(messageID) else { return }
        if earlyCancels.count >= server.limits.earlyCancelsPerConnection { earlyCancels.removeFirst() }
        earlyCancels.append(messageID)
    }

    /// The request that waits, itself or for one of its compound, and the id of the one that is meant.
    private func waiting(asyncID: AsyncID?, messageID: MessageID) -> (PendingRequest, MessageID)? {
        if let asyncID, let request = pending[asyncID.rawValue] { return (request, request.messageID) }
        for request in pending.values {
            let meant = request.work.announced.first {
                asyncID == nil ? $0.messageID == messageID : $0.asyncID == asyncID
            }
            if let meant { return (request, meant.messageID) }
        }
        return nil
    }

    /// What is signed, or sealed, has to be so rightly — [MS-SMB2] 3.3.5.16
    private func isAuthentic(_ message: borrowing Message, _ sealing: Session?) -> Bool {
        guard let session = sessions[message.header.sessionID] else { return false }
        if let sealing { return sealing === session }
        guard !session.requiresSealing else { return false }
        // "If SMB2_FLAGS_SIGNED bit is set …, the server MUST verify": one that is not signed is taken, as from pike.
        guard message.header.flags.contains(.signed) else { return true }
        return session.signer(on: self)?.verify(RawSpan(_unsafeBytes: message.bytes)) ?? false
    }
}
