package import WindowsTypes
package import WireCoding

/// SMB2_CREATE_DURABLE_HANDLE_REQUEST — [MS-SMB2] 2.2.13.2.3
package struct DurableHandleRequest: CreateContextData {
    package static let name = CreateContextName.durableHandleRequest

    package init() {}

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        try reader.skip(16)
    }

    package var data: [UInt8] { [UInt8](repeating: 0, count: 16) }
}

/// SMB2_CREATE_DURABLE_HANDLE_RESPONSE — [MS-SMB2] 2.2.14.2.3
package struct DurableHandleResponse: CreateContextData {
    package static let name = CreateContextName.durableHandleRequest

    package init() {}

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        try reader.skip(8)
    }

    package var data: [UInt8] { [UInt8](repeating: 0, count: 8) }
}

/// SMB2_CREATE_DURABLE_HANDLE_RECONNECT — [MS-SMB2] 2.2.13.2.4
package struct DurableHandleReconnect: CreateContextData {
    package static let name = CreateContextName.durableHandleReconnect
    package var fileID: FileID

    package init(fileID: FileID) {
        self.fileID = fileID
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        fileID = try FileID(parsing: &reader)
    }

    package var data: [UInt8] {
        Self.written { writer in fileID.write(to: &writer) }
    }
}

/// Flags of the second version's contexts — [MS-SMB2] 2.2.13.2.11
package struct DurableHandleFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let persistent = DurableHandleFlags(rawValue: 0x0000_0002)
}

/// SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2 — [MS-SMB2] 2.2.13.2.11
package struct DurableHandleRequestV2: CreateContextData {
    package static let name = CreateContextName.durableHandleRequestV2
    /// Milliseconds; 0 leaves the choice to the server.
    package var timeout: UInt32
    package var flags: DurableHandleFlags
    package var createGUID: GUID

    package init(timeout: UInt32 = 0, flags: DurableHandleFlags = [], createGUID: GUID) {
        self.timeout = timeout
        self.flags = flags
        self.createGUID = createGUID
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        timeout = try reader.integer()
        flags = DurableHandleFlags(rawValue: try reader.integer())
        try reader.skip(8)
        createGUID = try GUID(parsing: &reader)
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(timeout)
            writer.integer(flags.rawValue)
            writer.integer(UInt64(0))
            createGUID.write(to: &writer)
        }
    }
}

/// SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2 — [MS-SMB2] 2.2.14.2.12
package struct DurableHandleResponseV2: CreateContextData {
    package static let name = CreateContextName.durableHandleRequestV2
    /// Milliseconds.
    package var timeout: UInt32
    package var flags: DurableHandleFlags

    package init(timeout: UInt32, flags: DurableHandleFlags = []) {
        self.timeout = timeout
        self.flags = flags
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        timeout = try reader.integer()
        flags = DurableHandleFlags(rawValue: try reader.integer())
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(timeout)
            writer.integer(flags.rawValue)
        }
    }
}

/// SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2 — [MS-SMB2] 2.2.13.2.12
package struct DurableHandleReconnectV2: CreateContextData {
    package static let name = CreateContextName.durableHandleReconnectV2
    package var fileID: FileID
    package var createGUID: GUID
    package var flags: DurableHandleFlags

    package init(fileID: FileID, createGUID: GUID, flags: DurableHandleFlags = []) {
        self.fileID = fileID
        self.createGUID = createGUID
        self.flags = flags
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        fileID = try FileID(parsing: &reader)
        createGUID = try GUID(parsing: &reader)
        flags = DurableHandleFlags(rawValue: try reader.integer())
    }

    package var data: [UInt8] {
        Self.written { writer in
            fileID.write(to: &writer)
            createGUID.write(to: &writer)
            writer.integer(flags.rawValue)
        }
    }
}
