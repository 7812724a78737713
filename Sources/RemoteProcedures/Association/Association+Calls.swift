import WireCoding

/// A call whose arguments are coming in, fragment by fragment.
struct IncomingCall: Sendable {
    /// Of its first fragment.
    let header: PacketHeader
    let contextID: UInt16
    let operation: UInt16
    var stub: [UInt8]
}

extension Association {
    /// request — [C706] 12.6.4.9
    mutating func request(_ header: PacketHeader, _ reader: inout WireReader) throws(WireError) {
        guard transmitLimit != nil, header.authenticationLength == 0 else { return end(header) }
        let packet = try RequestPacket(parsing: &reader, flags: header.flags)
        if header.flags.contains(.firstFragment) {
            // A second call can only begin when the first has all its arguments: fragments of two do not mix here.
            guard incoming == nil else { return end(header) }
            incoming = IncomingCall(
                header: header, contextID: packet.contextID, operation: packet.operation, stub: packet.stub)
        } else {
            guard let call = incoming, call.header.callID == header.callID, call.contextID == packet.contextID,
                call.operation == packet.operation
            else { return end(header) }
            guard call.stub.count + packet.stub.count <= limits.argumentBytes else { return end(header, .noMemory) }
            incoming?.stub += packet.stub
        }
        guard header.flags.contains(.lastFragment), let call = incoming else { return }
        incoming = nil
        guard outboxBytes < limits.unreadBytes else { return end(header, .noMemory) }
        execute(call)
    }

    private mutating func execute(_ call: IncomingCall) {
        guard var service = contexts[call.contextID] else {
            return send(.unknownInterface, contextID: call.contextID, to: call.header)
        }
        var arguments = NDRReader(call.stub)
        var results = NDRWriter()
        do throws(RPCFault) {
            try service.call(call.operation, &arguments, &results)
            contexts[call.contextID] = service
            send(results: results.bytes, contextID: call.contextID, to: call.header)
        } catch {
            contexts[call.contextID] = service
            send(error, contextID: call.contextID, to: call.header)
        }
    }
}
