import AccessArbitration
import FileSystemCore
import FileSystemModel
import Synchronization

/// A cache that gives a gate for every change that it hears of, and keeps them.
final class Holder: CacheHolder {
    let interest: CacheInterest
    let gates = Mutex<[Gate]>([])

    init(_ interest: CacheInterest = .everything) { self.interest = interest }

    func recall(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) -> Gate? {
        let gate = Gate(count: 1)
        gates.withLock { $0.append(gate) }
        return gate
    }
}

/// Raised once, by whichever thread.
final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
