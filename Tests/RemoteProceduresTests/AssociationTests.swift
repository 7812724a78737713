@testable import RemoteProcedures
import Testing
import WindowsTypes
import WireCoding

@Suite("A pipe's conversation — [C706] 12, [MS-RPCE] 3.3")
struct AssociationTests {
    @Test("a bind is acknowledged with the smaller limits, a group and the pipe's name")
    func binds() throws {
        var conversation = Conversation()
        let answer = try conversation.bind(receive: 2000)
        #expect(answer.maximumTransmit == 2000)
        #expect(answer.maximumReceive == 4280)
        #expect(answer.associationGroup == 77)
        #expect(answer.secondaryAddress == Array("\\PIPE\\srvsvc".utf8))
        #expect(answer.results == [.accepted(.ndr)])
    }

    @Test("presentation contexts are accepted one by one")
    func contexts() throws {
        let features = SyntaxIdentifier(GUID(0x6CB7_1C2C, 0x9812, 0x4540, 0x0300_0000_0000_0000), 1)
        let srvsvc = ServerService.identifier
        let later = SyntaxIdentifier(srvsvc.uuid, 3, 1)
        let other = SyntaxIdentifier(srvsvc.uuid, 4)
        let rows: [(SyntaxIdentifier, [SyntaxIdentifier], BindResult)] = [
            (srvsvc, [.ndr], .accepted(.ndr)),
            (srvsvc, [.ndr64, .ndr], .accepted(.ndr)),
            (srvsvc, [.ndr64], .refused(.transferSyntaxesNotSupported)),
            (srvsvc, [features], .refused(.transferSyntaxesNotSupported)),
            (srvsvc, [], .refused(.transferSyntaxesNotSupported)),
            (later, [.ndr], .refused(.abstractSyntaxNotSupported)),
            (other, [.ndr], .refused(.abstractSyntaxNotSupported)),
            // wkssvc is another pipe's.
            (WorkstationService.identifier, [.ndr], .refused(.abstractSyntaxNotSupported)),
        ]
        let request = BindRequest(
            contexts: rows.enumerated().map {
                PresentationContext(
                    id: UInt16($0.offset), interface: $0.element.0, transferSyntaxes: $0.element.1)
            })
        var conversation = Conversation()
        let packets = try conversation.exchange(
            Conversation.packet(PacketHeader(.bind, callID: 9)) { request.write(to: &$0) })
        #expect(packets.count == 1)
        #expect(packets[0].header.callID == 9)
        #expect(try packets[0].acknowledgment.results == rows.map(\.2))
        // What was refused cannot be called.
        let fault = try conversation.exchange(Conversation.request(15, context: 2))[0]
        #expect(try fault.fault.fault == .unknownInterface)
        #expect(fault.header.flags.contains(.didNotExecute))
    }

    @Test("alter_context adds a context")
    func alters() throws {
        var conversation = Conversation("wkssvc")
        try conversation.bind(WorkstationService.identifier)
        let request = BindRequest(contexts: [PresentationContext(id: 5, interface: WorkstationService.identifier)])
        let packets = try conversation.exchange(
            Conversation.packet(PacketHeader(.alterContext, callID: 3)) { request.write(to: &$0) })
        #expect(packets[0].header.kind == .alterContextResponse)
        #expect(try packets[0].acknowledgment.results == [.accepted(.ndr)])
        #expect(try packets[0].acknowledgment.secondaryAddress.isEmpty)
    }

