import SMBCryptography
import SMBMessages
import WireCoding

/// Sealed frames: a transform header and behind it, sealed, what would be a frame without it — [MS-SMB2] 2.2.41,
/// 3.3.4.1.4, 3.3.5.2.1.1
extension Connection {
    /// Opens a frame and works it off; its answer is sealed too. What does not open ends the connection.
    func receiveSealed(_ frame: UnsafeRawBufferPointer) {
        guard case .done = negotiation, terms.cipher != nil else { return end(.unsupportedTransform) }
        guard let (session, cipher) = sealer(of: frame) else { return end(.badSeal) }
        let plain = openingMemory(frame.count - SMB2TransformHeader.byteCount)
        var target = MutableRawSpan(_unsafeBytes: plain)
        guard cipher.open(RawSpan(_unsafeBytes: frame), into: &target) else { return end(.badSeal) }
        let message = UnsafeRawBufferPointer(plain)
        guard isWellFormed(message) else { return }
        var work = FrameWork(reply: beginFrame(sealing: session))
        work.sealing = session
        run(&work, message, mayBlock: false, resumed: nil)
    }

    /// Whose frame it says it is.
    private func sealer(of frame: UnsafeRawBufferPointer) -> (Session, MessageCipher)? {
        var reader = WireReader(RawSpan(_unsafeBytes: frame))
        guard let header = try? SMB2TransformHeader(parsing: &reader),
            header.flags == SMB2TransformHeader.encrypted,
            Int(header.originalMessageSize) == frame.count - SMB2TransformHeader.byteCount,
            let session = sessions[header.sessionID], let cipher = session.cipher
        else { return nil }
        return (session, cipher)
    }

    /// Begins a frame whose messages will be sealed, where a session is given.
    func beginFrame(sealing session: Session?) -> ReplyFrame {
        var reply = beginFrame()
        guard let session else { return reply }
        reply.sealing = session
        var writer = takeWriter(at: output.bytes.count)
        SMB2TransformHeader(originalMessageSize: 0, sessionID: session.id).write(to: &writer)
        putBack(&writer)
        return reply
    }

    /// Seals a frame in which everything else stands; false when it cannot be sent.
    func seal(_ reply: borrowing ReplyFrame) -> Bool {
        guard let session = reply.sealing else { return true }
        guard let cipher = session.cipher else { return false }
        let start = reply.start + FrameHeader.byteCount
        let range = start..<output.bytes.count
        let count = range.count - SMB2TransformHeader.byteCount + reply.payloadCount
        SMB2TransformHeader.patchOriginalMessageSize(UInt32(clamping: count), in: &output.bytes, at: start)
        guard let payload = reply.payload else { return cipher.seal(&output.bytes, in: range) }
        var isSealed = false
        payload.withMutableBytes {
            var data = MutableRawSpan(_unsafeBytes: $0)
            isSealed = cipher.seal(&output.bytes, in: range, followedBy: &data)
        }
        return isSealed
    }
}
