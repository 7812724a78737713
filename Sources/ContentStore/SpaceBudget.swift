import Synchronization

/// Counts what is spent against a bound, without a lock.
final class SpaceBudget: Sendable {
    /// In bytes, as is everything here.
    let maximum: UInt64
    private let spent = Atomic<UInt64>(0)

    init(maximum: UInt64) { self.maximum = maximum }

    var free: UInt64 { maximum &- min(spent.load(ordering: .relaxed), maximum) }

    /// Spends `count` bytes, or nothing when they would exceed the bound.
    func take(_ count: UInt64) -> Bool {
        guard count > 0 else { return true }
        var current = spent.load(ordering: .relaxed)
        while true {
            guard current <= maximum, count <= maximum - current else { return false }
            let (exchanged, original) = spent.weakCompareExchange(
                expected: current, desired: current + count, ordering: .relaxed)
            if exchanged { return true }
            current = original
        }
    }

    /// Gives back what was taken before.
    func giveBack(_ count: UInt64) {
        if count > 0 { spent.wrappingSubtract(count, ordering: .relaxed) }
    }
}
