package import WindowsTypes
package import WireCoding

/// The body of a request: one fragment of a call's arguments — [C706] 12.6.4.9
package struct RequestPacket: Equatable, Sendable {
    /// How many bytes of arguments follow in this and all later fragments; 0 where the client does not say.
    package var allocationHint: UInt32
    package var contextID: UInt16
    package var operation: UInt16
    /// Only with ``PacketFlags/objectUUID``.
    package var object: GUID?
    package var stub: [UInt8]

    package init(
        allocationHint: UInt32 = 0, contextID: UInt16, operation: UInt16, object: GUID? = nil, stub: [UInt8]
    ) {
        self.allocationHint = allocationHint
        self.contextID = contextID
        self.operation = operation
        self.object = object
        self.stub = stub
    }

    package init(parsing reader: inout WireReader, flags: PacketFlags) throws(WireError) {
        allocationHint = try reader.integer()
        contextID = try reader.integer()
        operation = try reader.integer()
        object = flags.contains(.objectUUID) ? try GUID(parsing: &reader) : nil
        stub = try reader.array(reader.remaining)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(allocationHint)
        writer.integer(contextID)
        writer.integer(operation)
        object?.write(to: &writer)
        writer.append(stub)
    }
}

/// The body of a response: one fragment of a call's results — [C706] 12.6.4.10
package struct ResponsePacket: Equatable, Sendable {
    /// Bytes before the results: the header's and these fields'.
    package static let prefixByteCount = PacketHeader.byteCount + 8

    /// How many bytes of results follow in this and all later fragments.
    package var allocationHint: UInt32
    package var contextID: UInt16
    package var stub: [UInt8]

    package init(allocationHint: UInt32, contextID: UInt16, stub: [UInt8]) {
        self.allocationHint = allocationHint
        self.contextID = contextID
        self.stub = stub
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        allocationHint = try reader.integer()
        contextID = try reader.integer()
        try reader.skip(2)
        stub = try reader.array(reader.remaining)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(allocationHint)
        writer.integer(contextID)
        writer.integer(UInt16(0))
        writer.append(stub)
    }
}

/// The body of a fault: why a call has no results — [C706] 12.6.4.7
package struct FaultPacket: Equatable, Sendable {
    package var contextID: UInt16
    package var fault: RPCFault

    package init(contextID: UInt16, fault: RPCFault) {
        self.contextID = contextID
        self.fault = fault
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        contextID = try reader.integer()
        try reader.skip(2)
        fault = RPCFault(rawValue: try reader.integer())
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(UInt32(0))
        writer.integer(contextID)
        writer.integer(UInt16(0))
        writer.integer(fault.rawValue)
        writer.integer(UInt32(0))
    }
}
