import FUSEProtocol
import FileSystemCore
import FileSystemModel
import Glibc
import Synchronization

/// Turns every request of a mount into a line of the trace log.
final class FUSETracer: FUSERequestObserver {
    private let log: TraceLog
    private let share: String
    private let fileSystem: FileSystem
    /// The mount that is traced; it holds us, so we do not hold it.
    private let handler = Mutex<WeakHandler>(WeakHandler())

    private struct WeakHandler {
        weak var value: FUSEHandler?
    }

    init(log: TraceLog, share: String, fileSystem: FileSystem) {
        self.log = log
        self.share = share
        self.fileSystem = fileSystem
    }

    func follow(_ handler: FUSEHandler) {
        self.handler.withLock { $0.value = handler }
    }

    func answered(_ operation: FUSEOperation, of request: FUSERequest, errno: Int32, microseconds: UInt64) {
        log.record(
            TraceLog.Entry(
                door: "fuse", user: "uid:\(request.uid)", operation: "\(operation.name)",
                path: share + path(of: operation),
                result: errno == 0 ? "ok" : Self.name(of: abs(errno)),
                microseconds: Int(clamping: microseconds)))
    }

    /// The path in the share; a file whose name is not known any more is called by its number.
    private func path(of operation: FUSEOperation) -> String {
        let handler = handler.withLock { $0.value }
        if let handle = operation.handle {
            guard let open = handler?.open(of: handle) else { return "/handle:\(handle.rawValue)" }
            return fileSystem.path(of: open).map(Self.text) ?? "/\(open.inode)"
        }
        guard let node = operation.node else { return "/" }
        guard let name = operation.entryName else { return path(of: node, handler) }
        let directory = path(of: node, handler)
        return (directory == "/" ? "/" : directory + "/") + String(decoding: name, as: UTF8.self)
    }

    private func path(of node: NodeID, _ handler: FUSEHandler?) -> String {
        if node == .root { return "/" }
        guard let link = handler?.link(of: node), let directory = fileSystem.path(of: link.parent) else {
            return fileSystem.path(of: node.inode).map(Self.text) ?? "/\(node.inode)"
        }
        return Self.text(directory + [link.name])
    }

    private static func text(_ names: [FileName]) -> String {
        names.isEmpty ? "/" : names.map { "/\($0)" }.joined()
    }

    /// errno's name as errno(3) has it; its number for one that no file system gives.
    private static func name(of code: Int32) -> String {
        names[code] ?? "errno\(code)"
    }

    private static let names: [Int32: String] = [
        EPERM: "EPERM", ENOENT: "ENOENT", EINTR: "EINTR", EIO: "EIO", ENXIO: "ENXIO", E2BIG: "E2BIG", EBADF: "EBADF",
        EAGAIN: "EAGAIN", EACCES: "EACCES", EBUSY: "EBUSY", EEXIST: "EEXIST", EXDEV: "EXDEV", ENODEV: "ENODEV",
        ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENFILE: "ENFILE", EFBIG: "EFBIG", ENOSPC: "ENOSPC",
        EROFS: "EROFS", EMLINK: "EMLINK", ERANGE: "ERANGE", EDEADLK: "EDEADLK", ENAMETOOLONG: "ENAMETOOLONG",
        ENOSYS: "ENOSYS", ENOTEMPTY: "ENOTEMPTY", ELOOP: "ELOOP", ENODATA: "ENODATA", ETIMEDOUT: "ETIMEDOUT",
        EOPNOTSUPP: "EOPNOTSUPP", ESTALE: "ESTALE",
    ]
}
