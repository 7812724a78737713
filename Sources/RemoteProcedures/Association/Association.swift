import WireCoding

/// The server's end of a pipe: bytes that a client writes become packets, packets become calls, and their results are
/// kept until the client reads them — [C706] 9.3, 12; [MS-RPCE] 3.3
///
/// A value without I/O. Packets may be cut across writes and several may stand in one; each packet that is answered is one
/// message of the pipe, which a client reads whole or in parts.
package struct Association: Sendable {
    let pipe: String
    let interfaces: [RemoteInterface]
    /// The association group's number.
    let number: UInt32
    let caller: RPCCaller
    let limits: AssociationLimits

    /// What was written and is no whole packet yet.
    private var inbox: [UInt8] = []
    private var outbox: [[UInt8]] = []
    /// How much of the first message has been read.
    private var outboxOffset = 0
    private(set) var outboxBytes = 0

    /// The longest packet that may be sent; nil before the bind.
    var transmitLimit: Int?
    /// What the client has bound, by its numbers.
    var contexts: [UInt16: any RemoteService] = [:]
    /// The call whose fragments are coming in.
    var incoming: IncomingCall?

    /// The client has left the protocol. What was answered can be read; nothing more is taken.
    package private(set) var isOver = false

    /// Made by ``InterfaceRegistry/makeAssociation(pipe:number:caller:limits:)``.
    init(pipe: String, interfaces: [RemoteInterface], number: UInt32, caller: RPCCaller, limits: AssociationLimits) {
        self.pipe = pipe
        self.interfaces = interfaces
        self.number = number
        self.caller = caller
        self.limits = limits
    }

    // MARK: For the pipe

    /// Bytes that are kept, in both directions.
    package var bufferedBytes: Int { inbox.count + (incoming?.stub.count ?? 0) + outboxBytes - outboxOffset }

    /// Bytes that can be read.
    package var unreadBytes: Int { outboxBytes - outboxOffset }

    package var unreadMessages: Int { outbox.count }

    /// Bytes that can be read of the message that is next.
    package var nextMessageBytes: Int { (outbox.first?.count ?? 0) - outboxOffset }

    /// Takes what a client has written, and executes the calls that are complete with it.
    package mutating func write(_ bytes: some Collection<UInt8>) {
        guard !isOver else { return }
        inbox.append(contentsOf: bytes)
        var position = 0
        while !isOver, let count = packetLength(at: position) {
            guard inbox.count - position >= count else { break }
            let packet = Array(inbox[position..<position + count])
            position += count
            receive(packet)
        }
        inbox.removeFirst(isOver ? inbox.count : position)
    }

    /// Up to `count` bytes of the message that is next; nil where there is none.
    ///
    /// - Parameter isStream: goes on with the following messages.
    package mutating func read(_ count: Int, isStream: Bool = false) -> (bytes: [UInt8], isCut: Bool)? {
        guard !outbox.isEmpty else { return nil }
        var result: [UInt8] = []
        while result.count < count || result.isEmpty, let message = outbox.first {
            let end = min(message.count, outboxOffset + count - result.count)
            result += message[outboxOffset..<end]
            guard end == message.count else {
                outboxOffset = end
                return (result, !isStream)
            }
            outbox.removeFirst()
            outboxBytes -= message.count
            outboxOffset = 0
            if !isStream || count == 0 { break }
        }
        return (result, false)
    }

    /// What ``read(_:isStream:)`` would return, which stays.
    package func peek(_ count: Int) -> [UInt8] {
        guard let message = outbox.first else { return [] }
        return Array(message[outboxOffset...].prefix(count))
    }

    // MARK: Packets

    /// The length of the packet that begins there; nil where not even that can be said yet. A length that no packet has
    /// ends the association.
    private mutating func packetLength(at position: Int) -> Int? {
        let lengthAt = position + PacketHeader.lengthOffset
        guard inbox.count >= position + PacketHeader.byteCount else { return nil }
        let length = Int(inbox[lengthAt]) | Int(inbox[lengthAt + 1]) << 8
        guard length >= PacketHeader.byteCount, length <= Int(limits.packetBytes) else {
            isOver = true
            return nil
        }
        return length
    }

    private mutating func receive(_ packet: [UInt8]) {
        do throws(WireError) {
            var reader = WireReader(packet.span.bytes)
            let header = try PacketHeader(parsing: &reader)
            try receive(header, &reader)
        } catch {
            refuse(packet)
        }
    }

    /// Answers that may lie unread.
    private static let maximumUnread = 1024

    private mutating func receive(_ header: PacketHeader, _ reader: inout WireReader) throws(WireError) {
        // Who does not read is not answered without end.
        guard outboxBytes < limits.unreadBytes, outbox.count < Self.maximumUnread else { return end(header, .noMemory) }
        switch header.kind {
        case .bind: try bind(header, &reader)
        case .alterContext: try alterContext(header, &reader)
        case .request: try request(header, &reader)
        // The call runs to its end at once; there is nothing left to cancel — [C706] 12.6.4.6
        case .cancel: break
        case .orphaned: if incoming?.header.callID == header.callID { incoming = nil }
        default: end(header)
        }
    }

    /// A packet that could not be decoded is answered after its kind, and is the last one.
    private mutating func refuse(_ packet: [UInt8]) {
        let kind = PacketKind(rawValue: packet[2])
        let callID = (12..<16).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(packet[$1]) }
        let isLittleEndian = packet[4] & 0xF0 == 0x10
        let header = PacketHeader(kind, callID: isLittleEndian ? callID : callID.byteSwapped)
        if kind == .bind {
            send(BindRefusal(packet[0] == 5 ? .notSpecified : .protocolVersionNotSupported), to: header)
            isOver = true
        } else {
            end(header)
        }
    }

    /// The client has sent what has no place: it is told so, and nothing more is taken.
    mutating func end(_ header: PacketHeader, _ fault: RPCFault = .protocolError) {
        send(fault, contextID: 0, to: header)
        incoming = nil
        isOver = true
    }

    // MARK: Answers

    private mutating func send(_ kind: PacketKind, _ flags: PacketFlags, callID: UInt32, _ body: (inout WireWriter) -> Void)
    {
        var writer = WireWriter()
        PacketHeader(kind, flags: flags, callID: callID).write(to: &writer)
        body(&writer)
        PacketHeader.finish(&writer)
        outbox.append(writer.bytes)
        outboxBytes += writer.bytes.count
    }

    mutating func send(_ refusal: BindRefusal, to header: PacketHeader) {
        send(.bindRefusal, .whole, callID: header.callID) { refusal.write(to: &$0) }
    }

    mutating func send(_ acknowledgment: BindAcknowledgment, to header: PacketHeader) {
        let kind: PacketKind = header.kind == .bind ? .bindAcknowledgment : .alterContextResponse
        // "…the server MUST support multiplexing" where it says so; a pipe's calls are executed in their order.
        send(kind, .whole, callID: header.callID) { acknowledgment.write(to: &$0) }
    }

    mutating func send(_ fault: RPCFault, contextID: UInt16, to header: PacketHeader) {
        let flags: PacketFlags = fault.isBeforeExecution ? [.whole, .didNotExecute] : .whole
        send(.fault, flags, callID: header.callID) { FaultPacket(contextID: contextID, fault: fault).write(to: &$0) }
    }

    /// Results in as many fragments as they take: all but the last hold a multiple of eight bytes — [C706] 12.6.3.5
    mutating func send(results: [UInt8], contextID: UInt16, to header: PacketHeader) {
        let room = max(8, ((transmitLimit ?? Int(limits.packetBytes)) - ResponsePacket.prefixByteCount) & ~7)
        var position = 0
        repeat {
            let end = min(results.count, position + room)
            var flags: PacketFlags = []
            if position == 0 { flags.insert(.firstFragment) }
            if end == results.count { flags.insert(.lastFragment) }
            let packet = ResponsePacket(
                allocationHint: UInt32(clamping: results.count - position), contextID: contextID,
                stub: Array(results[position..<end]))
            send(.response, flags, callID: header.callID) { packet.write(to: &$0) }
            position = end
        } while position < results.count
    }
}
