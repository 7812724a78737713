import FileSystemCore
import FileSystemModel

extension CommandContext {
    /// What clients are told of an open file. Every answer that carries attributes or times takes them from here, or
    /// from ``shown(_:named:)``.
    func shown(_ attributes: Attributes, of open: Open) -> Attributes {
        shown(attributes, named: open.link?.name.bytes)
    }

    /// What clients are told of a file that they see under a name; nil for the root, and in listings for `.` and `..`,
    /// which are never hidden.
    func shown(_ attributes: Attributes, named name: [UInt8]?) -> Attributes {
        var result = attributes
        if let name, share.presentation.hiddenNames.contains(name) { result.dosAttributes.insert(.hidden) }
        if let times = share.delayedWriteTimes {
            result.modificationTime = times.shown(attributes, at: connection.server.now)
        }
        return result
    }
}
