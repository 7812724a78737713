package import AccessArbitration
import FileSystemModel
import SMBCryptography
import SMBMessages
import WindowsTypes

/// What wakes a connection: handed to its host from any thread, and by the host to ``Connection/wake(_:)`` where the
/// connection runs.
package enum Wake: Sendable {
    /// A ticket that a request waits for is settled.
    case ticket(request: UInt64, Ticket.Resumption)
    /// A gate that a frame waits for is open.
    case gate(frame: UInt64)
    /// Another thread has looked at a frame that was received.
    case inspected(frame: UInt64, Inspection)
    /// Another thread has signed or sealed a reply: its bytes before the payload, nil where that failed.
    case protected(frame: UInt64, [UInt8]?)
    /// The connection runs with that host's, one at a time.
    case joined(any ConnectionHost)
    /// Another connection of the same user has taken the session's place; the gate is passed when it is gone.
    case expire(session: UInt64, Gate)

    /// For a connection that is gone, and everything that it had with it: nobody waits for it in vain.
    package func abandon() {
        if case .expire(_, let gate) = self { gate.pass() }
    }
}

/// One frame of requests that has not been worked off: its bytes, which are the connection's own, and how far it got.
struct FrameWork {
    /// Where the next message begins.
    var position = 0
    var chain = CompoundChain()
    /// Whether that is the frame's first.
    var isFirst = true
    /// The message at the position has used its id and been granted its credits: it goes on elsewhere.
    var isAdmitted = false
    /// The message at the position and all behind it, where the client has been told that their answers come later.
    var announced: [Announced] = []
    var reply: ReplyFrame
    /// The session that has sealed the frame, and whose answer to it is sealed.
    var sealing: Session?
    /// Set where the frame's only message has been verified elsewhere.
    var signature: CheckedSignature?
    /// The reply's frame so far, where it was taken out of the output.
    var heldReply: [UInt8] = []

    init(reply: ReplyFrame) { self.reply = reply }
}

/// A request that has had its interim response.
struct Announced {
    let asyncID: AsyncID
    let messageID: MessageID
}

/// A request that waits for a ticket.
final class PendingRequest {
    /// Also its AsyncId.
    let number: UInt64
    let command: Command
    let messageID: MessageID
    /// The request, and behind it those of its compound that are related to it.
    let bytes: [UInt8]
    let work: FrameWork
    let ticket: Ticket
    let tree: TreeConnection
    /// Kept: the answer is the session's, even when that has ended meanwhile.
    let session: Session
    let progress: (any Sendable)?
    /// Signs its answer, even when the session has ended meanwhile and its keys are gone.
    let signer: MessageSigner?
    /// What it comes to when its tree connect or its session goes: a lock was never there to be had, as when its handle
    /// is closed.
    var ending: FileSystemError { command == .lock ? .rangeNotLocked : .cancelled }
    /// What the ticket came to.
    var resumption: Ticket.Resumption = .retry
    /// Its place in its open's counts.
    var outstanding: OutstandingRequest?
    /// Of answers that are not to leave before this one.
    var awaited: [Gate] = []

    /// For a request that waits once more.
    func takeOver(from earlier: PendingRequest) {
        (outstanding, earlier.outstanding) = (earlier.outstanding, nil)
        (awaited, earlier.awaited) = (earlier.awaited, [])
    }

    /// The request has been answered, or never will be.
    func conclude() {
        outstanding?.completed()
        outstanding = nil
        for gate in awaited { gate.pass() }
        awaited = []
    }

    init(
        number: UInt64, command: Command, messageID: MessageID, bytes: [UInt8], work: FrameWork, ticket: Ticket,
        tree: TreeConnection, session: Session, progress: (any Sendable)?, signer: MessageSigner?
    ) {
        self.number = number
        self.command = command
        self.messageID = messageID
        self.bytes = bytes
        self.work = work
        self.ticket = ticket
        self.tree = tree
        self.session = session
        self.progress = progress
        self.signer = signer
    }
}

/// A frame that is ready but for its gates.
final class HeldFrame {
    var bytes: [UInt8]
    let payload: (any PayloadBuffer)?
    let payloadCount: Int
    var closedGates: Int
    /// Another thread has its payload.
    let isElsewhere: Bool
    /// Of answers that are not to leave before this one.
    var awaited: [Gate] = []

    init(bytes: [UInt8], payload: (any PayloadBuffer)?, payloadCount: Int, closedGates: Int, isElsewhere: Bool) {
        self.isElsewhere = isElsewhere
        self.bytes = bytes
        self.payload = payload
        self.payloadCount = payloadCount
        self.closedGates = closedGates
    }

    /// Lets those leave that wait for it.
    func conclude() {
        for gate in awaited { gate.pass() }
        awaited = []
    }
}

/// A frame that goes on where it may block: its bytes, and how far it got.
struct BlockedWork {
    let bytes: [UInt8]
    let work: FrameWork
    /// The request at the position, where it has waited for a ticket before.
    let resumed: PendingRequest?
}
