import HostileInput
import RemoteProcedures
import WindowsTypes
import WireCoding

/// A server with two shares, and what its packets look like from the client's end.
struct Conversation {
    static let description = ServerDescription(
        name: "HOUSE", domain: "STREET", comment: "a comment",
        shares: [
            SharedResource(name: "export", comment: "files"), SharedResource(name: "Zwei"),
            SharedResource(name: "IPC$", kind: [.interprocess, .special], comment: "pipes"),
        ],
        // 2026-11-22 20:34:56.78 UTC
        now: { FileTime(seconds: 1_795_379_696, nanoseconds: 780_000_000) })

    var association: Association
    private var nextCall: UInt32 = 1

    init(_ pipe: String = "srvsvc", limits: AssociationLimits = AssociationLimits()) {
        association = InterfaceRegistry(Self.description.interfaces).makeAssociation(
            pipe: pipe, number: 77, caller: RPCCaller(name: "alice", isAuthenticated: true), limits: limits)
    }

    /// One answer, taken apart as far as its header.
    struct Packet {
        let header: PacketHeader
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) throws {
            self.bytes = bytes
            var reader = WireReader(bytes.span.bytes)
            header = try PacketHeader(parsing: &reader)
            guard Int(bytes[8]) | Int(bytes[9]) << 8 == bytes.count else { throw WireError.invalid("frag_length") }
        }

        func reader<Value>(_ body: (inout WireReader) throws -> Value) throws -> Value {
            var reader = WireReader(bytes.span.bytes)
            try reader.seek(to: PacketHeader.byteCount)
            return try body(&reader)
        }

        var acknowledgment: BindAcknowledgment { get throws { try reader { try BindAcknowledgment(parsing: &$0) } } }
        var refusal: BindRefusal { get throws { try reader { try BindRefusal(parsing: &$0) } } }
        var response: ResponsePacket { get throws { try reader { try ResponsePacket(parsing: &$0) } } }
        var fault: FaultPacket { get throws { try reader { try FaultPacket(parsing: &$0) } } }
    }

    static func packet(_ header: PacketHeader, _ body: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter()
        header.write(to: &writer)
        body(&writer)
        PacketHeader.finish(&writer)
        return writer.bytes
    }

    /// Writes, and returns everything that can be read then.
    mutating func exchange(_ bytes: [UInt8]) throws -> [Packet] {
        association.write(bytes)
        var packets: [Packet] = []
        while let (bytes, isCut) = association.read(65_536) {
            guard !isCut else { throw WireError.invalid("cut") }
            packets.append(try Packet(bytes))
        }
        return packets
    }

    @discardableResult
    mutating func bind(
        _ interface: SyntaxIdentifier = ServerService.identifier, receive: UInt16 = 4280
    ) throws -> BindAcknowledgment {
        let request = BindRequest(
            maximumReceive: receive, contexts: [PresentationContext(id: 0, interface: interface)])
        let packets = try exchange(Self.packet(PacketHeader(.bind, callID: 1)) { request.write(to: &$0) })
        guard packets.count == 1 else { throw WireError.invalid("one answer") }
        return try packets[0].acknowledgment
    }

    static func request(
        _ operation: UInt16, _ stub: [UInt8] = [], context: UInt16 = 0, flags: PacketFlags = .whole, callID: UInt32 = 2
    ) -> [UInt8] {
        packet(PacketHeader(.request, flags: flags, callID: callID)) {
            RequestPacket(contextID: context, operation: operation, stub: stub).write(to: &$0)
        }
    }

    /// Calls, and puts the fragments of the results together.
    mutating func call(_ operation: UInt16, _ arguments: (inout NDRWriter) -> Void) throws -> NDRReader {
        var writer = NDRWriter()
        arguments(&writer)
        let packets = try exchange(Self.request(operation, writer.bytes))
        var results: [UInt8] = []
        for (index, packet) in packets.enumerated() {
            if packet.header.kind == .fault { throw try packet.fault.fault }
            guard packet.header.flags.contains(.firstFragment) == (index == 0),
                packet.header.flags.contains(.lastFragment) == (index == packets.count - 1)
            else { throw WireError.invalid("fragments") }
            results += try packet.response.stub
        }
        return NDRReader(results)
    }
}
