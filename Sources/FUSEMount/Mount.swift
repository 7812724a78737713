import CFuse3
import Glibc
package import Logging
import Synchronization

package import AccessArbitration
package import FUSEProtocol
package import FileSystemCore

/// One mount of a share: libfuse's session, its threads, its beginning and its end.
///
/// A dedicated thread runs the session, and it alone unmounts and destroys it: from two threads at once that crashes. ``stop()`` only
/// asks it to, from whichever thread, as often as one likes.
package final class Mount: Sendable {
    private enum Phase {
        case idle
        case running
        case stopping
        case ended(MountEnd)
    }

    private struct State {
        var phase = Phase.idle
        var session: Session?
        var connection: UInt32?
        var onEnd: (@Sendable (MountEnd) -> Void)?
    }

    package let mountPoint: String
    package let options: MountOptions
    package let handler: FUSEHandler
    private let log: Logger
    private let state = Mutex(State())
    /// Held by the session's thread for as long as it runs.
    private let finished = Finish()
    let isAnswering = Atomic<Bool>(false)
    let requests = Atomic<UInt64>(0)

    package init(
        fileSystem: FileSystem, mountPoint: String, options: MountOptions = MountOptions(), door: DoorID, log: Logger,
        observer: (any FUSERequestObserver)? = nil
    ) {
        self.mountPoint = KernelTables.resolved(mountPoint)
        self.options = options
        self.log = log
        let isBlocking = fileSystem.isBlocking
        handler = FUSEHandler(fileSystem: fileSystem, door: door, groups: ProcessGroups(), observer: observer) { body in
            if isBlocking { ServiceThread.start(name: "fuse-resume", body) } else { body() }
        }
    }

    // MARK: Beginning

    /// Mounts, and returns when the mount answers. `onEnd` is called once, from the session's thread, when the mount is gone: by
    /// ``stop()``, or because somebody else has unmounted it.
    package func start(onEnd: (@Sendable (MountEnd) -> Void)? = nil) throws(MountError) {
        let isFirst = state.withLock { state in
            guard case .idle = state.phase else { return false }
            state.phase = .running
            state.onEnd = onEnd
            return true
        }
        guard isFirst else { throw .alreadyStarted }
        let session: Session
        do throws(MountError) {
            try checkPrerequisites()
            session = try Session(mounting: mountPoint, options, for: self)
        } catch {
            state.withLock { $0.phase = .ended(.failed(0)) }
            finished.finish()
            throw error
        }
        state.withLock { $0.session = session }
        ServiceThread.start(name: "fuse-session") { [self] in serve(session) }
        // The kernel answers this with the file system's own statfs, once INIT is through.
        var answer = statvfs()
        guard statvfs(mountPoint, &answer) == 0 else {
            let reason = errno
            stop()
            throw .notAnswering(errno: reason)
        }
        state.withLock { $0.connection = KernelTables.connection(mountedAt: mountPoint) }
        isAnswering.store(true, ordering: .releasing)
        log.debug("mounted", metadata: ["mount_point": "\(mountPoint)"])
    }

    private func checkPrerequisites() throws(MountError) {
        var status = stat()
        var isThere = stat(mountPoint, &status) == 0
        if !isThere, errno == ENOTCONN {
            // A server that was killed has left its mount behind. It serves nobody.
            log.warning("a dead mount is taken away", metadata: ["mount_point": "\(mountPoint)"])
            Unmounting.detach(mountPoint)
            isThere = stat(mountPoint, &status) == 0
        }
        guard isThere, status.st_mode & 0o170000 == 0o040000 else { throw .noMountPoint(mountPoint) }
        let device = open("/dev/fuse", O_RDWR | O_CLOEXEC)
        guard device >= 0 else { throw .noDevice(errno: errno) }
        close(device)
    }

    // MARK: End

    private func serve(_ session: Session) {
        let result = session.run(maximumThreads: options.maximumThreads)
        isAnswering.store(false, ordering: .releasing)
        handler.cancelAll()
        // From here on the mount answers nobody, so nobody may meet it: it leaves the name space before its device is closed.
        if KernelTables.connection(mountedAt: mountPoint) != nil { Unmounting.detach(mountPoint) }
        session.destroy()
        handler.end()
        let (end, onEnd) = state.withLock { state -> (MountEnd, (@Sendable (MountEnd) -> Void)?) in
            let end: MountEnd =
                if case .stopping = state.phase { .stopped } else if result == 0 { .unmounted } else { .failed(-result) }
            state.phase = .ended(end)
            state.session = nil
            state.connection = nil
            defer { state.onEnd = nil }
            return (end, state.onEnd)
        }
        if end == .stopped {
            log.debug("unmounted", metadata: ["mount_point": "\(mountPoint)"])
        } else {
            log.warning("the mount has ended", metadata: ["mount_point": "\(mountPoint)", "end": "\(end)"])
        }
        onEnd?(end)
        finished.finish()
    }

    /// Unmounts and waits until nothing is left of it: at most `seconds`, after which the connection is aborted. Without effect on a
    /// mount that has ended. Not for a signal handler, nor for the `onEnd` of this mount.
    package func stop(seconds: Int = 5) {
        let (session, connection) = state.withLock { state -> (Session?, UInt32?) in
            switch state.phase {
            case .idle:
                state.phase = .ended(.stopped)
                finished.finish()
            case .running: state.phase = .stopping
            case .stopping, .ended: break
            }
            return (state.session, state.connection)
        }
        guard let session else { return finished.wait() }
        handler.cancelAll()
        session.exit()
        // A thread of the session's looks up from its work only when it gets some. Its thread then unmounts.
        var answer = statvfs()
        _ = statvfs(mountPoint, &answer)
        guard !finished.wait(seconds: seconds) else { return }
        log.warning("the mount does not end; its connection is aborted", metadata: ["mount_point": "\(mountPoint)"])
        if let connection { Unmounting.abort(connection: connection) }
        Unmounting.detach(mountPoint)
        _ = finished.wait(seconds: seconds)
    }

    package var status: MountStatus {
        MountStatus(
            mountPoint: mountPoint, isAnswering: isAnswering.load(ordering: .acquiring),
            connection: state.withLock { $0.connection }, requests: requests.load(ordering: .relaxed),
            waitingRequests: handler.waitingCount, openFiles: handler.openCount, knownNodes: handler.nodeCount)
    }
}
