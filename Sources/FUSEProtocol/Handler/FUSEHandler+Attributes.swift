import AccessControl
import FileSystemCore
import FileSystemModel

extension FUSEHandler {
    /// chmod(2), chown(2), truncate(2), utimensat(2). With a handle, what the open may do counts: ftruncate(2) of a
    /// file whose mode has changed meanwhile.
    func setattr(
        _ node: NodeID, _ request: SetAttributesRequest, via handle: FileHandleID?, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        var changes = AttributeChanges()
        changes.permissions = request.mode.map(ModeBits.permissions)
        changes.uid = request.uid
        changes.gid = request.gid
        changes.size = request.size
        changes.accessTime = request.accessTime.map(TimeChange.init)
        changes.modificationTime = request.modificationTime.map(TimeChange.init)
        let open = handle.flatMap { handles[$0]?.open }
        return try fileSystem.setAttributes(changes, of: node.inode, via: open, context).reply {
            .attributes($0, .none)  // SETATTR grants nothing.
        }
    }

    /// access(2) and chdir(2).
    func access(
        _ node: NodeID, mask: UInt32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        try fileSystem.checkAccess(PosixAccess(rawValue: UInt8(mask & 7)), to: node.inode, context).succeeded
    }
}

extension TimeChange {
    init(_ time: SetAttributesRequest.Time) {
        switch time {
        case .now: self = .now
        case .at(let moment): self = .set(moment)
        }
    }
}
