import Synchronization

/// Stands between a commit and its answer: opens when every cache that may hold the old state has given it up.
///
/// A call that met no cache has no gate at all, and its door answers without a hop.
package final class Gate: Sendable {
    private struct State {
        var outstanding: Int
        var handlers: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    /// Opens after `count` calls of ``pass()``.
    package init(count: Int) {
        state = Mutex(State(outstanding: count))
    }

    package func pass() {
        let handlers = state.withLock { state -> [@Sendable () -> Void] in
            state.outstanding -= 1
            guard state.outstanding == 0 else { return [] }
            let handlers = state.handlers
            state.handlers = []
            return handlers
        }
        for handler in handlers { handler() }
    }

    /// Calls `handler` when the gate is open, at once where it is already.
    package func whenOpen(_ handler: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            if state.outstanding > 0 { state.handlers.append(handler) }
            return state.outstanding <= 0
        }
        if isOpen { handler() }
    }

    /// A gate that opens when all of these have; nil for none.
    package static func joining(_ gates: [Gate]) -> Gate? {
        guard gates.count > 1 else { return gates.first }
        let all = Gate(count: gates.count)
        for gate in gates { gate.whenOpen { all.pass() } }
        return all
    }
}
