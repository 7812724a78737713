package import WindowsTypes
package import WireCoding

/// A dialect revision — [MS-SMB2] 2.2.3 and 2.2.4
package struct Dialect: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let smb202 = Dialect(rawValue: 0x0202)
    package static let smb210 = Dialect(rawValue: 0x0210)
    package static let smb300 = Dialect(rawValue: 0x0300)
    package static let smb302 = Dialect(rawValue: 0x0302)
    package static let smb311 = Dialect(rawValue: 0x0311)
    /// The answer to "SMB 2.???": the client is to negotiate again, in SMB2.
    package static let wildcard = Dialect(rawValue: 0x02FF)

    package static func < (lhs: Dialect, rhs: Dialect) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension Dialect: CustomStringConvertible {
    /// As people write it: `2.0.2`, `3.1.1`.
    package var description: String {
        switch self {
        case .smb202: "2.0.2"
        case .smb210: "2.1"
        case .smb300: "3.0"
        case .smb302: "3.0.2"
        case .smb311: "3.1.1"
        default: "0x" + String(rawValue, radix: 16)
        }
    }
}

/// SecurityMode — [MS-SMB2] 2.2.3. SESSION_SETUP has the same in one byte.
package struct SecurityMode: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let signingEnabled = SecurityMode(rawValue: 0x0001)
    package static let signingRequired = SecurityMode(rawValue: 0x0002)
}

/// Capabilities of client or server — [MS-SMB2] 2.2.3
package struct Capabilities: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let dfs = Capabilities(rawValue: 0x0000_0001)
    package static let leasing = Capabilities(rawValue: 0x0000_0002)
    package static let largeMTU = Capabilities(rawValue: 0x0000_0004)
    package static let multiChannel = Capabilities(rawValue: 0x0000_0008)
    package static let persistentHandles = Capabilities(rawValue: 0x0000_0010)
    package static let directoryLeasing = Capabilities(rawValue: 0x0000_0020)
    package static let encryption = Capabilities(rawValue: 0x0000_0040)
    package static let notifications = Capabilities(rawValue: 0x0000_0080)
}

/// SMB2 NEGOTIATE Request — [MS-SMB2] 2.2.3
package struct NegotiateRequest: Equatable, Sendable {
    package var securityMode: SecurityMode
    package var capabilities: Capabilities
    package var clientGUID: GUID
    package var dialects: [Dialect]
    /// Read and written only where ``dialects`` has 3.1.1.
    package var negotiateContexts: [NegotiateContext]

    package init(
        securityMode: SecurityMode = .signingEnabled, capabilities: Capabilities = [], clientGUID: GUID = .zero,
        dialects: [Dialect], negotiateContexts: [NegotiateContext] = []
    ) {
        self.securityMode = securityMode
        self.capabilities = capabilities
        self.clientGUID = clientGUID
        self.dialects = dialects
        self.negotiateContexts = negotiateContexts
    }
}

extension NegotiateRequest: SMB2Body {
    package static let structureSize: UInt16 = 36

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        let dialectCount: UInt16 = try reader.integer()
        securityMode = SecurityMode(rawValue: try reader.integer())
        try reader.skip(2)
        capabilities = Capabilities(rawValue: try reader.integer())
        clientGUID = try GUID(parsing: &reader)
        let contextOffset: UInt32 = try reader.integer()
        let contextCount: UInt16 = try reader.integer()
        try reader.skip(2)
        // Checked before the array is made: the count alone must not make us allocate.
        var list = WireReader(try reader.span(Int(dialectCount) * 2))
        dialects = []
        dialects.reserveCapacity(Int(dialectCount))
        while !list.isAtEnd { dialects.append(Dialect(rawValue: try list.integer())) }
        negotiateContexts =
            dialects.contains(.smb311)
            ? try NegotiateContext.parseList(reader, offset: contextOffset, count: contextCount) : []
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(clamping: dialects.count))
        writer.integer(securityMode.rawValue)
        writer.integer(UInt16(0))
        writer.integer(capabilities.rawValue)
        clientGUID.write(to: &writer)
        let contextFields = writer.count
        writer.integer(UInt64(0))
        for dialect in dialects { writer.integer(dialect.rawValue) }
        guard dialects.contains(.smb311) else { return }
        writer.align(to: 8)
        writer.patch(UInt32(clamping: writer.count), at: contextFields)
        writer.patch(UInt16(clamping: negotiateContexts.count), at: contextFields + 4)
        NegotiateContext.writeList(negotiateContexts, to: &writer)
    }
}

