import WireCoding

extension Association {
    /// The shortest packet that everybody must take, in bytes: MustRecvFragSize — [C706] 12.6.3.1
    private static let mandatoryPacketBytes: UInt16 = 1432

    /// bind — [C706] 12.6.4.3, [MS-RPCE] 3.3.1.5.3
    mutating func bind(_ header: PacketHeader, _ reader: inout WireReader) throws(WireError) {
        guard transmitLimit == nil else { return end(header) }
        guard header.authenticationLength == 0 else {
            // The session has authenticated already; a second time inside the pipe is not offered.
            send(BindRefusal(.authenticationTypeNotRecognized), to: header)
            return
        }
        let request = try BindRequest(parsing: &reader)
        guard header.flags.contains(.whole), !request.contexts.isEmpty,
            request.maximumReceive >= Self.mandatoryPacketBytes
        else {
            send(BindRefusal(.notSpecified), to: header)
            return
        }
        transmitLimit = Int(min(request.maximumReceive, limits.packetBytes))
        acknowledge(request, header, secondaryAddress: Array("\\PIPE\\\(pipe)".utf8))
    }

    /// alter_context: more interfaces on a pipe that is bound — [C706] 12.6.4.1
    mutating func alterContext(_ header: PacketHeader, _ reader: inout WireReader) throws(WireError) {
        guard transmitLimit != nil, header.authenticationLength == 0 else { return end(header) }
        let request = try BindRequest(parsing: &reader)
        guard header.flags.contains(.whole), !request.contexts.isEmpty else { return end(header) }
        acknowledge(request, header, secondaryAddress: [])
    }

    private mutating func acknowledge(_ request: BindRequest, _ header: PacketHeader, secondaryAddress: [UInt8]) {
        let results = request.contexts.map { take($0) }
        let transmit = UInt16(clamping: transmitLimit ?? Int(limits.packetBytes))
        send(
            BindAcknowledgment(
                maximumTransmit: transmit, maximumReceive: min(request.maximumTransmit, limits.packetBytes),
                associationGroup: request.associationGroup == 0 ? number : request.associationGroup,
                secondaryAddress: secondaryAddress, results: results),
            to: header)
    }

    /// What becomes of one presentation context.
    ///
    /// The features that [MS-RPCE] 2.2.2.14 lets a client ask about look like a transfer syntax that nobody has, and so
    /// they are answered: none of them is offered.
    private mutating func take(_ context: PresentationContext) -> BindResult {
        guard let interface = interfaces.first(where: { $0.identifier.serves(context.interface) }) else {
            return .refused(.abstractSyntaxNotSupported)
        }
        guard context.transferSyntaxes.contains(.ndr) else { return .refused(.transferSyntaxesNotSupported) }
        guard contexts[context.id] != nil || contexts.count < limits.contexts else {
            return .refused(.localLimitExceeded)
        }
        contexts[context.id] = interface.makeService(caller)
        return .accepted(.ndr)
    }
}
