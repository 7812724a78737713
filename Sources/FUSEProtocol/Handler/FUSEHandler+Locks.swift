import AccessArbitration
import FileSystemCore
import FileSystemModel
import Synchronization

extension FUSEHandler {
    private func rangeLock(_ request: LockRequest) -> RangeLock {
        RangeLock(
            first: request.start, last: request.last, isExclusive: request.kind == .exclusive,
            owner: .posix(door: door, owner: request.owner), processID: request.pid)
    }

    /// F_GETLK and F_OFD_GETLK.
    func getlk(
        _ handle: FileHandleID, _ request: LockRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        try fileSystem.testLock(open(handle), rangeLock(request), context).reply { found in
            .lock(
                found.map {
                    HeldLock(first: $0.first, last: $0.last, isExclusive: $0.isExclusive, pid: $0.processID)
                })
        }
    }

    /// F_SETLK, F_SETLKW and their F_OFD_ siblings, which differ by the owner alone.
    func setlk(
        _ handle: FileHandleID, _ request: LockRequest, waits: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard let file = handles[handle] else { throw .badHandle }
        let lock = rangeLock(request)
        guard request.kind != .unlock else {
            return try fileSystem.unlock(
                file.open, first: lock.first, last: lock.last, owner: lock.owner, context
            ).succeeded
        }
        return try fileSystem.lock(file.open, lock, mayWait: waits, context).reply { _ in
            file.locks.withLock { _ = $0.rangeOwners.insert(request.owner) }
            return .success
        }
    }

    /// flock(2), on the whole file.
    func flock(
        _ handle: FileHandleID, owner: UInt64, operation: UInt32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard let file = handles[handle] else { throw .badHandle }
        let lockOwner = LockOwner.flock(door: door, owner: owner)
        let isExclusive: Bool
        switch operation & ~FlockOperation.nonBlocking {
        case FlockOperation.shared: isExclusive = false
        case FlockOperation.exclusive: isExclusive = true
        case FlockOperation.unlock:
            return try fileSystem.unlock(file.open, first: 0, last: .max, owner: lockOwner, context).reply { _ in
                file.locks.withLock { $0.flockOwner = nil }
                return .success
            }
        default: throw .invalidArgument
        }
        let lock = RangeLock(
            first: 0, last: .max, isExclusive: isExclusive, owner: lockOwner,
            processID: UInt32(clamping: context.client))
        let waits = operation & FlockOperation.nonBlocking == 0
        if context.resuming == nil, file.locks.withLock({ $0.flockOwner != nil }) {
            // "The existing lock is first removed, and then a new lock is established" — flock(2). Two holders of
            // shared locks who both convert would wait for each other otherwise.
            do throws(FileSystemError) {
                return try fileSystem.lock(file.open, lock, mayWait: false, context).succeeded
            } catch .lockNotGranted {
                _ = try fileSystem.unlock(file.open, first: 0, last: .max, owner: lockOwner, context)
                file.locks.withLock { $0.flockOwner = nil }
                guard waits else { throw .lockNotGranted }
            }
        }
        return try fileSystem.lock(file.open, lock, mayWait: waits, context).reply { _ in
            file.locks.withLock { $0.flockOwner = owner }
            return .success
        }
    }
}
