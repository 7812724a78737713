import SMBCryptography
import SMBMessages
import WireCoding

/// Sealed frames: a transform header and behind it, sealed, what would be a frame without it — [MS-SMB2] 2.2.41,
/// 3.3.4.1.4, 3.3.5.2.1.1
extension Connection {
    /// Opens a frame and works it off; its answer is sealed too. What does not open ends the connection.
    func receiveSealed(_ frame: UnsafeRawBufferPointer, _ mayBlock: Bool) {
        guard case .done = negotiation, terms.cipher != nil else { return end(.unsupportedTransform) }
        guard let (session, cipher) = sealer(of: frame) else { return end(.badSeal) }
        let plain = openingMemory(frame.count - SMB2TransformHeader.byteCount)
        var target = MutableRawSpan(_unsafeBytes: plain)
        guard cipher.open(RawSpan(_unsafeBytes: frame), into: &target) else { return end(.badSeal) }
        workOff(opened: UnsafeRawBufferPointer(plain), of: session, mayBlock)
    }

    /// Works off what a session has sealed.
    func workOff(opened message: UnsafeRawBufferPointer, of session: Session, _ mayBlock: Bool) {
        guard isWellFormed(message) else { return }
        var work = FrameWork(reply: beginFrame(sealing: session))
        work.sealing = session
        run(&work, message, mayBlock: mayBlock, resumed: nil)
    }

    /// Whose frame it says it is.
    func sealer(of frame: UnsafeRawBufferPointer) -> (Session, MessageCipher)? {
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

    /// Says in a frame that is to be sealed how long what it seals is.
    func patchSealedLength(_ reply: borrowing ReplyFrame) {
        guard reply.sealing != nil else { return }
        let start = reply.start + FrameHeader.byteCount
        let count = output.bytes.count - start - SMB2TransformHeader.byteCount + reply.payloadCount
        SMB2TransformHeader.patchOriginalMessageSize(UInt32(clamping: count), in: &output.bytes, at: start)
    }

    /// Seals a frame in which everything else stands; false when it cannot be sent.
    func seal(_ reply: borrowing ReplyFrame) -> Bool {
        guard let session = reply.sealing else { return true }
        guard let cipher = session.cipher else { return false }
        let range = reply.start + FrameHeader.byteCount..<output.bytes.count
        guard let payload = reply.payload else { return cipher.seal(&output.bytes, in: range) }
        var isSealed = false
        payload.withMutableBytes {
            var data = MutableRawSpan(_unsafeBytes: $0)
            isSealed = cipher.seal(&output.bytes, in: range, followedBy: &data)
        }
        return isSealed
    }
}