    @Test("binds that are refused as a whole")
    func refusals() throws {
        let context = PresentationContext(id: 0, interface: ServerService.identifier)
        let good = BindRequest(contexts: [context])
        let rows: [(PacketHeader, BindRequest, BindRefusal.Reason)] = [
            (PacketHeader(.bind, authenticationLength: 8, callID: 1), good, .authenticationTypeNotRecognized),
            (PacketHeader(.bind, callID: 1), BindRequest(contexts: []), .notSpecified),
            (PacketHeader(.bind, callID: 1), BindRequest(maximumReceive: 1431, contexts: [context]), .notSpecified),
            (PacketHeader(.bind, flags: .firstFragment, callID: 1), good, .notSpecified),
        ]
        for (header, request, reason) in rows {
            var conversation = Conversation()
            let packets = try conversation.exchange(Conversation.packet(header) { request.write(to: &$0) })
            #expect(packets.count == 1)
            #expect(try packets[0].refusal.reason == reason)
        }
        var old = Conversation.packet(PacketHeader(.bind, callID: 1)) { good.write(to: &$0) }
        old[0] = 4
        var conversation = Conversation()
        conversation.association.write(old)
        let answer = conversation.association.read(100)
        let bytes = try #require(answer).bytes
        #expect(try Conversation.Packet(bytes).refusal.reason == .protocolVersionNotSupported)
        #expect(conversation.association.isOver)
    }

    @Test("a request that comes byte by byte is the same request")
    func dribbles() throws {
        var conversation = Conversation()
        try conversation.bind()
        let request = Conversation.request(99)
        for byte in request.dropLast() {
            #expect(try conversation.exchange([byte]).isEmpty)
        }
        #expect(try conversation.exchange([request[request.count - 1]])[0].fault.fault == .unknownOperation)
    }

    @Test("arguments in fragments are put together, results that are too long are cut in fragments")
    func fragments() throws {
        var conversation = Conversation()
        try conversation.bind(receive: 1432)
        var writer = NDRWriter()
        writer.pointer(true)
        writer.string(String(repeating: "x", count: 2000))
        writer.integer(UInt32(101))
        let stub = writer.bytes
        let first = Conversation.request(21, Array(stub[..<2000]), flags: .firstFragment)
        let middle = Conversation.request(21, Array(stub[2000..<3000]), flags: [])
        #expect(try conversation.exchange(first + middle).isEmpty)
        #expect(conversation.association.bufferedBytes == 3000)
        let last = try conversation.exchange(Conversation.request(21, Array(stub[3000...]), flags: .lastFragment))
        #expect(last.map(\.header.kind) == [.response])
        #expect(conversation.association.bufferedBytes == 0)
    }

    @Test("long results are several messages of the pipe, each within what the client takes")
    func longResults() throws {
        let shares = (0..<200).map { SharedResource(name: "share\($0)", comment: String(repeating: "c", count: 20)) }
        var description = Conversation.description
        description.shares = shares
        var conversation = Conversation()
        conversation.association = InterfaceRegistry(description.interfaces).makeAssociation(
            pipe: "srvsvc", number: 1, caller: RPCCaller(name: "", isAuthenticated: false))
        try conversation.bind(receive: 1432)
        var arguments = NDRWriter()
        ServiceTests.enumeration(level: 1, &arguments)
        let packets = try conversation.exchange(Conversation.request(15, arguments.bytes))
        #expect(packets.count > 5)
        var length = 0
        for packet in packets.reversed() {
            #expect(packet.bytes.count <= 1432)
            length += try packet.response.stub.count
            // "…alloc_hint: how many bytes are still to come", this fragment's among them.
            #expect(try packet.response.allocationHint == UInt32(length))
        }
    }

    @Test("a message is read in parts, and a stream does not stop at its end")
    func reads() throws {
        var conversation = Conversation()
        try conversation.bind()
        let request = Conversation.request(99)
        conversation.association.write(request + request)
        #expect(conversation.association.unreadMessages == 2)
        #expect(conversation.association.unreadBytes == 64)
        #expect(conversation.association.peek(8).count == 8)
        let first = conversation.association.read(10)
        #expect(first?.bytes.count == 10 && first?.isCut == true)
        #expect(conversation.association.nextMessageBytes == 22)
        let rest = conversation.association.read(100)
        #expect(rest?.bytes.count == 22 && rest?.isCut == false)
        conversation.association.write(request)
        conversation.association.write(request)
        let stream = conversation.association.read(40, isStream: true)
        #expect(stream?.bytes.count == 40 && stream?.isCut == false)
        let end = conversation.association.read(40, isStream: true)
        #expect(end?.bytes.count == 40 && end?.isCut == false)
        let last = conversation.association.read(40, isStream: true)
        #expect(last?.bytes.count == 16)
        let nothing = conversation.association.read(40)
        #expect(nothing == nil)
    }

