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
        if let asyncID = header.asyncID {
            guard let request = pending[asyncID.rawValue], request.session.id == header.sessionID else { return }
            request.ticket.cancel()
        } else if let request = pending.values.first(where: { $0.messageID == header.messageID }) {
            guard request.session.id == header.sessionID else { return }
            request.ticket.cancel()
        } else if window.holds(header.messageID.rawValue), !earlyCancels.contains(header.messageID) {
            if earlyCancels.count >= server.limits.earlyCancelsPerConnection { earlyCancels.removeFirst() }
            earlyCancels.append(header.messageID)
        }
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