/// SMB2 NEGOTIATE Response — [MS-SMB2] 2.2.4
package struct NegotiateResponse: Equatable, Sendable {
    package var securityMode: SecurityMode
    package var dialectRevision: Dialect
    package var serverGUID: GUID
    package var capabilities: Capabilities
    package var maxTransactSize: UInt32
    package var maxReadSize: UInt32
    package var maxWriteSize: UInt32
    package var systemTime: FileTime
    package var serverStartTime: FileTime
    package var securityBuffer: [UInt8]
    /// Read and written only where ``dialectRevision`` is 3.1.1.
    package var negotiateContexts: [NegotiateContext]

    package init(
        securityMode: SecurityMode, dialectRevision: Dialect, serverGUID: GUID, capabilities: Capabilities = [],
        maxTransactSize: UInt32, maxReadSize: UInt32, maxWriteSize: UInt32, systemTime: FileTime,
        serverStartTime: FileTime = .zero, securityBuffer: [UInt8], negotiateContexts: [NegotiateContext] = []
    ) {
        self.securityMode = securityMode
        self.dialectRevision = dialectRevision
        self.serverGUID = serverGUID
        self.capabilities = capabilities
        self.maxTransactSize = maxTransactSize
        self.maxReadSize = maxReadSize
        self.maxWriteSize = maxWriteSize
        self.systemTime = systemTime
        self.serverStartTime = serverStartTime
        self.securityBuffer = securityBuffer
        self.negotiateContexts = negotiateContexts
    }
}

extension NegotiateResponse: SMB2Body {
    package static let structureSize: UInt16 = 65

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        securityMode = SecurityMode(rawValue: try reader.integer())
        dialectRevision = Dialect(rawValue: try reader.integer())
        let contextCount: UInt16 = try reader.integer()
        serverGUID = try GUID(parsing: &reader)
        capabilities = Capabilities(rawValue: try reader.integer())
        maxTransactSize = try reader.integer()
        maxReadSize = try reader.integer()
        maxWriteSize = try reader.integer()
        systemTime = try FileTime(parsing: &reader)
        serverStartTime = try FileTime(parsing: &reader)
        let bufferOffset: UInt16 = try reader.integer()
        let bufferLength: UInt16 = try reader.integer()
        let contextOffset: UInt32 = try reader.integer()
        securityBuffer = try reader.slice(at: bufferOffset, count: bufferLength).array
        negotiateContexts =
            dialectRevision == .smb311
            ? try NegotiateContext.parseList(reader, offset: contextOffset, count: contextCount) : []
    }

    package func write(to writer: inout WireWriter) {
        let hasContexts = dialectRevision == .smb311
        writer.integer(Self.structureSize)
        writer.integer(securityMode.rawValue)
        writer.integer(dialectRevision.rawValue)
        writer.integer(UInt16(clamping: hasContexts ? negotiateContexts.count : 0))
        serverGUID.write(to: &writer)
        writer.integer(capabilities.rawValue)
        writer.integer(maxTransactSize)
        writer.integer(maxReadSize)
        writer.integer(maxWriteSize)
        systemTime.write(to: &writer)
        serverStartTime.write(to: &writer)
        // Also when the buffer is empty: Linux' client refuses a response with any other offset than 128.
        writer.integer(UInt16(clamping: writer.count + 8))
        writer.integer(UInt16(clamping: securityBuffer.count))
        let contextOffset = writer.count
        writer.integer(UInt32(0))
        writer.append(securityBuffer)
        guard hasContexts else { return }
        writer.align(to: 8)
        writer.patch(UInt32(clamping: writer.count), at: contextOffset)
        NegotiateContext.writeList(negotiateContexts, to: &writer)
    }
}
