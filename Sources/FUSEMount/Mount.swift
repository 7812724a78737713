package import AccessArbitration
import CFuse3
package import FUSEProtocol
package import FileSystemCore
import Glibc
package import Logging
import Synchronization

/// One mount of a share: libfuse's session, its threads, its beginning and its end.
///
/// This process never asks its own mount anything: killed in the middle of it, it would wait for itself for ever.
///
/// A dedicated thread runs the session, and it alone unmounts and destroys it: from two threads at once that crashes.
/// ``stop()`` only asks it to, from whichever thread, as often as one likes.
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
    /// INIT was answered, or never will be.
    private let begun = Finish()
    /// One at a time looks whether the mount is there and takes it away.
    private let detaching = Mutex(())
    let isAnswering = Atomic<Bool>(false)
    /// Requests that are being carried out now; those that wait are not among them.
    let active = Atomic<Int>(0)
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

    /// Mounts, and returns when the mount answers. `onEnd` is called once, from the session's thread, when the mount is
    /// gone: by ``stop()``, or because somebody else has unmounted it.
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
            session = try Session(mounting: mountPoint, permitted(options), for: self)
        } catch {
            state.withLock { $0.phase = .ended(.failed(0)) }
            finished.finish()
            throw error
        }
        let connection = KernelTables.connection(mountedAt: mountPoint)
        state.withLock { state in
            state.session = session
            state.connection = connection
        }
        let notices = KernelNotices(session)
        handler.connect(notices)
        ServiceThread.start(name: "fuse-session") { [self] in serve(session, notices) }
        _ = begun.wait(seconds: 10)
        guard isAnswering.load(ordering: .acquiring) else {
            stop()
            throw .notAnswering
        }
        log.debug("mounted", metadata: ["mount_point": "\(mountPoint)"])
    }

    /// The kernel has INIT's answer: it sends requests from now on.
    func noteAnswered() {
        isAnswering.store(true, ordering: .releasing)
        begun.finish()
    }

    private func checkPrerequisites() throws(MountError) {
        var status = stat()
        var isThere = stat(mountPoint, &status) == 0
        if !isThere, errno == ENOTCONN {
            // A server that was killed has left its mount behind. It serves nobody.
            log.warning("a dead mount is taken away", metadata: ["mount_point": "\(mountPoint)"])
            if !Unmounting.end(mountPoint) { Unmounting.detach(mountPoint) }
            isThere = stat(mountPoint, &status) == 0
        }
        guard isThere, status.st_mode & 0o170000 == 0o040000 else { throw .noMountPoint(mountPoint) }
        let device = open("/dev/fuse", O_RDWR | O_CLOEXEC)
        guard device >= 0 else { throw .noDevice(errno: errno) }
        close(device)
    }

    /// Without root, other users may enter only where /etc/fuse.conf says so: then the mount is its maker's alone.
    private func permitted(_ options: MountOptions) -> MountOptions {
        guard options.allowsOthers, geteuid() != 0 else { return options }
        let lines = KernelTables.readFile("/etc/fuse.conf")?.split(separator: 0x0A) ?? []
        let isAllowed = lines.contains { line in
            line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }).first?.elementsEqual(
                "user_allow_other".utf8)
                ?? false
        }
        guard !isAllowed else { return options }
        log.warning("only you may enter the mount: /etc/fuse.conf lacks user_allow_other")
        var options = options
        options.allowsOthers = false
        return options
    }

    // MARK: End

    private func serve(_ session: Session, _ notices: KernelNotices) {
        let result = session.run(maximumThreads: options.maximumThreads)
        isAnswering.store(false, ordering: .releasing)
        begun.finish()
        handler.cancelAll()
        // The mount answers nobody any more, so nobody may meet it: it leaves the name space before its device is
        // closed.
        if !takeAway() { Unmounting.detach(mountPoint) }
        if !notices.close(seconds: 1), let connection = state.withLock({ $0.connection }) {
            // Who holds the directory waits for an answer that will not come: the connection's end is one.
            Unmounting.abort(connection: connection)
        }
        // A notice that the kernel keeps in spite of that still uses the session, which is then left as it is.
        if notices.close(seconds: 1) { session.destroy() }
        handler.end()
        let (end, onEnd) = state.withLock { state -> (MountEnd, (@Sendable (MountEnd) -> Void)?) in
            let end: MountEnd =
                if case .stopping = state.phase { .stopped } else if result == 0 { .unmounted } else {
                    .failed(-result)
                }
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

    /// Unmounts and waits until nothing is left of it: at most `seconds`, after which the connection is aborted.
    /// Without effect on a mount that has ended. Not for a signal handler, nor for the `onEnd` of this mount.
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
        awaitAnswers()
        if !takeAway() {
            // Without root the threads cannot be sent home; they look up from their work when they get some.
            var answer = statvfs()
            _ = statvfs(mountPoint, &answer)
        }
        guard !finished.wait(seconds: seconds) else { return }
        log.warning("the mount does not end; its connection is aborted", metadata: ["mount_point": "\(mountPoint)"])
        if let connection { Unmounting.abort(connection: connection) }
        _ = finished.wait(seconds: seconds)
    }

    /// Gives the requests that are being carried out a quarter of a second to be answered.
    private func awaitAnswers() {
        for _ in 0..<250 where active.load(ordering: .acquiring) > 0 { usleep(1000) }
    }

    /// Takes the mount out of the name space and ends its connection; false when only the session's own end can do
    /// that.
    private func takeAway() -> Bool {
        detaching.withLock { _ in
            // Somebody may have unmounted it and mounted something else.
            guard let own = state.withLock({ $0.connection }), KernelTables.connection(mountedAt: mountPoint) == own
            else {
                return true
            }
            return Unmounting.end(mountPoint)
        }
    }

    package var status: MountStatus {
        MountStatus(
            mountPoint: mountPoint, isAnswering: isAnswering.load(ordering: .acquiring),
            connection: state.withLock { $0.connection }, requests: requests.load(ordering: .relaxed),
            waitingRequests: handler.waitingCount, openFiles: handler.openCount, knownNodes: handler.nodeCount)
    }
}
