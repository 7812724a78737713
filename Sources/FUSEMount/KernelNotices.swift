import FUSEProtocol
import FileSystemModel
import Synchronization

/// A mount's lane of notices to its kernel: one thread that sends them one after another.
///
/// A notice about a name waits for the directory that a request in progress may hold, so none is sent by a thread that
/// answers requests, by an event loop, or under a lock.
final class KernelNotices: KernelNotifier {
    private struct Notice {
        let name: FileName
        let parent: NodeID
        let done: @Sendable () -> Void
    }

    private struct State {
        var queue: [Notice] = []
        var isRunning = false
        var isClosed = false
    }

    private let session: Session
    private let state = Mutex(State())
    private let idle = Finish()

    init(_ session: Session) {
        self.session = session
    }

    func invalidateEntry(_ name: FileName, in parent: NodeID, done: @escaping @Sendable () -> Void) {
        let (isTaken, isFirst) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed else { return (false, false) }
            state.queue.append(Notice(name: name, parent: parent, done: done))
            defer { state.isRunning = true }
            return (true, !state.isRunning)
        }
        guard isTaken else { return done() }
        // Such changes are rare: the thread lives as long as it has something to send.
        if isFirst { ServiceThread.start(name: "fuse-notify") { [self] in send() } }
    }

    private func send() {
        while true {
            let (notices, isClosed) = state.withLock { state -> ([Notice], Bool) in
                defer { state.queue = [] }
                if state.queue.isEmpty || state.isClosed { state.isRunning = false }
                return (state.queue, state.isClosed)
            }
            for notice in notices {
                if !isClosed { session.invalidateEntry(notice.name, in: notice.parent) }
                notice.done()
            }
            if isClosed { idle.finish() }
            if notices.isEmpty || isClosed { return }
        }
    }

    /// Nothing is sent any more, and whoever waits for a notice waits no longer. Returns when the session is not used by
    /// the lane, or false after `seconds`: the kernel holds the notice back until its connection ends.
    func close(seconds: Int) -> Bool {
        let isIdle = state.withLock { state in
            state.isClosed = true
            return !state.isRunning
        }
        return isIdle || idle.wait(seconds: seconds)
    }
}
