import AccessControl
import FileSystemModel
import Synchronization

/// Where the supplementary groups of a process are found.
package protocol GroupSource: Sendable {
    /// Empty when the process is gone or out of sight.
    func groups(ofProcess pid: UInt32) -> [UInt32]
}

/// Who a request's caller is. Groups cost a read of /proc, so they are remembered for a second.
final class CallerIdentities: Sendable {
    private struct Key: Hashable {
        let pid: UInt32
        let uid: UInt32
        let gid: UInt32
    }

    private struct Remembered {
        let identity: Identity
        let second: Int64
    }

    private static let maximumCount = 4096

    private let source: any GroupSource
    private let cache = Mutex<[Key: Remembered]>([:])

    init(source: any GroupSource) { self.source = source }

    /// - Parameter second: the present one of the injected clock; what was learnt in the last one still counts.
    func identity(of request: FUSERequest, second: Int64) -> Identity {
        // Groups give root nothing that it has not.
        let key = Key(pid: request.uid == 0 ? 0 : request.pid, uid: request.uid, gid: request.gid)
        let known = cache.withLock { cache -> Identity? in
            guard let known = cache[key], second >= known.second, second &- known.second <= 1 else { return nil }
            return known.identity
        }
        if let known { return known }
        let groups = key.pid == 0 ? [] : source.groups(ofProcess: key.pid)
        let identity = Identity(uid: request.uid, gid: request.gid, groups: groups, name: "uid \(request.uid)")
        cache.withLock { cache in
            if cache.count >= Self.maximumCount { cache.removeAll(keepingCapacity: true) }
            cache[key] = Remembered(identity: identity, second: second)
        }
        return identity
    }
}
