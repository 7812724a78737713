/// Names of create contexts, as they stand on the wire — [MS-SMB2] 2.2.13.2
package enum CreateContextName {
    /// SMB2_CREATE_EA_BUFFER
    package static let extendedAttributes = Array("ExtA".utf8)
    /// SMB2_CREATE_SD_BUFFER
    package static let securityDescriptor = Array("SecD".utf8)
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST, and its response
    package static let durableHandleRequest = Array("DHnQ".utf8)
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT
    package static let durableHandleReconnect = Array("DHnC".utf8)
    /// SMB2_CREATE_ALLOCATION_SIZE
    package static let allocationSize = Array("AlSi".utf8)
    /// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST, and its response
    package static let queryMaximalAccess = Array("MxAc".utf8)
    /// SMB2_CREATE_TIMEWARP_TOKEN
    package static let timewarpToken = Array("TWrp".utf8)
    /// SMB2_CREATE_QUERY_ON_DISK_ID, and its response
    package static let queryOnDiskID = Array("QFid".utf8)
    /// SMB2_CREATE_REQUEST_LEASE, of both versions, and its response
    package static let requestLease = Array("RqLs".utf8)
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2, and its response
    package static let durableHandleRequestV2 = Array("DH2Q".utf8)
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2
    package static let durableHandleReconnectV2 = Array("DH2C".utf8)
    /// SMB2_CREATE_APP_INSTANCE_ID
    package static let appInstanceID: [UInt8] = [
        0x45, 0xBC, 0xA6, 0x6A, 0xEF, 0xA7, 0xF7, 0x4A, 0x90, 0x08, 0xFA, 0x46, 0x2E, 0x14, 0x4D, 0x74,
    ]
    /// SMB2_CREATE_APP_INSTANCE_VERSION
    package static let appInstanceVersion: [UInt8] = [
        0xB9, 0x82, 0xD0, 0xB7, 0x3B, 0x56, 0x07, 0x4F, 0xA0, 0x7B, 0x52, 0x4A, 0x81, 0x16, 0xA0, 0x10,
    ]
    /// SVHDX_OPEN_DEVICE_CONTEXT
    package static let svhdxOpenDevice: [UInt8] = [
        0x9C, 0xCB, 0xCF, 0x9E, 0x04, 0xC1, 0xE6, 0x43, 0x98, 0x0E, 0x15, 0x8D, 0xA1, 0xF6, 0xEC, 0x83,
    ]
    /// Of the SMB3 POSIX extensions; the name of their negotiate context's version too.
    package static let posix: [UInt8] = [
        0x93, 0xAD, 0x25, 0x50, 0x9C, 0xB4, 0x11, 0xE7, 0xB4, 0x23, 0x83, 0xDE, 0x96, 0x8B, 0xCD, 0x7C,
    ]
    /// Apple's extension.
    package static let apple = Array("AAPL".utf8)
}

extension [CreateContext] {
    /// The data of the context with this name, or nil where the list has none.
    package func data(named name: [UInt8]) -> [UInt8]? {
        first { $0.name == name }?.data
    }
}
