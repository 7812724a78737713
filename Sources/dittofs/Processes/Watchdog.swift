import CLinux
import Glibc

/// Somebody who survives this process, however it ends, and removes what it leaves behind.
///
/// The watchdog is forked before the process has a second thread, sits in a session of its own and holds the read end
/// of a pipe. It is told what there will be to remove before it comes into being; when the pipe ends without a
/// farewell, it kills the command's process group, unmounts lazily and removes the files and directories.
final class Watchdog {
    private enum Message: UInt8 {
        case group = 0x67
        case mount = 0x6D
        case tree = 0x74
        case file = 0x66
        case directory = 0x64
        case farewell = 0x78
    }

    private var pipe: Int32
    private let child: pid_t

    private init(pipe: Int32, child: pid_t) {
        self.pipe = pipe
        self.child = child
    }

    /// Must be called while the process has a single thread. Nil when the system refuses: then only an orderly end
    /// cleans up.
    static func start() -> Watchdog? {
        var ends: [Int32] = [-1, -1]
        guard linux_pipe(&ends) == 0 else { return nil }
        let child = fork()
        if child == 0 {
            close(ends[1])
            keepWatch(on: ends[0])
            _exit(0)
        }
        close(ends[0])
        guard child > 0 else {
            close(ends[1])
            return nil
        }
        return Watchdog(pipe: ends[1], child: child)
    }

    func killGroup(_ group: pid_t) { send(.group, "\(group)") }
    func unmount(_ path: String) { send(.mount, path) }
    /// A directory with everything in it. Mounts below are removed before.
    func removeTree(_ path: String) { send(.tree, path) }
    func removeFile(_ path: String) { send(.file, path) }
    /// A directory, if it is empty.
    func removeDirectory(_ path: String) { send(.directory, path) }

    /// The end of an orderly life: does here what the watchdog was told to do, then dismisses it.
    func dismiss() {
        guard pipe >= 0 else { return }
        send(.farewell, "")
        close(pipe)
        pipe = -1
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }

    private func send(_ message: Message, _ text: String) {
        var bytes = [message.rawValue] + Array(text.utf8) + [0]
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                write(pipe, buffer.baseAddress.map { $0 + sent }, buffer.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }

    // MARK: In the watchdog's process

    private static func keepWatch(on pipe: Int32) {
        setsid()
        linux_set_name("dittofs-guard")
        detach(keeping: pipe)
        var pending: [(Message, String)] = []
        var unfinished: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipe, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in buffer.prefix(count) {
                if byte != 0 {
                    unfinished.append(byte)
                    continue
                }
                guard let first = unfinished.first, let message = Message(rawValue: first) else { continue }
                if message == .farewell { return }
                pending.append((message, String(decoding: unfinished.dropFirst(), as: UTF8.self)))
                unfinished = []
            }
        }
        cleanUp(pending)
    }

    /// Lets go of everything that the parent had open, or whoever waits for the end of its output would wait for us.
    private static func detach(keeping pipe: Int32) {
        let nowhere = open("/dev/null", O_RDWR)
        for descriptor: Int32 in 0...2 {
            dup2(nowhere, descriptor)
        }
        let kept = UInt32(clamping: pipe)
        if kept > 3 { linux_close_range(3, kept - 1) }
        linux_close_range(max(3, kept + 1), UInt32.max)
        chdir("/")
    }

    private static func cleanUp(_ pending: [(Message, String)]) {
        for case (.group, let text) in pending {
            if let group = pid_t(text), group > 1 { ProcessGroup(group).end() }
        }
        for case (.mount, let path) in pending.reversed() {
            Mounts.detach(path)
        }
        for (message, path) in pending.reversed() {
            switch message {
            case .tree: FileTree.remove(path)
            case .file: unlink(path)
            case .directory: rmdir(path)
            case .group, .mount, .farewell: break
            }
        }
    }
}
