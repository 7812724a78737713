import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore
import Synchronization

/// FileRenameInformation with a name that begins with a colon — [MS-FSA] 2.1.5.15.12.1.
extension FileSystem {
    /// Gives the open stream another name in its file; nil is the unnamed stream's. What bears that name goes when it is replaced,
    /// which only an empty stream that nobody has open can be. The unnamed stream, renamed, leaves an empty one behind.
    ///
    /// - Throws: `.accessDenied` without DELETE access, `.exists` without `replacing`, `.invalidArgument` for a target that cannot be
    ///   replaced, `.sharingViolation`, `.readOnly`, `.stale`.
    package func rename(
        _ open: Open, toStream newName: FileName?, replacing: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.rename, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.access.contains(.delete) else { throw .accessDenied }
            guard open.type == .regular else { throw .invalidArgument }
            let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) in
                try inodes.writing(open.inode) { () throws(FileSystemError) in
                    try requireWritable()
                    let opened = try opened(open)
                    guard !opened.isDetached else { throw .stale }
                    guard opened.holdsBytes else { throw .invalidArgument }
                    guard !arbitration.forbids(.delete, to: opened.subject, excluding: open.id) else { throw .sharingViolation }
                    guard let newName else { return try renameToUnnamed(open, opened, replacing, context) }
                    return try rename(open, opened, to: newName, replacing, context)
                }
            }
            discard(discarded)
            return .done((), receipt)
        }
    }

    private func rename(
        _ open: Open, _ opened: OpenedFile, to newName: FileName, _ replacing: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> (Receipt, [ContentID]) {
        let inode = open.inode
        if opened.stream?.name == newName { return (unchanged, []) }
        var target = try stream(named: newName, of: inode)
        if let existing = target, existing.number == opened.stream?.number {
            target = nil  // Only the case of its own name changes.
        }
        if let target {
            guard replacing else { throw .exists }
            guard target.size == 0, !arbitration.isOpen(target.number) else { throw .invalidArgument }
        }
        let replaced = target.map { [$0] } ?? []
        var file = opened.file
        noteStreamChange(&file)
        guard var moved = opened.stream else {
            return try renameUnnamed(open, file, to: newName, over: replaced, context)
        }
        let oldName = moved.name
        moved.name = newName
        let receipt = try commit(
            [.deleteStream(inode, name: oldName)] + streamDeletions(replaced) + [.putStream(moved), .putInode(file)], context,
            events: replaced.map { ChangeEvent(.stream($0.name, .removed), inode) }
                + [ChangeEvent(.stream(oldName, .renamed(to: newName)), inode)])
        let (oldLink, newLink) = (Link(parent: inode, name: oldName), Link(parent: inode, name: newName))
        for id in arbitration.moveLink(oldLink, to: newLink, of: moved.number) {
            self.open(id)?.state.withLock { $0.streamName = newName }
        }
        return (receipt, replaced.compactMap(\.contentID))
    }

    /// The file's own bytes become a named stream's, and nothing takes their place.
    private func renameUnnamed(
        _ open: Open, _ file: InodeRecord, to newName: FileName, over replaced: [StreamRecord], _ context: OperationContext
    ) throws(FileSystemError) -> (Receipt, [ContentID]) {
        let inode = open.inode
        guard try replaced.count + Self.maximumStreams > metadata.streamCount(of: inode) else { throw .noSpace }
        let stream = StreamRecord(
            inode: inode, number: try metadata.allocateInodeNumbers(1), name: newName, contentID: file.contentID,
            size: file.attributes.size, allocatedSize: file.attributes.allocatedSize)
        var file = file
        file.contentID = nil
        file.attributes.size = 0
        file.attributes.allocatedSize = 0
        let link = Link(parent: inode, name: newName)
        guard arbitration.turn(open.id, of: inode, intoStream: stream.number, link) else { throw .sharingViolation }
        do throws(FileSystemError) {
            let receipt = try commit(
                streamDeletions(replaced) + [.putStream(stream), .putInode(file)], context,
                events: [
                    ChangeEvent(.data(0..<UInt64.max), inode), ChangeEvent(.stream(newName, .created), inode),
                ])
            open.state.withLock { $0.streamName = newName }
            open.stream = stream.number
            return (receipt, replaced.compactMap(\.contentID))
        } catch {
            _ = arbitration.turn(open.id, ofStream: stream.number, into: inode)
            throw error
        }
    }

    /// A named stream's bytes become the file's own, which must be none.
    private func renameToUnnamed(
        _ open: Open, _ opened: OpenedFile, _ replacing: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> (Receipt, [ContentID]) {
        guard let stream = opened.stream else { return (unchanged, []) }
        let inode = open.inode
        var file = opened.file
        guard !file.attributes.isDirectory else { throw .invalidArgument }
        guard replacing else { throw .exists }
        guard file.attributes.size == 0 else { throw .invalidArgument }
        let discarded = file.contentID.map { [$0] } ?? []
        noteStreamChange(&file)
        file.contentID = stream.contentID
        file.attributes.size = stream.size
        file.attributes.allocatedSize = stream.allocatedSize
        guard arbitration.turn(open.id, ofStream: stream.number, into: inode) else { throw .sharingViolation }
        do throws(FileSystemError) {
            let receipt = try commit(
                [.deleteStream(inode, name: stream.name)] + discarded.map { .putPendingDelete($0) } + [.putInode(file)], context,
                events: [
                    ChangeEvent(.data(0..<UInt64.max), inode), ChangeEvent(.stream(stream.name, .removed), inode),
                ])
            open.stream = nil
            open.state.withLock { state in
                state.streamName = nil
                // It was a stream's removal that was asked for and allowed, not the file's.
                state.deletesOnClose = false
            }
            return (receipt, discarded)
        } catch {
            _ = arbitration.turn(open.id, of: inode, intoStream: stream.number, Link(parent: inode, name: stream.name))
            throw error
        }
    }
}
