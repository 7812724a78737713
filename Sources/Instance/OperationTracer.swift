package import AccessArbitration
import AccessControl
package import FileSystemCore
import FileSystemModel

/// Turns every call of the core into a line of the trace log.
package struct OperationTracer: OperationObserver {
    private let log: TraceLog
    private let doors: [DoorID: String]

    /// - Parameter doors: what lines call each door.
    package init(log: TraceLog, doors: [DoorID: String]) {
        self.log = log
        self.doors = doors
    }

    package func completed(_ trace: OperationTrace, in fileSystem: FileSystem) {
        let result = trace.isPending ? "pending" : trace.error.map { "\($0)" } ?? "ok"
        log.record(
            TraceLog.Entry(
                door: doors[trace.door] ?? "door\(trace.door.rawValue)",
                user: trace.identity.name.isEmpty ? "uid:\(trace.identity.uid)" : trace.identity.name,
                operation: trace.operation.rawValue,
                path: fileSystem.options.name + Self.path(of: trace.subject, in: fileSystem), result: result,
                microseconds: Int(clamping: trace.nanoseconds / 1000)))
    }

    /// The path behind the share's name; an inode whose name is not known is called by its number.
    private static func path(of subject: Subject, in fileSystem: FileSystem) -> String {
        switch subject {
        case .share: return "/"
        case .inode(let inode):
            return fileSystem.path(of: inode).map(text) ?? "/\(inode)"
        case .entry(let parent, let name):
            let directory = fileSystem.path(of: parent).map { text($0) } ?? "/\(parent)"
            return directory == "/" ? "/\(name)" : "\(directory)/\(name)"
        case .path(let names):
            return text(names)
        case .open(let id, let inode):
            return fileSystem.opens.first { $0.id == id }.flatMap { fileSystem.path(of: $0) }.map(text) ?? "/\(inode)"
        }
    }

    private static func text(_ names: [FileName]) -> String {
        names.isEmpty ? "/" : names.map { "/\($0)" }.joined()
    }
}
