import Synchronization

package import FileSystemModel

/// A wait as data. The call that returned it changed nothing; when the ticket is settled as `.retry` the door makes the same call
/// again from the start, with the ticket in its context.
///
/// A ticket is settled exactly once: resumed by the core, or cancelled by whoever no longer wants to wait.
package final class Ticket: Sendable {
    package enum Resumption: Equatable, Sendable {
        case retry
        /// The call must not be repeated; its answer is this error.
        case cancelled(FileSystemError)
    }

    /// What is left to do after a settlement, once no lock is held.
    package struct Settlement: Sendable {
        let resumption: Resumption
        let handlers: [@Sendable (Resumption) -> Void]

        package func run() { for handler in handlers { handler(resumption) } }
    }

    private struct State {
        var resumption: Resumption?
        var handlers: [@Sendable (Resumption) -> Void] = []
        var isGranted = false
        var isOverdue = false
    }

    private let state = Mutex(State())
    /// When the caller began to wait, which a repeated wait inherits.
    package let began: Timestamp

    package init(began: Timestamp) { self.began = began }

    /// Calls `handler` once the ticket is settled: at once when it is already, and never under a lock of the core's.
    package func whenSettled(_ handler: @escaping @Sendable (Resumption) -> Void) {
        let settled = state.withLock { state -> Resumption? in
            if state.resumption == nil { state.handlers.append(handler) }
            return state.resumption
        }
        if let settled { handler(settled) }
    }

    /// Ends the wait from the caller's side: CANCEL, INTERRUPT, a disconnect, an unmount. Without effect on a settled ticket.
    package func cancel(_ error: FileSystemError = .cancelled) {
        settle(.cancelled(error))?.run()
    }

    /// Settles the ticket and returns what is to run when the caller has left its locks; nil when it was settled before.
    package func settle(_ resumption: Resumption) -> Settlement? {
        state.withLock { state in
            guard state.resumption == nil else { return nil }
            state.resumption = resumption
            let handlers = state.handlers
            state.handlers = []
            return Settlement(resumption: resumption, handlers: handlers)
        }
    }

    /// Resumes a wait whose time is over: the repeated call then refuses where it would wait again.
    package func expire() {
        state.withLock { $0.isOverdue = true }
        settle(.retry)?.run()
    }

    package var isSettled: Bool { state.withLock { $0.resumption != nil } }

    package var isOverdue: Bool { state.withLock { $0.isOverdue } }

    /// Hands what was waited for to the ticket's owner: true once, and never for a ticket that is settled already.
    func grant() -> Settlement? {
        state.withLock { state in
            guard state.resumption == nil else { return nil }
            state.isGranted = true
            state.resumption = .retry
            let handlers = state.handlers
            state.handlers = []
            return Settlement(resumption: .retry, handlers: handlers)
        }
    }

    /// Whether what was waited for is already the owner's.
    package var isGranted: Bool { state.withLock { $0.isGranted } }
}
