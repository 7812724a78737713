import Glibc
import Instance

/// Where the one line goes that says: both doors answer.
struct ReadinessNotice {
    var descriptor: Int32?
    var file: String?

    /// - Throws: when the file cannot be written or the descriptor is not open.
    func send(_ readiness: JSONValue) throws(Failure) {
        let line = readiness.text + "\n"
        if let descriptor {
            try FileText.write(line, to: descriptor)
            if descriptor > STDERR_FILENO { close(descriptor) }
        }
        guard let file else { return }
        guard !isReplaceable(file) else {
            // Whoever sees the file sees all of it.
            return try FileText.replace(file, with: line, mode: 0o644)
        }
        let target = open(file, O_WRONLY | O_CLOEXEC)
        guard target >= 0 else { throw Failure("cannot write \(file): \(systemError())") }
        defer { close(target) }
        try FileText.write(line, to: target)
    }

    /// Refused before the start, so that nobody waits for a line that cannot come.
    func check() throws(Failure) {
        if let descriptor {
            guard fcntl(descriptor, F_GETFD) >= 0 else {
                throw Failure("--ready-fd \(descriptor) is not an open descriptor")
            }
            // The descriptor is ours: it must not pass to the programs that we start.
            if descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        // What an earlier instance wrote would tell of a port that is not ours.
        if let file, isReplaceable(file) { unlink(file) }
    }

    /// A regular file or none: a pipe, a device or a link such as /dev/stdout is written to and stays what it is.
    private func isReplaceable(_ path: String) -> Bool {
        var information = stat()
        guard lstat(path, &information) == 0 else { return true }
        return information.st_mode & S_IFMT == S_IFREG
    }
}
