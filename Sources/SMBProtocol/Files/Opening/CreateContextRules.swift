import AccessControl
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// What is checked of a create context before, or instead of, doing what it says: the rows of the table in
/// `ClassesAndOptions.md` — [MS-SMB2] 2.2.13.2
enum CreateContextRules {
    /// How long the data of a context may be, in bytes; contexts that are not here have their own rules, or none.
    private static let lengths: [[UInt8]: Set<Int>] = [
        CreateContextName.queryMaximalAccess: [0, 8],
        CreateContextName.queryOnDiskID: [0],
        CreateContextName.allocationSize: [8],
        CreateContextName.timewarpToken: [8],
        CreateContextName.durableHandleRequest: [16],
        CreateContextName.durableHandleReconnect: [16],
        CreateContextName.durableHandleRequestV2: [32],
        CreateContextName.durableHandleReconnectV2: [36],
        // The two versions of leases.
        CreateContextName.requestLease: [32, 52],
        CreateContextName.appInstanceID: [20],
        CreateContextName.appInstanceVersion: [24],
    ]

    static func checkLength(_ context: CreateContext) throws(WireError) {
        guard let allowed = lengths[context.name] else {
            // Unknown here, or, like the POSIX one, only where it was negotiated.
            return
        }
        guard allowed.contains(context.data.count) else { throw .invalid("a create context has the wrong length") }
    }

    /// Durable handles: none is given, so none can be taken up again.
    ///
    /// - Throws: INVALID_PARAMETER for contexts that exclude each other — [MS-SMB2] 3.3.5.9.6, .7, .10, .12 —
    ///   and OBJECT_NAME_NOT_FOUND for a reconnect.
    static func checkHandles(_ contexts: [CreateContext]) throws(SMBFailure) {
        func has(_ name: [UInt8]) -> Bool { contexts.data(named: name) != nil }
        let request = has(CreateContextName.durableHandleRequest)
        let reconnect = has(CreateContextName.durableHandleReconnect)
        let request2 = has(CreateContextName.durableHandleRequestV2)
        let reconnect2 = has(CreateContextName.durableHandleReconnectV2)
        // The two versions do not mix; of the first version, a request beside a reconnect is ignored.
        if (request || reconnect) && (request2 || reconnect2) || request2 && reconnect2 {
            throw SMBFailure(.invalidParameter)
        }
        guard reconnect || reconnect2 else { return }
        let name = reconnect ? CreateContextName.durableHandleReconnect : CreateContextName.durableHandleReconnectV2
        guard contexts.data(named: name)?.count == (reconnect ? 16 : 36) else { throw SMBFailure(.invalidParameter) }
        throw SMBFailure(.objectNameNotFound)
    }

    /// SecD: the mode that the list of a descriptor carries, as Linux' cifs (`modefromsid`) sends it; nil for every other
    /// descriptor. Nothing else is done with it: files have the owner and mode that the share gives them, as with a Samba
    /// share without ACLs, and clients that send one go on.
    static func mode(inDescriptor data: [UInt8]) throws(WireError) -> Permissions? {
        let descriptor = try SecurityDescriptor(bytes: data)
        return descriptor.dacl.flatMap { try? ModeList.mode(in: $0) }
    }
}
