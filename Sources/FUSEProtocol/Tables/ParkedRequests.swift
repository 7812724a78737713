import AccessArbitration
import Synchronization

/// Requests that wait for somebody, by their number: for INTERRUPT, and for the end of the mount.
final class ParkedRequests: Sendable {
    private struct State {
        var tickets: [UInt64: Ticket] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// False after ``cancelAll()``: nobody may wait any more.
    func park(_ unique: UInt64, on ticket: Ticket) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.tickets[unique] = ticket
            return true
        }
    }

    func leave(_ unique: UInt64) {
        state.withLock { $0.tickets[unique] = nil }
    }

    /// Ends one wait; without effect on a request that does not wait.
    func cancel(_ unique: UInt64) {
        state.withLock { $0.tickets.removeValue(forKey: unique) }?.cancel()
    }

    func cancelAll() {
        let tickets = state.withLock { state in
            state.isClosed = true
            let tickets = Array(state.tickets.values)
            state.tickets = [:]
            return tickets
        }
        for ticket in tickets { ticket.cancel() }
    }

    /// Whether the mount is ending.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    var count: Int { state.withLock { $0.tickets.count } }
}
