import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// SMB2 LOCK — [MS-SMB2] 2.2.26, 3.3.5.14
package enum LockCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: LockRequest = try context.request()
        guard request.locks.count <= maximumElements else { throw SMBFailure(.invalidParameter) }
        // What was waited for is there, even if the handle has gone meanwhile and has taken it along.
        if let ticket = context.resuming, ticket.isGranted {
            let fileID = context.chain.fileID ?? request.fileID
            let open = context.session.opens[fileID.volatile]
            return succeed(request, open?.fileID == fileID ? open : nil, &context)
        }
        let isUnlock = request.locks.first?.flags == .unlock
        // An expired session may give up what it has — [MS-SMB2] 3.3.5.2.9
        if context.session.state == .expired, !isUnlock { throw SMBFailure(.networkSessionExpired) }
        let file = try context.open(request.fileID)
        if verifiesSequence(context), file.state.lockSequences.isReplay(request) {
            return succeed(request, file, &context)
        }
        return isUnlock ? try unlock(request, file, &context) : try lock(request, file, &context)
    }

    /// What one request names is looked at with the file's table locked: no client asks for so many.
    private static let maximumElements = 256

    /// Processing Unlocks — [MS-SMB2] 3.3.5.14.1
    private static func unlock(
        _ request: LockRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        // What stands before an element that is no unlock is carried out all the same.
        let unlocks = request.locks.prefix { $0.flags == .unlock }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.unlockEach(file.open, unlocks.map(\.range), operation)
        }
        guard case .done = outcome else { return .waiting(for: outcome) }
        guard unlocks.count == request.locks.count else { throw SMBFailure(.invalidParameter) }
        return succeed(request, file, &context)
    }

    /// Processing Locks — [MS-SMB2] 3.3.5.14.2
    private static func lock(
        _ request: LockRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        var wishes: [LockWish] = []
        wishes.reserveCapacity(request.locks.count)
        for element in request.locks {
            let isExclusive: Bool
            switch element.flags.subtracting(.failImmediately) {
            case .sharedLock: isExclusive = false
            case .exclusiveLock: isExclusive = true
            // Also an unlock among locks. Nothing has been locked yet that would have to be given back.
            default: throw SMBFailure(.invalidParameter)
            }
            // "If the Locks array has more than one entry and the Flags field in any of these entries does not have
            // SMB2_LOCKFLAG_FAIL_IMMEDIATELY set, the server SHOULD fail the request with STATUS_INVALID_PARAMETER."
            guard request.locks.count == 1 || element.flags.contains(.failImmediately) else {
                throw SMBFailure(.invalidParameter)
            }
            wishes.append(LockWish(element.range, isExclusive: isExclusive))
        }
        let mayWait = request.locks.first.map { !$0.flags.contains(.failImmediately) } ?? false
        let outcome = try context.core { operation throws(FileSystemError) in
            if wishes.count == 1 {
                return try context.fileSystem.lock(file.open, wishes[0], mayWait: mayWait, operation)
            }
            return try context.fileSystem.lockAll(file.open, wishes, operation)
        }
        guard case .done = outcome else { return .waiting(for: outcome) }
        return succeed(request, file, &context)
    }

    /// "If Connection.Dialect belongs to the SMB 3.x dialect family and Connection.ServerCapabilities includes
    /// SMB2_GLOBAL_CAP_MULTI_CHANNEL": before that the field is reserved, and only a durable open could use it.
    private static func verifiesSequence(_ context: borrowing CommandContext) -> Bool {
        context.connection.terms.capabilities.contains(.multiChannel)
    }

    private static func succeed(
        _ request: LockRequest, _ file: SMBOpen?, _ context: inout CommandContext
    ) -> CommandResult {
        if verifiesSequence(context) { file?.state.lockSequences.succeeded(request) }
        LockResponse().write(to: &context.writer)
        return .success
    }
}

extension LockElement {
    var range: LockRange { LockRange(offset: offset, length: length) }
}
