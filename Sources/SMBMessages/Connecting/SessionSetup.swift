package import WireCoding

/// Flags of a SESSION_SETUP request — [MS-SMB2] 2.2.5
package struct SessionSetupFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The connection is to become another channel of an existing session.
    package static let binding = SessionSetupFlags(rawValue: 0x01)
}

/// SMB2 SESSION_SETUP Request — [MS-SMB2] 2.2.5
package struct SessionSetupRequest: Equatable, Sendable {
    package var flags: SessionSetupFlags
    package var securityMode: SecurityMode
    package var capabilities: Capabilities
    package var previousSessionID: SessionID
    package var securityBuffer: [UInt8]

    package init(
        flags: SessionSetupFlags = [], securityMode: SecurityMode = .signingEnabled, capabilities: Capabilities = [],
        previousSessionID: SessionID = .none, securityBuffer: [UInt8]
    ) {
        self.flags = flags
        self.securityMode = securityMode
        self.capabilities = capabilities
        self.previousSessionID = previousSessionID
        self.securityBuffer = securityBuffer
    }
}

extension SessionSetupRequest: SMB2Body {
    package static let structureSize: UInt16 = 25

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        flags = SessionSetupFlags(rawValue: try reader.integer())
        securityMode = SecurityMode(rawValue: UInt16(try reader.integer(as: UInt8.self)))
        capabilities = Capabilities(rawValue: try reader.integer())
        try reader.skip(4)  // Channel: reserved
        let bufferOffset: UInt16 = try reader.integer()
        let bufferLength: UInt16 = try reader.integer()
        previousSessionID = SessionID(rawValue: try reader.integer())
        securityBuffer = try reader.slice(at: bufferOffset, count: bufferLength).array
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(flags.rawValue)
        writer.integer(UInt8(truncatingIfNeeded: securityMode.rawValue))
        writer.integer(capabilities.rawValue)
        writer.integer(UInt32(0))
        writer.integer(UInt16(clamping: writer.count + 12))
        writer.integer(UInt16(clamping: securityBuffer.count))
        writer.integer(previousSessionID.rawValue)
        writer.append(securityBuffer)
    }
}

/// SessionFlags — [MS-SMB2] 2.2.6
package struct SessionFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let isGuest = SessionFlags(rawValue: 0x0001)
    package static let isNull = SessionFlags(rawValue: 0x0002)
    package static let encryptData = SessionFlags(rawValue: 0x0004)
}

/// SMB2 SESSION_SETUP Response — [MS-SMB2] 2.2.6
package struct SessionSetupResponse: Equatable, Sendable {
    package var sessionFlags: SessionFlags
    package var securityBuffer: [UInt8]

    package init(sessionFlags: SessionFlags = [], securityBuffer: [UInt8]) {
        self.sessionFlags = sessionFlags
        self.securityBuffer = securityBuffer
    }
}

extension SessionSetupResponse: SMB2Body {
    package static let structureSize: UInt16 = 9

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        sessionFlags = SessionFlags(rawValue: try reader.integer())
        let bufferOffset: UInt16 = try reader.integer()
        let bufferLength: UInt16 = try reader.integer()
        securityBuffer = try reader.slice(at: bufferOffset, count: bufferLength).array
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(sessionFlags.rawValue)
        writer.integer(UInt16(clamping: writer.count + 4))
        writer.integer(UInt16(clamping: securityBuffer.count))
        writer.append(securityBuffer)
    }
}
