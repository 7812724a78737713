import Glibc

/// The processes that a command started and did not take along.
struct ProcessGroup {
    private let group: pid_t

    init(_ group: pid_t) {
        self.group = group
    }

    func send(_ signal: Int32) {
        _ = kill(-group, signal)
    }

    /// Asks the rest of the group to end, and after a fifth of a second makes it.
    func end() {
        guard kill(-group, SIGTERM) == 0 else { return }
        _ = kill(-group, SIGCONT)
        for _ in 0..<40 {
            // Nothing announces the end of processes that are not our children; asking is all there is.
            guard kill(-group, 0) == 0 else { return }
            usleep(5000)
        }
        _ = kill(-group, SIGKILL)
    }
}
