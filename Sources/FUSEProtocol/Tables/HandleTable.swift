import FileSystemCore
import Synchronization

/// One open file of the kernel's.
final class FileHandle: Sendable {
    let open: Open

    struct Locks {
        /// Owners of byte-range locks that were taken through this handle and whose close(2) has not come since.
        var rangeOwners: Set<UInt64> = []
        /// The owner of the handle's flock.
        var flockOwner: UInt64?
    }

    let locks = Mutex(Locks())

    init(_ open: Open) { self.open = open }
}

/// The open files of a mount by number. A shard's lock is a leaf.
final class HandleTable: Sendable {
    private final class Shard: Sendable {
        let handles = Mutex<[FileHandleID: FileHandle]>([:])
    }

    private let shards = (0..<16).map { _ in Shard() }
    private let next = Atomic<UInt64>(1)

    private func shard(_ id: FileHandleID) -> Shard { shards[Int(truncatingIfNeeded: id.rawValue & 15)] }

    func add(_ open: Open) -> FileHandleID {
        let id = FileHandleID(rawValue: next.add(1, ordering: .relaxed).oldValue)
        let handle = FileHandle(open)
        shard(id).handles.withLock { $0[id] = handle }
        return id
    }

    subscript(id: FileHandleID) -> FileHandle? { shard(id).handles.withLock { $0[id] } }

    func remove(_ id: FileHandleID) -> FileHandle? { shard(id).handles.withLock { $0.removeValue(forKey: id) } }

    var count: Int { shards.reduce(0) { $0 + $1.handles.withLock { $0.count } } }

    func removeAll() -> [FileHandle] {
        shards.flatMap { shard in
            shard.handles.withLock { handles in
                let all = Array(handles.values)
                handles = [:]
                return all
            }
        }
    }
}
