import FileSystemCore
import FileSystemModel

extension FUSEHandler {
    func lookup(
        _ name: [UInt8], in parent: NodeID, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let name = try FileName(name)
        return try fileSystem.lookup(name, in: parent.inode, context).reply { entry($0, named: name, in: parent) }
    }

    /// Hands a node to the kernel: one reference more, and the name it was reached by.
    private func entry(_ attributes: Attributes, named name: FileName, in parent: NodeID) -> FUSEReply {
        reference(attributes.inode, through: Link(parent: parent.inode, name: name))
        return .entry(attributes, grants.term(for: attributes))
    }

    func reference(_ inode: InodeNumber, through link: Link?) {
        if nodes.reference(NodeID(inode), through: link) { fileSystem.pin(inode) }
    }

    func forget(_ node: NodeID, count: UInt64) {
        if nodes.forget(node, count: count) { fileSystem.unpin(node.inode, count: 1) }
    }

    func make(
        _ type: FileType, _ name: [UInt8], in parent: NodeID, mode: UInt32, umask: UInt32, device: UInt32 = 0,
        target: [UInt8] = [], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let name = try FileName(name)
        let file = NewFile(
            type: type, permissions: ModeBits.permissions(of: mode), umask: UInt16(truncatingIfNeeded: umask & 0o777),
            device: UInt64(device), symbolicLinkTarget: target)
        return try fileSystem.make(file, named: name, in: parent.inode, context).reply {
            entry($0, named: name, in: parent)
        }
    }

    /// mknod(2), by which regular files come too.
    func mknod(
        _ name: [UInt8], in parent: NodeID, mode: UInt32, umask: UInt32, device: UInt32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard let type = ModeBits.nodeType(of: mode) else { throw .invalidArgument }
        let isDevice = type == .characterDevice || type == .blockDevice
        return try make(type, name, in: parent, mode: mode, umask: umask, device: isDevice ? device : 0, context)
    }

    func symlink(
        _ name: [UInt8], in parent: NodeID, target: [UInt8], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        try make(.symbolicLink, name, in: parent, mode: 0o777, umask: 0, target: target, context)
    }

    func link(
        _ node: NodeID, _ name: [UInt8], in parent: NodeID, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let name = try FileName(name)
        return try fileSystem.link(node.inode, named: name, in: parent.inode, context).reply {
            entry($0, named: name, in: parent)
        }
    }

    /// renameat2(2); RENAME_WHITEOUT, and both other flags at once, are EINVAL as its man page has it.
    func rename(
        _ name: [UInt8], in parent: NodeID, to newName: [UInt8], in newParent: NodeID, flags: UInt32,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let wanted = RenameFlags(rawValue: flags)
        guard wanted == [] || wanted == .noReplace || wanted == .exchange else { throw .invalidArgument }
        return try fileSystem.rename(
            FileName(name), in: parent.inode, to: FileName(newName), in: newParent.inode, flags: wanted, context
        ).succeeded
    }
}
