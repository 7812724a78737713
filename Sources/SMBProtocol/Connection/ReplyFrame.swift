import AccessArbitration
import SMBCryptography
import SMBMessages
import WireCoding

/// The answer to one frame while it is made: where it and its messages begin in the connection's output.
struct ReplyFrame {
    /// Of the frame's four bytes of length, in the output.
    var start: Int
    /// Of the header of the message that was begun last; nil before the first.
    var message: Int?
    /// Signs that message; nil leaves it unsigned.
    var signer: MessageSigner?
    /// The session that seals the frame; nil sends it in clear.
    var sealing: Session?
    /// What the message's bytes are hashed into when it is complete; nil for almost all.
    var hashing: Hashing?
    /// Granted by all of the frame's messages, put on the last response.
    var credits: UInt16 = 0
    /// Follows the last message.
    var payload: (any PayloadBuffer)?
    var payloadCount = 0
    /// The frame leaves when all are open.
    var gates: [Gate] = []

    init(start: Int) { self.start = start }

    /// Whose preauthentication hash a response belongs to.
    enum Hashing {
        case connection
        case session(Session)
        case binding(SessionID)
    }
}

/// Frames that are ready to be sent: bytes, and the places at which data that lies elsewhere belongs.
package struct Output {
    package var bytes: [UInt8] = []
    /// In the order of their positions.
    package private(set) var payloads: [(position: Int, buffer: any PayloadBuffer)] = []
    /// Of all payloads.
    package private(set) var payloadByteCount = 0

    package init() {}

    /// Puts data behind what has been written.
    mutating func append(_ payload: any PayloadBuffer, byteCount: Int) {
        payloads.append((bytes.count, payload))
        payloadByteCount += byteCount
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Forgets what has been sent and keeps the memory, unless that has become large.
    package mutating func reset() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 256 * 1024)
        payloads.removeAll(keepingCapacity: true)
        payloadByteCount = 0
    }
}
