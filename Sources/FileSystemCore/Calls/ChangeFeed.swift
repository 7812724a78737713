import AccessArbitration
import FileSystemModel
import Synchronization

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
