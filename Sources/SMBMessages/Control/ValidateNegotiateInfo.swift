package import WindowsTypes
package import WireCoding

/// VALIDATE_NEGOTIATE_INFO Request, the input of FSCTL_VALIDATE_NEGOTIATE_INFO — [MS-SMB2] 2.2.31.4
package struct ValidateNegotiateInfoRequest: Equatable, Sendable {
    package var capabilities: Capabilities
    package var guid: GUID
    package var securityMode: SecurityMode
    package var dialects: [Dialect]

    package init(capabilities: Capabilities, guid: GUID, securityMode: SecurityMode, dialects: [Dialect]) {
        self.capabilities = capabilities
        self.guid = guid
        self.securityMode = securityMode
        self.dialects = dialects
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        capabilities = Capabilities(rawValue: try reader.integer())
        guid = try GUID(parsing: &reader)
        securityMode = SecurityMode(rawValue: try reader.integer())
        let count: UInt16 = try reader.integer()
        var list = WireReader(try reader.span(Int(count) * 2))
        dialects = []
        while !list.isAtEnd { dialects.append(Dialect(rawValue: try list.integer())) }
    }

    package init(bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes.span.bytes)
        try self.init(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(capabilities.rawValue)
        guid.write(to: &writer)
        writer.integer(securityMode.rawValue)
        writer.integer(UInt16(clamping: dialects.count))
        for dialect in dialects { writer.integer(dialect.rawValue) }
    }

    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: 32)
        write(to: &writer)
        return writer.bytes
    }
}

/// VALIDATE_NEGOTIATE_INFO Response, the output of FSCTL_VALIDATE_NEGOTIATE_INFO — [MS-SMB2] 2.2.32.6
package struct ValidateNegotiateInfoResponse: Equatable, Sendable {
    package var capabilities: Capabilities
    package var guid: GUID
    package var securityMode: SecurityMode
    package var dialect: Dialect

    package init(capabilities: Capabilities, guid: GUID, securityMode: SecurityMode, dialect: Dialect) {
        self.capabilities = capabilities
        self.guid = guid
        self.securityMode = securityMode
        self.dialect = dialect
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        capabilities = Capabilities(rawValue: try reader.integer())
        guid = try GUID(parsing: &reader)
        securityMode = SecurityMode(rawValue: try reader.integer())
        dialect = Dialect(rawValue: try reader.integer())
    }

    package init(bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes.span.bytes)
        try self.init(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(capabilities.rawValue)
        guid.write(to: &writer)
        writer.integer(securityMode.rawValue)
        writer.integer(dialect.rawValue)
    }

    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: 24)
        write(to: &writer)
        return writer.bytes
    }
}
