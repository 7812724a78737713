package import WindowsTypes
package import WireCoding

/// Flags of a header — [MS-SMB2] 2.2.1
package struct HeaderFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The message is a response.
    package static let serverToRedir = HeaderFlags(rawValue: 0x0000_0001)
    /// The header carries an AsyncId instead of a TreeId.
    package static let asyncCommand = HeaderFlags(rawValue: 0x0000_0002)
    package static let relatedOperations = HeaderFlags(rawValue: 0x0000_0004)
    package static let signed = HeaderFlags(rawValue: 0x0000_0008)
    /// Three bits that hold a request's priority in dialect 3.1.1.
    package static let priorityMask = HeaderFlags(rawValue: 0x0000_0070)
    package static let dfsOperations = HeaderFlags(rawValue: 0x1000_0000)
    package static let replayOperation = HeaderFlags(rawValue: 0x2000_0000)
}

/// The SMB2 packet header, 64 bytes, in its synchronous and its asynchronous form — [MS-SMB2] 2.2.1
package struct SMB2Header: Equatable, Sendable {
    package static let byteCount = 64
    /// 0xFE 'S' 'M' 'B', read little-endian.
    package static let protocolID: UInt32 = 0x424D_53FE

    package var creditCharge: UInt16
    /// In a response. In a request of the 3.x dialects its low half is the ChannelSequence.
    package var status: NTStatus
    package var command: Command
    /// CreditRequest or CreditResponse.
    package var credits: UInt16
    /// ``HeaderFlags/asyncCommand`` is written as ``asyncID`` demands, whatever stands here.
    package var flags: HeaderFlags
    /// Bytes from this header to the next one of the compound, 0 in the last.
    package var nextCommand: UInt32
    package var messageID: MessageID
    /// Reserved in a synchronous header; clients put a process number there.
    package var processID: UInt32
    /// Not on the wire in the asynchronous form, and then ``TreeID/none``.
    package var treeID: TreeID
    /// Not nil makes this the asynchronous form.
    package var asyncID: AsyncID?
    package var sessionID: SessionID
    package var signature: MessageSignature

    package init(
        command: Command, status: NTStatus = .success, flags: HeaderFlags = [], creditCharge: UInt16 = 0,
        credits: UInt16 = 0, nextCommand: UInt32 = 0, messageID: MessageID, processID: UInt32 = 0,
        treeID: TreeID = .none,
        asyncID: AsyncID? = nil, sessionID: SessionID = .none, signature: MessageSignature = .zero
    ) {
        self.creditCharge = creditCharge
        self.status = status
        self.command = command
        self.credits = credits
        self.flags = flags
        self.nextCommand = nextCommand
        self.messageID = messageID
        self.processID = processID
        self.treeID = treeID
        self.asyncID = asyncID
        self.sessionID = sessionID
        self.signature = signature
    }

    /// ChannelSequence of a request in the 3.x dialects.
    package var channelSequence: UInt16 { UInt16(truncatingIfNeeded: status.rawValue) }

    package var isResponse: Bool { flags.contains(.serverToRedir) }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let magic: UInt32 = try reader.integer()
        guard magic == Self.protocolID else { throw .unexpectedValue(field: "ProtocolId", value: UInt64(magic)) }
        try reader.expectStructureSize(64)
        creditCharge = try reader.integer()
        status = NTStatus(rawValue: try reader.integer())
        command = Command(rawValue: try reader.integer())
        credits = try reader.integer()
        flags = HeaderFlags(rawValue: try reader.integer())
        nextCommand = try reader.integer()
        messageID = MessageID(rawValue: try reader.integer())
        if flags.contains(.asyncCommand) {
            processID = 0
            treeID = .none
            asyncID = AsyncID(rawValue: try reader.integer())
        } else {
            processID = try reader.integer()
            treeID = TreeID(rawValue: try reader.integer())
            asyncID = nil
        }
        sessionID = SessionID(rawValue: try reader.integer())
        signature = try MessageSignature(parsing: &reader)
    }

    /// One growth of the buffer for all 64 bytes: a field at a time costs four times as much, in every message.
    package func write(to writer: inout WireWriter) {
        let start = writer.bytes.count
        writer.zeros(Self.byteCount)
        unsafe writer.bytes.withUnsafeMutableBytes { bytes in
            func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, _ offset: Int) {
                unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: start + offset, as: Value.self)
            }
            put(Self.protocolID, 0)
            put(UInt16(64), 4)
            put(creditCharge, FieldOffset.creditCharge)
            put(status.rawValue, FieldOffset.status)
            put(command.rawValue, FieldOffset.command)
            put(credits, FieldOffset.credits)
            put(nextCommand, FieldOffset.nextCommand)
            put(messageID.rawValue, FieldOffset.messageID)
            if let asyncID {
                put(flags.union(.asyncCommand).rawValue, FieldOffset.flags)
                put(asyncID.rawValue, FieldOffset.asyncID)
            } else {
                put(flags.subtracting(.asyncCommand).rawValue, FieldOffset.flags)
                put(processID, FieldOffset.processID)
                put(treeID.rawValue, FieldOffset.treeID)
            }
            put(sessionID.rawValue, FieldOffset.sessionID)
            put(signature.first, FieldOffset.signature)
            put(signature.second, FieldOffset.signature + 8)
        }
    }
}
