import SMBCryptography
import SMBMessages
import WireCoding

/// A frame with a payload, complete but for its signature or its seal, on its way through another thread.
///
/// `@unchecked Sendable`: the connection lets go of the payload until it is told that the frame is ready.
struct LongReply: @unchecked Sendable {
    /// All of the frame before its payload, from the four bytes of length on.
    var bytes: [UInt8]
    /// Where what is signed, or the transform header of what is sealed, begins.
    let start: Int
    let payload: any PayloadBuffer
    let protection: Protection

    enum Protection {
        case signing(SharedSigner)
        case sealing(SharedCipher)
    }

    /// Has another thread complete it.
    ///
    /// - Parameter done: gets the frame's bytes as they are sent, on that thread; nil when the library failed.
    /// - Returns: false where the host has no such thread.
    func complete(on host: any ConnectionHost, done: @escaping @Sendable ([UInt8]?) -> Void) -> Bool {
        switch protection {
        case .signing(let shared):
            let job = SharedSigner.Job { body in
                bytes.withUnsafeBytes { bytes in
                    payload.withBytes { body(UnsafeRawBufferPointer(rebasing: bytes[start...]), $0) }
                }
            } done: { signature in
                done(signature.map(signed))
            }
            return shared.submit(job) { host.compute($0) }
        case .sealing(let shared): return host.compute { done(sealed(shared)) }
        }
    }

    private func signed(_ signature: SMBCryptography.MessageSignature) -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { signature.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
        return bytes
    }

    private func sealed(_ shared: SharedCipher) -> [UInt8]? {
        var bytes = bytes
        var isDone: Bool?
        payload.withMutableBytes { payload in
            var payload = MutableRawSpan(_unsafeBytes: payload)
            isDone = shared.lend { $0.seal(&bytes, in: start..<bytes.count, followedBy: &payload) }
        }
        return isDone == true ? bytes : nil
    }
}

extension Connection {
    /// What another thread would have to do to a reply; nil where that is not worth it.
    func protection(of reply: borrowing ReplyFrame) -> LongReply.Protection? {
        guard reply.payload != nil, reply.hashing == nil else { return nil }
        if let session = reply.sealing {
            guard let cipher = session.cipher, reply.payloadCount >= cipher.bytesWorthAThread else { return nil }
            return cipher.shared.map { .sealing($0) }
        }
        guard let signer = reply.signer, reply.payloadCount >= signer.replyBytesWorthAThread else { return nil }
        return .signing(signer.shared)
    }

    /// Takes the frame that stands last in the output, and whose length stands, to another thread. False where the
    /// host has none.
    func protectElsewhere(_ reply: borrowing ReplyFrame, from message: Int, _ protection: LongReply.Protection) -> Bool {
        guard let payload = reply.payload else { return false }
        let first = reply.sealing == nil ? message : reply.start + FrameHeader.byteCount
        let long = LongReply(
            bytes: Array(output.bytes[reply.start...]), start: first - reply.start, payload: payload,
            protection: protection)
        let (host, number) = (host, nextNumber())
        guard long.complete(on: host, done: { host.wake(.protected(frame: number, $0)) }) else { return false }
        output.bytes.removeLast(long.bytes.count)
        hold(reply, as: number, elsewhere: true)
        bytesElsewhere += reply.payloadCount
        repliesElsewhere.count += 1
        repliesElsewhere.byteCount += reply.payloadCount
        return true
    }

    /// Another thread has signed or sealed a reply.
    func protected(_ number: UInt64, _ bytes: [UInt8]?) {
        guard let frame = heldFrames[number] else { return }
        bytesElsewhere -= frame.payloadCount
        repliesElsewhere.count -= 1
        repliesElsewhere.byteCount -= frame.payloadCount
        guard let bytes else {
            heldFrames[number] = nil
            frame.conclude()
            return end(.badSeal)
        }
        frame.bytes = bytes
        gateOpened(number)
    }
}
