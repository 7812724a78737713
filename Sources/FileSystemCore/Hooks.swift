import Synchronization

package import AccessArbitration
package import AccessControl
package import FileSystemModel

/// The calls of the core, as traces name them.
package enum Operation: String, Sendable {
    case lookup, attributes, setAttributes, access, make, link, unlink, removeDirectory, rename, readLink, open, create
    case setDeletePending, read, write, flush, sync, close, readDirectory, allocate, seek, copyRange, lock, testLock, unlock
    case listStreams
    case getExtendedAttribute, setExtendedAttribute, removeExtendedAttribute, listExtendedAttributes, statistics
}

/// What a call was about.
package enum Subject: Sendable {
    case share
    case inode(InodeNumber)
    case entry(parent: InodeNumber, name: FileName)
    case path([FileName])
    case open(OpenID, InodeNumber)
}

/// One call of the core, after it.
package struct OperationTrace: Sendable {
    package let door: DoorID
    package let client: UInt64
    package let identity: Identity
    package let requestNumber: UInt64
    package let operation: Operation
    package let subject: Subject
    /// Nil for success; waits are told of in `isPending`.
    package let error: FileSystemError?
    package let isPending: Bool
    package let nanoseconds: UInt64
}

/// Is told of every call, on the caller's thread, after the locks were left.
package protocol OperationObserver: Sendable {
    func completed(_ trace: OperationTrace, in fileSystem: FileSystem)
}

/// One committed change, for all that follows from it: notices, breaks, recalls, the event stream.
package struct ChangeEvent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case created(Link)
        case removed(Link)
        case renamed(from: Link, to: Link)
        case attributes
        case data(Range<UInt64>)
        case extendedAttributes
        /// A named stream, under the name that it had.
        case stream(FileName, StreamChange)
    }

    package enum StreamChange: Sendable, Equatable {
        case created, removed, written
        case renamed(to: FileName)
    }

    package let kind: Kind
    package let inode: InodeNumber

    package init(_ kind: Kind, _ inode: InodeNumber) {
        self.kind = kind
        self.inode = inode
    }
}

/// Is told of every committed change in the order of the commits, after the locks were left.
package protocol ChangeObserver: Sendable {
    func changed(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID)
}

/// Which changes a cache has to hear of.
package enum CacheInterest: Sendable {
    case everything
    /// Directories that come to stand in another one. A kernel refuses to see one directory in two places, even where it
    /// keeps nothing else.
    case movedDirectories
}

/// Something that may hold copies of names, attributes or data: a mount's kernel.
package protocol CacheHolder: Sendable {
    /// Does not change after ``FileSystem/attach(_:)``.
    var interest: CacheInterest { get }

    /// Called between a commit and its answer, under the core's locks: it must only note what to recall, and return a gate that
    /// opens when it is done, or nil when it holds nothing of what changed.
    func recall(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) -> Gate?
}

/// The feed: takes commits in order under the core's locks, and hands them on once those are left.
final class ChangeFeed: Sendable {
    private struct Entry {
        let events: [ChangeEvent]
        let sequence: CommitSequence
        let door: DoorID
    }

    private struct State {
        var observers: [any ChangeObserver] = []
        var holders: [any CacheHolder] = []
        var queue: [Entry] = []
        var isDraining = false
    }

    private let state = Mutex(State())
    private let watched = Atomic<Bool>(false)
    private let watchedForMoves = Atomic<Bool>(false)
    private let filled = Atomic<Bool>(false)

    /// Whether anybody wants to know: without an observer or a cache a commit makes no events at all.
    ///
    /// - Parameter isDirectoryMove: the commit takes a directory to another one.
    func isWatched(isDirectoryMove: Bool) -> Bool {
        watched.load(ordering: .relaxed) || isDirectoryMove && watchedForMoves.load(ordering: .relaxed)
    }

    func add(_ observer: any ChangeObserver) {
        state.withLock { $0.observers.append(observer) }
        watched.store(true, ordering: .releasing)
    }

    func add(_ holder: any CacheHolder) {
        state.withLock { $0.holders.append(holder) }
        switch holder.interest {
        case .everything: watched.store(true, ordering: .releasing)
        case .movedDirectories: watchedForMoves.store(true, ordering: .releasing)
        }
    }

    /// Under the locks of the commit. Takes its number under the feed's own lock: commits to different files share no other, and the
    /// queue must have them in the order of their numbers.
    func commit(
        _ events: [ChangeEvent], isDirectoryMove: Bool, door: DoorID, numbering: () -> CommitSequence
    ) -> (sequence: CommitSequence, gate: Gate?) {
        let (sequence, holders) = state.withLock { state in
            let sequence = numbering()
            if !state.observers.isEmpty {
                state.queue.append(Entry(events: events, sequence: sequence, door: door))
            }
            return (sequence, state.holders)
        }
        filled.store(true, ordering: .releasing)
        let concerned = isDirectoryMove ? holders : holders.filter { $0.interest == .everything }
        let gates = concerned.compactMap { $0.recall(events, sequence: sequence, door: door) }
        return (sequence, Gate.joining(gates))
    }

    /// With no lock held. One thread at a time hands on, so observers see the order of the commits.
    func drain() {
        guard filled.load(ordering: .acquiring) else { return }
        while true {
            let (entries, observers) = state.withLock { state -> ([Entry], [any ChangeObserver]) in
                guard !state.isDraining, !state.queue.isEmpty else { return ([], []) }
                state.isDraining = true
                let entries = state.queue
                state.queue = []
                filled.store(false, ordering: .relaxed)
                return (entries, state.observers)
            }
            guard !entries.isEmpty else { return }
            for entry in entries {
                for observer in observers {
                    observer.changed(entry.events, sequence: entry.sequence, door: entry.door)
                }
            }
            state.withLock { $0.isDraining = false }
        }
    }
}
