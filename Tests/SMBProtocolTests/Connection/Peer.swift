import FileSystemCore
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

/// One message of a reply, taken apart as far as its header.
struct Reply {
    let header: SMB2Header
    /// From its header to the next one's.
    let bytes: [UInt8]

    /// Whether its frame was sealed.
    var isSealed = false

    var status: NTStatus { header.status }

    func body<Body: SMB2Body>(_ type: Body.Type = Body.self) throws -> Body { try Body(message: bytes.span.bytes) }
}

extension Connection {
    var opens: [SMBOpen] { sessions.values.flatMap(\.opens.values) }
}

/// A client that speaks to a connection without a socket between them.
final class Peer {
    let host = TestHost()
    let connection: Connection
    var nextMessageID: UInt64 = 0
    var sessionID = SessionID.none
    var treeID = TreeID.none
    var signer: MessageSigner?
    /// What NEGOTIATE has chosen.
    var dialect = Dialect.smb202
    var signing = SMBCryptography.SigningAlgorithm.hmacSHA256
    var cipherName: SMBCipher?
    /// After a log-in with a cipher.
    var cipher: MessageCipher?
    /// Frames are sealed, and nothing is signed.
    var seals = false
    /// Of the connection, and, beginning with it, of each log-in.
    var preauthentication = PreauthIntegrityHash()
    var clientGUID = GUID.zero
    /// All frames that were sent, for replays.
    var sent: [[UInt8]] = []

    init(_ server: TestServer) {
        connection = Connection(server: server.context, client: "test", host: host)
    }

    // MARK: Frames

    /// Sends a frame (without its length) and returns the messages of all frames that come back.
    @discardableResult
    func send(_ frame: [UInt8]) throws -> [Reply] {
        let frame = seals ? try sealed(frame) : frame
        sent.append(frame)
        frame.withUnsafeBytes { connection.receive($0) }
        return try replies()
    }

    /// Lets everything happen that waits for its turn, and returns what was sent meanwhile.
    @discardableResult
    func settle() throws -> [Reply] {
        while true {
            let wakes = host.takeWakes()
            guard !wakes.isEmpty else { return try replies() }
            for wake in wakes { connection.wake(wake) }
            while connection.hasReadyFrames { connection.continueIntake() }
        }
    }

    /// The bytes that the connection has sent, put together.
    func takeBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        var position = 0
        for payload in connection.output.payloads {
            bytes += connection.output.bytes[position..<payload.position]
            payload.buffer.withBytes { bytes += $0 }
            position = payload.position
        }
        bytes += connection.output.bytes[position...]
        connection.output.reset()
        return bytes
    }

    func replies() throws -> [Reply] {
        let bytes = takeBytes()
        var frames = WireReader(bytes.span.bytes)
        var replies: [Reply] = []
        while !frames.isAtEnd {
            let length: UInt32 = try frames.bigEndianInteger()
            var frame = try frames.array(Int(length))
            let isSealed = frame.first == 0xFD
            if isSealed {
                let isOpen = cipher?.open(&frame, in: 0..<frame.count) == true
                try #require(isOpen, "a sealed reply opens")
                frame.removeFirst(SMB2TransformHeader.byteCount)
            }
            var position = 0
            while true {
                let rest = Array(frame[position...])
                var reader = WireReader(rest.span.bytes)
                let header = try SMB2Header(parsing: &reader)
                let count = header.nextCommand == 0 ? rest.count : Int(header.nextCommand)
                replies.append(Reply(header: header, bytes: Array(rest[..<count]), isSealed: isSealed))
                guard header.nextCommand != 0 else { break }
                position += count
            }
        }
        return replies
    }

    /// A frame in its seal.
    func sealed(_ frame: [UInt8]) throws -> [UInt8] {
        var writer = WireWriter()
        SMB2TransformHeader(originalMessageSize: UInt32(frame.count), sessionID: sessionID).write(to: &writer)
        writer.append(frame)
        let isSealed = try #require(cipher).seal(&writer.bytes, in: 0..<writer.bytes.count)
        try #require(isSealed)
        return writer.bytes
    }

    // MARK: Requests

    /// A message with the next id.
    func message(
        _ command: Command, _ body: (inout WireWriter) -> Void, flags: HeaderFlags = [], credits: UInt16 = 1,
        messageID: UInt64? = nil, sessionID: SessionID? = nil, treeID: TreeID? = nil, asyncID: AsyncID? = nil,
        signed: Bool? = nil, next: Bool = false, charge: UInt16 = 1
    ) -> [UInt8] {
        let id = messageID ?? nextMessageID
        if messageID == nil, command != .cancel { nextMessageID += UInt64(max(1, charge)) }
        let signs = (signed ?? (signer != nil && !seals)) && signer != nil
        let header = SMB2Header(
            command: command, flags: signs ? flags.union(.signed) : flags, creditCharge: charge, credits: credits,
            messageID: MessageID(rawValue: id), treeID: treeID ?? self.treeID, asyncID: asyncID,
            sessionID: sessionID ?? self.sessionID)
        var writer = WireWriter()
        header.write(to: &writer)
        body(&writer)
        if next {
            writer.align(to: 8)
            SMB2Header.patchNextCommand(UInt32(writer.count), in: &writer.bytes)
        }
        if signs { _ = signer?.sign(&writer.bytes, in: 0..<writer.bytes.count) }
        return writer.bytes
    }

    func message(
        _ command: Command, _ body: some SMB2Body, flags: HeaderFlags = [], credits: UInt16 = 1,
        messageID: UInt64? = nil,
        sessionID: SessionID? = nil, treeID: TreeID? = nil, asyncID: AsyncID? = nil, signed: Bool? = nil,
        next: Bool = false, charge: UInt16 = 1
    ) -> [UInt8] {
        message(
            command, { body.write(to: &$0) }, flags: flags, credits: credits, messageID: messageID,
            sessionID: sessionID,
            treeID: treeID, asyncID: asyncID, signed: signed, next: next, charge: charge)
    }

    /// Sends one request and returns its one response.
    @discardableResult
    func request(
        _ command: Command, _ body: some SMB2Body, flags: HeaderFlags = [], credits: UInt16 = 1,
        sessionID: SessionID? = nil,
        treeID: TreeID? = nil, signed: Bool? = nil, charge: UInt16 = 1
    ) throws -> Reply {
        let replies = try send(
            message(
                command, body, flags: flags, credits: credits, sessionID: sessionID, treeID: treeID, signed: signed,
                charge: charge))
        guard let reply = replies.first, replies.count == 1 else { throw NoReply(count: replies.count) }
        return reply
    }

    /// Whether a reply says that it is signed, and is.
    func isSigned(_ reply: Reply) -> Bool {
        reply.header.flags.contains(.signed) && signer?.verify(reply.bytes.span.bytes) == true
    }

    struct NoReply: Error { let count: Int }
}
