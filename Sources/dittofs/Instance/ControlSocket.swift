import CLinux
import Glibc
import Instance
import Synchronization

/// A Unix socket on which a running instance tells how it is: who connects gets one line of JSON. Only its user can
/// connect.
final class ControlSocket: Sendable {
    let path: String
    private let listener: Int32
    /// Closing the write end ends the thread.
    private let stopEnds: (read: Int32, write: Int32)
    private let thread = Mutex<pthread_t?>(nil)
    private let answer: @Sendable () -> String

    init(path: String, answer: @escaping @Sendable () -> String) throws(Failure) {
        self.path = path
        self.answer = answer
        listener = try Self.listen(at: path)
        var ends: [Int32] = [-1, -1]
        guard linux_pipe(&ends) == 0 else {
            close(listener)
            throw Failure("cannot make a pipe: \(systemError())")
        }
        stopEnds = (ends[0], ends[1])
    }

    private static func listen(at path: String) throws(Failure) -> Int32 {
        unlink(path)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0, withAddress(path, { bind(listener, $0, $1) }) == 0, chmod(path, 0o600) == 0,
            Glibc.listen(listener, 16) == 0
        else {
            let reason = systemError()
            close(listener)
            throw Failure("cannot make the control socket \(path): \(reason)")
        }
        return listener
    }

    func start() {
        var created = pthread_t()
        let context = Unmanaged.passRetained(self)
        let result = pthread_create(
            &created, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ControlSocket>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, context.toOpaque())
        if result == 0 {
            thread.withLock { $0 = created }
        } else {
            context.release()
        }
    }

    func stop() {
        close(stopEnds.write)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let running { pthread_join(running, nil) }
        close(stopEnds.read)
        close(listener)
        unlink(path)
    }

    private func serve() {
        while true {
            var polled = [
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stopEnds.read, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polled, 2, -1) < 0, errno == EINTR { continue }
            guard polled[1].revents == 0 else { return }
            let client = linux_accept(listener)
            guard client >= 0 else { continue }
            // Somebody who connects and does not read must not keep the next one waiting.
            var limit = timeval(tv_sec: 1, tv_usec: 0)
            setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            try? FileText.write(answer() + "\n", to: client)
            close(client)
        }
    }

    /// What an instance says of itself, nil when nobody answers at that path.
    static func ask(_ path: String) -> String? {
        let handle = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard handle >= 0 else { return nil }
        defer { close(handle) }
        guard withAddress(path, { connect(handle, $0, $1) }) == 0 else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 20 {
            let count = read(handle, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            answer += buffer.prefix(count)
        }
        let text = String(decoding: answer, as: UTF8.self)
        return text.isEmpty ? nil : String(text.prefix { $0 != "\n" })
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard bytes.count < room.count else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        guard fits else {
            errno = ENAMETOOLONG
            return -1
        }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