    @Test(
        "what has no place ends the conversation with a fault",
        arguments: [
            ("a request before the bind", false, Conversation.request(15)),
            ("a response", true, Conversation.packet(PacketHeader(.response, callID: 1)) { $0.zeros(8) }),
            ("an auth3", true, Conversation.packet(PacketHeader(.auth3, callID: 1)) { $0.zeros(8) }),
            ("a fragment without its first", true, Conversation.request(15, [1, 2, 3, 4], flags: .lastFragment)),
            (
                "a second call among a first one's fragments", true,
                Conversation.request(15, flags: .firstFragment) + Conversation.request(15, callID: 3)
            ),
            (
                "a fragment of another operation", true,
                Conversation.request(15, flags: .firstFragment) + Conversation.request(16, flags: .lastFragment)
            ),
            ("a request without its fields", true, Conversation.packet(PacketHeader(.request, callID: 1)) { $0.zeros(4) }),
        ])
    func protocolErrors(name: String, isBound: Bool, bytes: [UInt8]) throws {
        var conversation = Conversation()
        if isBound { try conversation.bind() }
        let packets = try conversation.exchange(bytes)
        #expect(try packets.map { try $0.fault.fault } == [.protocolError], "\(name)")
        #expect(conversation.association.isOver)
        #expect(try conversation.exchange(Conversation.request(99)).isEmpty)
    }

    @Test("big endian is refused, and a length that no packet has ends the conversation")
    func badHeaders() throws {
        var conversation = Conversation()
        try conversation.bind()
        var request = Conversation.request(99)
        request[4] = 0
        #expect(try conversation.exchange(request)[0].fault.fault == .protocolError)
        for length in [0, 15, 5841, 65_535] {
            var conversation = Conversation()
            var request = Conversation.request(99)
            request[8] = UInt8(length & 0xFF)
            request[9] = UInt8(length >> 8)
            #expect(try conversation.exchange(request).isEmpty)
            #expect(conversation.association.isOver)
        }
    }

    @Test("arguments without end, and results that nobody reads, have a limit")
    func limits() throws {
        var limits = AssociationLimits()
        limits.argumentBytes = 10_000
        limits.unreadBytes = 1000
        var conversation = Conversation(limits: limits)
        try conversation.bind()
        let piece = [UInt8](repeating: 0, count: 4000)
        #expect(try conversation.exchange(Conversation.request(15, piece, flags: .firstFragment)).isEmpty)
        #expect(try conversation.exchange(Conversation.request(15, piece, flags: [])).isEmpty)
        let packets = try conversation.exchange(Conversation.request(15, piece, flags: []))
        #expect(try packets.map { try $0.fault.fault } == [.noMemory])

        var other = Conversation(limits: limits)
        try other.bind()
        for _ in 0..<1000 { other.association.write(Conversation.request(99)) }
        #expect(other.association.isOver)
        #expect(other.association.bufferedBytes < 1100)
    }

    @Test("an orphaned call is dropped")
    func orphans() throws {
        var conversation = Conversation()
        try conversation.bind()
        let bytes =
            Conversation.request(15, flags: .firstFragment)
            + Conversation.packet(PacketHeader(.orphaned, callID: 2)) { _ in } + Conversation.request(99)
        #expect(try conversation.exchange(bytes).map { try $0.fault.fault } == [.unknownOperation])
    }

    @Test(
        "pipes are found with and without their prefix",
        arguments: [
            ("srvsvc", "srvsvc"), ("SRVSVC", "srvsvc"), ("\\srvsvc", "srvsvc"), ("\\PIPE\\wkssvc", "wkssvc"),
            ("PIPE\\WKSSVC", "wkssvc"), ("spoolss", nil), ("", nil), ("\\", nil), ("\\PIPE\\", nil), ("srvsvc\\x", nil),
        ] as [(String, String?)])
    func names(name: String, found: String?) {
        #expect(InterfaceRegistry(Conversation.description.interfaces).pipe(named: name) == found)
    }
}
