import Synchronization

/// Shares behind any number of doors, from the start to the end.
///
/// The instance owns the order of things: doors open in the order given, the instance is ready when each has been seen
/// to answer, and at the end doors close in that same order, before the stores below them do.
package final class Instance: Sendable {
    private enum Phase {
        case built
        case running
        case stopped
    }

    private struct State {
        var phase = Phase.built
        var endpoints: [Endpoint] = []
    }

    private let doors: [any Door]
    private let closeStores: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter closeStores: runs once, after the last door has closed.
    package init(doors: [any Door], closeStores: @escaping @Sendable () -> Void = {}) {
        self.doors = doors
        self.closeStores = closeStores
    }

    /// Where the doors are; empty before the start and after the end.
    package var endpoints: [Endpoint] {
        state.withLock { $0.endpoints }
    }

    /// Opens every door and returns when all of them have answered a question from outside. When one fails, those that
    /// were open are closed again.
    package func start() throws(DoorError) {
        let isFirst = state.withLock { state in
            defer { state.phase = .running }
            return state.phase == .built
        }
        precondition(isFirst, "an instance starts once")
        do {
            for door in doors {
                let endpoints = try door.start()
                state.withLock { $0.endpoints += endpoints }
            }
            for endpoint in endpoints {
                try Readiness.check(endpoint)
            }
        } catch {
            stop(grace: .zero)
            throw error
        }
    }

    /// - Parameters:
    ///   - grace: how long accepted requests may take to finish, for each door.
    ///   - beforeStoresClose: runs between the last door and the stores: nothing changes any more, and everything is
    ///     still there.
    package func stop(grace: Duration, beforeStoresClose: () -> Void = {}) {
        let wasRunning = state.withLock { state in
            defer { state.phase = .stopped }
            return state.phase == .running
        }
        guard wasRunning else { return }
        for door in doors {
            door.stop(grace: grace)
        }
        state.withLock { $0.endpoints = [] }
        beforeStoresClose()
        closeStores()
    }

    package func status() -> [DoorStatus] {
        doors.map { $0.status() }
    }
}
