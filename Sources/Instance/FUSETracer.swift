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
                door: "fuse", user: "uid:\(request.uid)", operation: "\(operation.name)", path: share + path(of: operation),
                result: errno == 0 ? "ok" : String(cString: strerrorname_np(abs(errno)) ?? strerror(abs(errno))),
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
}
