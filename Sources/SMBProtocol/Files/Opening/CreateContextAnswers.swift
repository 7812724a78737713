import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// What a CREATE's contexts ask for, and what they are answered — [MS-SMB2] 2.2.13.2. Contexts of other names are
/// ignored; names that occur twice have been refused by the parser.
struct CreateContextAnswers {
    /// Bytes.
    private(set) var allocationSize: UInt64 = 0
    /// For a file that is made or overwritten.
    private(set) var extendedAttributes: [FileFullEaInformation] = []
    /// The mode of an open of the POSIX extensions; nil for one of Windows'.
    private(set) var posixMode: UInt32?
    /// The mode for what is made, from a descriptor that carries one.
    private(set) var descriptorMode: Permissions?
    private(set) var apple: AppleRequest?
    private var maximalAccess: MaximalAccessQuery?
    private var wantsOnDiskID = false

    /// - Parameter isPosixNegotiated: whether the POSIX context means anything on this connection.
    init(_ contexts: [CreateContext], isPosixNegotiated: Bool = false) throws(SMBFailure) {
        guard !contexts.isEmpty else { return }
        try CreateContextRules.checkHandles(contexts)
        do throws(WireError) {
            for context in contexts { try apply(context, isPosixNegotiated) }
        } catch {
            throw SMBFailure(.invalidParameter)
        }
        try ExtendedAttributes.check(extendedAttributes)
        // There are no snapshots — [MS-SMB2] 3.3.5.9.4
        if contexts.data(named: CreateContextName.timewarpToken) != nil { throw SMBFailure(.objectNameNotFound) }
    }

    private mutating func apply(_ context: CreateContext, _ isPosixNegotiated: Bool) throws(WireError) {
        guard context.name.count >= 4 else { throw .invalid("a create context's name is too short") }
        try CreateContextRules.checkLength(context)
        switch context.name {
        case CreateContextName.queryMaximalAccess: maximalAccess = try MaximalAccessQuery(data: context.data)
        case CreateContextName.queryOnDiskID: wantsOnDiskID = true
        case CreateContextName.allocationSize:
            allocationSize = try AllocationSizeContext(data: context.data).allocationSize
        case CreateContextName.extendedAttributes:
            extendedAttributes = try ExtendedAttributesContext(data: context.data).entries
        case CreateContextName.securityDescriptor:
            descriptorMode = try CreateContextRules.mode(inDescriptor: context.data)
        // Understood, and not granted yet. Nothing of theirs is refused but the length: bits that nobody knows are ignored.
        case CreateContextName.requestLease: _ = try LeaseContext(data: context.data)
        case CreateContextName.durableHandleRequest: _ = try DurableHandleRequest(data: context.data)
        case CreateContextName.durableHandleRequestV2: _ = try DurableHandleRequestV2(data: context.data)
        case CreateContextName.appInstanceID: _ = try AppInstanceIDContext(data: context.data)
        case CreateContextName.appInstanceVersion: _ = try AppInstanceVersionContext(data: context.data)
        case CreateContextName.posix where isPosixNegotiated:
            guard context.data.count == 4 else { throw .invalid("a create context has the wrong length") }
            posixMode = try PosixCreateRequest(data: context.data).mode
        case CreateContextName.apple: apple = try AppleRequest(data: context.data)
        default: break
        }
    }

    /// - Parameter apple: the answer to ``apple``, which takes more than this open to give.
    func answers(_ result: WindowsOpenResult, volume: UInt64, apple: AppleResponse?) -> [CreateContext] {
        var answers: [CreateContext] = []
        if let maximalAccess {
            if let timestamp = maximalAccess.timestamp, timestamp == FileTime(result.attributes.modificationTime) {
                // Nothing has changed since the client asked last: it gets no mask — [MS-SMB2] 3.3.5.9.5
                answers.append(MaximalAccessResponse(queryStatus: .noneMapped, maximalAccess: 0).context)
            } else {
                answers.append(MaximalAccessResponse(maximalAccess: result.maximalAccess.rawValue).context)
            }
        }
        if wantsOnDiskID {
            answers.append(
                OnDiskIDResponse(diskFileID: result.attributes.inode.rawValue, volumeID: volume).context)
        }
        if posixMode != nil { answers.append(PosixCreateResponse(facts: result.attributes.posixFacts).context) }
        if let apple { answers.append(apple.context) }
        return answers
    }
}
