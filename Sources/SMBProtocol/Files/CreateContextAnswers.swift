import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// What a CREATE's contexts ask for — [MS-SMB2] 2.2.13.2. Contexts of other names are ignored; names that occur twice
/// have been refused by the parser.
struct CreateContextAnswers {
    /// Bytes.
    private(set) var allocationSize: UInt64 = 0
    /// For a file that is made or overwritten.
    private(set) var extendedAttributes: [FileFullEaInformation] = []
    private var maximalAccess: MaximalAccessQuery?
    private var wantsOnDiskID = false

    init(_ contexts: [CreateContext]) throws(SMBFailure) {
        guard !contexts.isEmpty else { return }
        if contexts.data(named: CreateContextName.durableHandleReconnect) != nil {
            // No handle is ever durable here, so none can be taken up again — [MS-SMB2] 3.3.5.9.7
            throw SMBFailure(.objectNameNotFound)
        }
        do throws(WireError) {
            for context in contexts { try apply(context) }
        } catch {
            throw SMBFailure(.invalidParameter)
        }
        try ExtendedAttributes.check(extendedAttributes)
        // There are no snapshots — [MS-SMB2] 3.3.5.9.4
        if contexts.data(named: CreateContextName.timewarpToken) != nil { throw SMBFailure(.objectNameNotFound) }
    }

    private mutating func apply(_ context: CreateContext) throws(WireError) {
        func require(_ counts: Int...) throws(WireError) {
            guard counts.contains(context.data.count) else { throw .invalid("a create context has the wrong length") }
        }
        guard context.name.count >= 4 else { throw .invalid("a create context's name is too short") }
        switch context.name {
        case CreateContextName.queryMaximalAccess:
            try require(0, 8)
            maximalAccess = try MaximalAccessQuery(data: context.data)
        case CreateContextName.queryOnDiskID:
            try require(0)
            wantsOnDiskID = true
        case CreateContextName.allocationSize:
            try require(8)
            allocationSize = try AllocationSizeContext(data: context.data).allocationSize
        case CreateContextName.timewarpToken: try require(8)
        case CreateContextName.durableHandleRequest: try require(16)
        case CreateContextName.extendedAttributes:
            extendedAttributes = try ExtendedAttributesContext(data: context.data).entries
        default: break
        }
    }

    func answers(_ result: WindowsOpenResult, volume: UInt64) -> [CreateContext] {
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
        return answers
    }
}
