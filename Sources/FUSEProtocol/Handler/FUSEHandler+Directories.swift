import AccessControl
import FileSystemCore
import FileSystemModel

extension FUSEHandler {
    func opendir(_ node: NodeID, _ context: OperationContext) throws(FileSystemError) -> Outcome<FUSEReply> {
        let request = PosixOpenRequest(access: .read, link: nodes.link(of: node))
        return try fileSystem.open(node.inode, request, context).reply { open in
            .opened(OpenedFile(handle: handles.add(open), flags: 0))
        }
    }

    /// What one listing asks the core for: what fits when names have this many bytes. Fewer entries than fit are no
    /// fault.
    private static let typicalNameLength = 24

    func readdir(
        _ handle: FileHandleID, after offset: UInt64, size: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        let size = min(max(size, 0), ReplyBufferPool.maximumSize)
        let limit = max(1, size / (WireSize.directoryEntry + Self.typicalNameLength))
        return try fileSystem.readDirectory(open, after: DirectoryCookie(rawValue: offset), limit: limit, context).reply
        {
            entries in
            let buffer = buffers.buffer(count: size)
            var writer = DirectoryWriter(buffer, limit: size)
            for entry in entries {
                guard writer.append(entry) else { break }
            }
            return writer.isEmpty && !entries.isEmpty ? .error(Errno.invalid) : .data(buffer)
        }
    }

    /// The same with attributes; each entry but `.` and `..` is a reference to its node.
    func readdirplus(
        _ handle: FileHandleID, after offset: UInt64, size: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        let size = min(max(size, 0), ReplyBufferPool.maximumSize)
        let limit = max(1, size / (WireSize.directoryEntryPlus + Self.typicalNameLength))
        return try fileSystem.readDirectory(open, after: DirectoryCookie(rawValue: offset), limit: limit, context).reply
        {
            entries in
            let buffer = buffers.buffer(count: size)
            var writer = DirectoryWriter(buffer, limit: size)
            var nodes: [NodeID] = []
            for entry in entries {
                let name = entry.cookie > .dotDot ? try? FileName(entry.name) : nil
                let node = name == nil ? nil : NodeID(entry.attributes.inode)
                guard writer.append(entry, node: node, term: grants.term(for: entry.attributes)) else { break }
                guard let node, let name else { continue }
                reference(node.inode, through: Link(parent: open.inode, name: name))
                nodes.append(node)
            }
            return writer.isEmpty && !entries.isEmpty ? .error(Errno.invalid) : .directoryPlus(buffer, nodes: nodes)
        }
    }
}
