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

    /// SecD: a self-relative descriptor whose parts lie inside it. Nothing is done with it: files have the modes that
    /// the share gives them, as with a Samba share without ACLs, and clients that send one go on.
    static func checkDescriptor(_ data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        let revision: UInt8 = try reader.integer()
        try reader.skip(1)
        let control: UInt16 = try reader.integer()
        guard revision == 1, control & 0x8000 != 0 else { throw .invalid("no self-relative security descriptor") }
        for _ in 0..<4 {
            let offset = Int(clamping: try reader.integer(as: UInt32.self))
            // Owner, group and the two lists: 0 for none, or behind the header and with eight bytes at least.
            guard offset == 0 || (offset >= 20 && offset <= data.count - 8) else {
                throw .outOfBounds(offset: offset, count: 8)
            }
        }
    }
}
