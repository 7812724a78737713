import SMBCryptography
package import SMBMessages
import WindowsTypes
package import WireCoding

/// Requests and answers.
extension SMBClient {
    /// Sends one request and waits for its final answer.
    ///
    /// - Returns: the answer's header, whatever its status, and the whole message.
    package func exchange(
        _ command: Command, _ body: some SMB2Body
    ) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        try exchange(command) { body.write(to: &$0) }
    }

    /// - Parameters:
    ///   - byteCount: what the request carries, there or back: more than 64 KiB cost further credits.
    ///   - mustSign: signs this one although ``signs`` is false.
    package func exchange(
        _ command: Command, byteCount: Int = 0, mustSign: Bool = false, writing body: (inout WireWriter) -> Void
    ) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        let charge = negotiated.charge(byteCount: byteCount)
        try gather(credits: Int(charge))
        let identifier = takeMessageID(charge: charge)
        try transport.send(try frame(command, identifier, charge: charge, mustSign: mustSign, body))
        return try answer(to: identifier)
    }

    /// Asks for credits until there are as many, with ECHO requests.
    package func gather(credits wanted: Int) throws(SMBClientError) {
        var attempts = 0
        while credits < wanted {
            guard attempts < 200, credits > 0 else { throw .protocolViolation("the server grants \(credits) credits only") }
            attempts += 1
            let identifier = takeMessageID()
            try transport.send(try frame(.echo, identifier) { EchoRequest().write(to: &$0) })
            _ = try answer(to: identifier)
        }
    }

    /// Builds one frame without sending it: signed or sealed as the session demands.
    package func frame(
        _ command: Command, _ identifier: MessageID, charge: UInt16 = 1, mustSign: Bool = false,
        _ body: (inout WireWriter) -> Void
    ) throws(SMBClientError) -> [UInt8] {
        let isSealed = seals && cipher != nil
        let isSigned = !isSealed && (signs || mustSign) && signer != nil
        var writer = WireWriter()
        if isSealed {
            SMB2TransformHeader(originalMessageSize: 0, sessionID: sessionID).write(to: &writer)
            writer.origin = writer.bytes.count
        }
        let start = writer.origin
        SMB2Header(
            command: command, flags: isSigned ? .signed : [],
            creditCharge: negotiated.dialect > .smb202 ? charge : 0, credits: max(64, charge), messageID: identifier,
            treeID: treeID, sessionID: sessionID
        ).write(to: &writer)
        body(&writer)
        if isSealed, let cipher {
            SMB2TransformHeader.patchOriginalMessageSize(UInt32(clamping: writer.bytes.count - start), in: &writer.bytes)
            guard cipher.seal(&writer.bytes, in: 0..<writer.bytes.count) else {
                throw .protocolViolation("the request could not be sealed")
            }
        } else if isSigned, let signer {
            guard signer.sign(&writer.bytes, in: start..<writer.bytes.count) else {
                throw .protocolViolation("the request could not be signed")
            }
        }
        return writer.bytes
    }

    package func takeMessageID(charge: UInt16 = 1) -> MessageID {
        defer { nextMessageID += UInt64(charge) }
        credits -= Int(charge)
        return MessageID(rawValue: nextMessageID)
    }

    /// Waits for the final answer to one request; interim answers pass by.
    ///
    /// - Parameter leavesSuccess: a success is not verified: the key for it is still to come.
    package func answer(
        to identifier: MessageID, leavesSuccess: Bool = false
    ) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        while true {
            var message = try transport.receive()
            let wasSealed = try open(&message)
            let header = try Self.header(of: message)
            credits += Int(header.credits)
            guard header.messageID == identifier else { continue }
            if header.status == .pending, header.asyncID != nil { continue }
            if !leavesSuccess || header.status != .success { try verify(header, message, wasSealed: wasSealed) }
            return (header, message)
        }
    }

    /// Opens a frame where it is sealed, and leaves its message.
    ///
    /// - Returns: whether it was sealed.
    package func open(_ frame: inout [UInt8]) throws(SMBClientError) -> Bool {
        guard frame.first == 0xFD else { return false }
        guard let cipher else { throw .protocolViolation("a sealed frame, and no key") }
        guard cipher.open(&frame, in: 0..<frame.count) else { throw .protocolViolation("a sealed frame that does not open") }
        frame.removeFirst(SMB2TransformHeader.byteCount)
        return true
    }

    /// What was signed or sealed is answered in kind, but for the end of the session.
    private func verify(_ header: SMB2Header, _ message: [UInt8], wasSealed: Bool) throws(SMBClientError) {
        guard header.status != .userSessionDeleted, !wasSealed else { return }
        guard !(seals && cipher != nil) else { throw .protocolViolation("an answer that is not sealed") }
        guard let signer, signs || header.flags.contains(.signed) else { return }
        guard signer.verify(message.span.bytes) else { throw .protocolViolation("a wrong signature") }
    }
}
