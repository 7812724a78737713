import SMBCryptography
import SMBMessages
import WireCoding

/// Long frames are verified or opened by other threads, several at once, and all are worked off in the order in which
/// they came.
extension Connection {
    /// Frames from this length on come as memory that can be kept, in bytes.
    package static let shortestKeptFrame = 32 * 1024

    /// Takes one frame without its four bytes of length.
    package func receive(_ frame: any FrameMemory) {
        guard endReason == nil, blocked == nil else { return }
        let incoming = IncomingFrame(number: nextNumber(), memory: frame)
        frame.withBytes { inspect($0, incoming) }
        if incoming.isReady, intake.isEmpty { return frame.withBytes { receive($0) } }
        enqueue(incoming)
    }

    func enqueue(_ incoming: IncomingFrame) {
        intake.append(incoming)
        bytesElsewhere += incoming.byteCount
    }

    /// So much lies with other threads, or waits for others to join, that no further frame should be taken.
    package var isSaturated: Bool {
        bytesElsewhere >= server.limits.bytesElsewherePerConnection
            || intake.count >= server.limits.framesElsewherePerConnection || hasManyRepliesElsewhere || !joining.isEmpty
    }

    /// So much is being signed or sealed that nothing more should be read.
    private var hasManyRepliesElsewhere: Bool {
        let limits = server.limits
        return repliesElsewhere.byteCount >= limits.bytesElsewherePerConnection
            || repliesElsewhere.byteCount >= limits.replyBytesElsewherePerConnection && repliesElsewhere.count >= 4
    }

    /// Hands a long frame to another thread, where that is worth its while and its keys are there.
    private func inspect(_ frame: UnsafeRawBufferPointer, _ incoming: IncomingFrame) {
        guard frame.count >= Self.shortestKeptFrame, case .done = negotiation else { return }
        let (host, number, memory) = (host, incoming.number, incoming.memory)
        if frame[0] == 0xFD {
            guard let (session, cipher) = sealer(of: frame), let shared = cipher.shared,
                frame.count >= cipher.bytesWorthAThread
            else { return }
            incoming.sealing = session
            incoming.isReady = !host.compute {
                host.wake(.inspected(frame: number, .opened(Self.open(memory, with: shared))))
            }
        } else {
            // The messages of a compound are signed each for itself; a log-in and a CANCEL are looked at by their own
            // commands.
            guard !isSMB1(frame), let header = header(of: frame), header.nextCommand == 0, header.command == .write,
                header.flags.contains(.signed), let signer = sessions[header.sessionID]?.signer(on: self),
                frame.count >= signer.bytesWorthAThread
            else { return }
            incoming.signer = signer
            let received = SMBCryptography.MessageSignature(of: frame)
            let job = SharedSigner.Job { body in
                memory.withBytes { body($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
            } done: { signature in
                let isValid = if let signature, let received { signature.matches(received) } else { false }
                host.wake(.inspected(frame: number, .verified(isValid)))
            }
            incoming.isReady = !signer.shared.submit(job) { host.compute($0) }
        }
    }

    private static func open(_ frame: any FrameMemory, with shared: SharedCipher) -> OpenedFrame? {
        OpenedFrame(byteCount: max(0, frame.byteCount - SMB2TransformHeader.byteCount)) { target in
            var target = MutableRawSpan(_unsafeBytes: target)
            var isOpened = false
            frame.withBytes { bytes in
                isOpened = shared.lend { $0.open(RawSpan(_unsafeBytes: bytes), into: &target) } ?? false
            }
            return isOpened
        }
    }

    /// Another thread has looked at a frame.
    func inspected(_ number: UInt64, _ inspection: Inspection) {
        intake.first { $0.number == number }?.take(inspection)
    }

    /// Replies of so many bytes are sent before further frames of the intake are worked off.
    private static let longestBurst = 512 * 1024

    /// Frames wait here that may be worked off: ``continueIntake()``.
    package var hasReadyFrames: Bool {
        endReason == nil && blocked == nil && !hasManyRepliesElsewhere && intake.first?.isReady == true
    }

    /// Works off some of them. The host calls it while there are any and the peer takes its replies.
    package func continueIntake() { drainIntake(mayBlock: false) }

    /// Works off the frames that may be, in their order, until their replies are many.
    func drainIntake(mayBlock: Bool) {
        while hasReadyFrames {
            let first = intake.removeFirst()
            bytesElsewhere -= first.byteCount
            workOff(first, mayBlock)
            if output.bytes.count + output.payloadByteCount >= Self.longestBurst { return }
        }
    }

    private func workOff(_ incoming: IncomingFrame, _ mayBlock: Bool) {
        defer { trimMemory() }
        switch incoming.inspection {
        case nil: incoming.memory.withBytes { workOff($0, mayBlock) }
        case .verified(let isValid):
            incoming.memory.withBytes { frame in
                guard isWellFormed(frame) else { return }
                var work = FrameWork(reply: beginFrame())
                work.signature = incoming.signer.map { CheckedSignature(signer: $0, isValid: isValid) }
                run(&work, frame, mayBlock: mayBlock, resumed: nil)
            }
        case .opened(let message):
            guard message != nil, let session = incoming.sealing else { return end(.badSeal) }
            incoming.memory.withBytes { workOff(opened: $0, of: session, mayBlock) }
        }
    }
}

/// A frame on its way to be worked off.
final class IncomingFrame {
    let number: UInt64
    private(set) var memory: any FrameMemory
    /// As it was received.
    let byteCount: Int
    /// Nobody looks at it any more.
    var isReady = true
    /// What another thread has found; nil where none was asked.
    var inspection: Inspection?
    /// With whose key it is verified.
    var signer: MessageSigner?
    /// With whose it is opened.
    var sealing: Session?

    init(number: UInt64, memory: any FrameMemory) {
        self.number = number
        self.memory = memory
        byteCount = memory.byteCount
    }

    /// What it opened to takes the place of what was received.
    func take(_ inspection: Inspection) {
        self.inspection = inspection
        isReady = true
        if case .opened(let message?) = inspection { memory = message }
    }
}

/// What another thread has found out about a frame.
package enum Inspection: Sendable {
    /// Whether its only message carries the signature that it should.
    case verified(Bool)
    /// The message that it has sealed; nil where it is not what the other side has sealed.
    case opened((any FrameMemory)?)
}

/// That a frame's only message was verified before it was looked at.
struct CheckedSignature {
    let signer: MessageSigner
    let isValid: Bool
}

extension MessageSigner {
    /// From how many bytes of a request on another thread is worth the two hops, which cost some ten microseconds, and the
    /// way of the bytes to its core and back, which for the Galois code is what the code itself costs.
    var bytesWorthAThread: Int { algorithm == .aes128GMAC ? 2 * 1024 * 1024 : 32 * 1024 }

    /// The same of a reply: the loop meanwhile sends those before it, which is most of its work.
    var replyBytesWorthAThread: Int { algorithm == .aes128GMAC ? 256 * 1024 : 32 * 1024 }
}

extension MessageCipher {
    /// From how many bytes on another thread is worth the two hops.
    var bytesWorthAThread: Int { cipher.isCCM ? 32 * 1024 : 128 * 1024 }
}
