package import WindowsTypes
package import WireCoding

/// What the data of a create context of one kind means.
///
/// Requests and responses of one name are types of their own. Data that is too short is an error
/// (STATUS_INVALID_PARAMETER).
package protocol CreateContextData: Equatable, Sendable {
    static var name: [UInt8] { get }
    init(data: [UInt8]) throws(WireError)
    var data: [UInt8] { get }
}

extension CreateContextData {
    /// As an element of a request's or response's list.
    package var context: CreateContext { CreateContext(name: Self.name, data: data) }

    /// The one in `contexts`, or nil where there is none.
    package static func first(in contexts: [CreateContext]) throws(WireError) -> Self? {
        guard let data = contexts.data(named: Self.name) else { return nil }
        return try Self(data: data)
    }

    /// What `body` writes.
    static func written(_ body: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter(reservingCapacity: 64)
        body(&writer)
        return writer.bytes
    }
}

/// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST — [MS-SMB2] 2.2.13.2.5
package struct MaximalAccessQuery: CreateContextData {
    package static let name = CreateContextName.queryMaximalAccess
    /// Where the file has not changed since, the client needs no answer. Nil: no such condition.
    package var timestamp: FileTime?

    package init(timestamp: FileTime? = nil) {
        self.timestamp = timestamp
    }

    package init(data: [UInt8]) throws(WireError) {
        if data.isEmpty {
            timestamp = nil
            return
        }
        var reader = WireReader(data.span.bytes)
        timestamp = try FileTime(parsing: &reader)
    }

    package var data: [UInt8] {
        Self.written { writer in timestamp?.write(to: &writer) }
    }
}

/// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE — [MS-SMB2] 2.2.14.2.5
package struct MaximalAccessResponse: CreateContextData {
    package static let name = CreateContextName.queryMaximalAccess
    package var queryStatus: NTStatus
    /// An access mask — [MS-SMB2] 2.2.13.1
    package var maximalAccess: UInt32

    package init(queryStatus: NTStatus = .success, maximalAccess: UInt32) {
        self.queryStatus = queryStatus
        self.maximalAccess = maximalAccess
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        queryStatus = NTStatus(rawValue: try reader.integer())
        maximalAccess = try reader.integer()
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(queryStatus.rawValue)
            writer.integer(maximalAccess)
        }
    }
}

/// SMB2_CREATE_QUERY_ON_DISK_ID_RESPONSE — [MS-SMB2] 2.2.14.2.9. The request has no data.
package struct OnDiskIDResponse: CreateContextData {
    package static let name = CreateContextName.queryOnDiskID
    /// The file's number, as in every information class.
    package var diskFileID: UInt64
    package var volumeID: UInt64

    package init(diskFileID: UInt64, volumeID: UInt64) {
        self.diskFileID = diskFileID
        self.volumeID = volumeID
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        diskFileID = try reader.integer()
        volumeID = try reader.integer()
        try reader.skip(16)
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(diskFileID)
            writer.integer(volumeID)
            writer.zeros(16)
        }
    }
}

/// SMB2_CREATE_ALLOCATION_SIZE — [MS-SMB2] 2.2.13.2.6
package struct AllocationSizeContext: CreateContextData {
    package static let name = CreateContextName.allocationSize
    /// Bytes.
    package var allocationSize: UInt64

    package init(allocationSize: UInt64) {
        self.allocationSize = allocationSize
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        allocationSize = try reader.integer()
    }

    package var data: [UInt8] {
        Self.written { writer in writer.integer(allocationSize) }
    }
}

/// SMB2_CREATE_TIMEWARP_TOKEN — [MS-SMB2] 2.2.13.2.7
package struct TimewarpContext: CreateContextData {
    package static let name = CreateContextName.timewarpToken
    package var timestamp: FileTime

    package init(timestamp: FileTime) {
        self.timestamp = timestamp
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        timestamp = try FileTime(parsing: &reader)
    }

    package var data: [UInt8] {
        Self.written { writer in timestamp.write(to: &writer) }
    }
}

/// SMB2_CREATE_EA_BUFFER — [MS-SMB2] 2.2.13.2.1
package struct ExtendedAttributesContext: CreateContextData {
    package static let name = CreateContextName.extendedAttributes
    package var entries: [FileFullEaInformation]

    package init(entries: [FileFullEaInformation]) {
        self.entries = entries
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        entries = try FileFullEaInformation.parseList(&reader)
    }

    package var data: [UInt8] {
        Self.written { writer in FileFullEaInformation.writeList(entries, to: &writer) }
    }
}

/// SMB2_CREATE_SD_BUFFER — [MS-SMB2] 2.2.13.2.2
package struct SecurityDescriptorContext: CreateContextData {
    package static let name = CreateContextName.securityDescriptor
    /// A self-relative security descriptor, uninterpreted.
    package var data: [UInt8]

    package init(data: [UInt8]) {
        self.data = data
    }
}

/// SMB2_CREATE_APP_INSTANCE_ID — [MS-SMB2] 2.2.13.2.13
package struct AppInstanceIDContext: CreateContextData {
    package static let name = CreateContextName.appInstanceID
    package var appInstanceID: GUID

    package init(appInstanceID: GUID) {
        self.appInstanceID = appInstanceID
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        try reader.expectStructureSize(20)
        try reader.skip(2)
        appInstanceID = try GUID(parsing: &reader)
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(UInt16(20))
            writer.integer(UInt16(0))
            appInstanceID.write(to: &writer)
        }
    }
}

/// SMB2_CREATE_APP_INSTANCE_VERSION — [MS-SMB2] 2.2.13.2.15
package struct AppInstanceVersionContext: CreateContextData {
    package static let name = CreateContextName.appInstanceVersion
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        try reader.expectStructureSize(24)
        try reader.skip(6)
        high = try reader.integer()
        low = try reader.integer()
    }

    package var data: [UInt8] {
        Self.written { writer in
            writer.integer(UInt16(24))
            writer.zeros(6)
            writer.integer(high)
            writer.integer(low)
        }
    }
}
