import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// unlink(2): the name goes at once; what is open lives on without it.
    ///
    /// - Throws: `.notFound`, `.isDirectory`, `.accessDenied`, `.notPermitted` under a sticky bit, `.sharingViolation` when SMB holds
    ///   the file open without FILE_SHARE_DELETE, `.readOnly`.
    package func unlink(
        _ name: FileName, in parent: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.unlink, .entry(parent: parent, name: name), context) { () throws(FileSystemError) in
            try removeEntry(name, in: parent, directory: false, context)
        }
    }

    /// rmdir(2).
    ///
    /// - Throws: `.directoryNotEmpty`, `.notDirectory`, as ``unlink(_:in:_:)``.
    package func removeDirectory(
        _ name: FileName, in parent: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.removeDirectory, .entry(parent: parent, name: name), context) { () throws(FileSystemError) in
            try removeEntry(name, in: parent, directory: true, context)
        }
    }

    private func removeEntry(
        _ name: FileName, in parentNumber: InodeNumber, directory wantsDirectory: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        let discarded: (Receipt, ContentID?) = try namespace.writing { () throws(FileSystemError) in
            let parent = try directory(parentNumber)
            try AccessCheck.require(.execute, of: context.identity, to: parent.attributes)
            guard let entry = try metadata.entry(named: name, in: parentNumber) else { throw .notFound }
            try requireWritable()
            let child = try record(entry.inode)
            try requireRemovable(child.attributes, from: parent.attributes, context.identity)
            guard child.attributes.isDirectory == wantsDirectory else {
                throw wantsDirectory ? .notDirectory : .isDirectory
            }
            guard !arbitration.forbidsDeletion(entry.inode) else { throw .sharingViolation }
            return try remove(entry, context)
        }
        if let id = discarded.1 { try discard(id) }
        return .done((), discarded.0)
    }

    /// - Throws: `.accessDenied` without write and search permission, `.notPermitted` where only the sticky bit is in the way.
    func requireRemovable(
        _ child: Attributes, from parent: Attributes, _ identity: Identity
    ) throws(FileSystemError) {
        try AccessCheck.require([.write, .execute], of: identity, to: parent)
        guard AccessCheck.mayRemove(child, from: parent, identity: identity) else { throw .notPermitted }
    }

    /// Takes a name away, and with the last one the inode, unless it is open. Under the namespace lock, written; the caller has
    /// checked what may forbid it, and discards the content that is returned.
    ///
    /// - Throws: `.directoryNotEmpty`.
    func remove(_ entry: EntryRecord, _ context: OperationContext) throws(FileSystemError) -> (Receipt, ContentID?) {
        try inodes.writing(entry.parent, entry.inode) { () throws(FileSystemError) in
            var parent = try record(entry.parent)
            let child = try record(entry.inode)
            if child.attributes.isDirectory {
                guard try metadata.isDirectoryEmpty(entry.inode) else { throw .directoryNotEmpty }
                parent.attributes.linkCount &-= 1
            }
            let now = environment.clock.now()
            touch(&parent.attributes, now)
            var (mutations, discarded) = try unlinking(child, now)
            mutations.append(.deleteEntry(parent: entry.parent, name: entry.name))
            mutations.append(.putInode(parent))
            let receipt = try commit(
                mutations, context,
                preconditions: child.attributes.isDirectory ? [.directoryEmpty(entry.inode)] : [],
                orElse: .directoryNotEmpty,
                events: [ChangeEvent(.removed(Link(parent: entry.parent, name: entry.name)), entry.inode)])
            forgetLink(Link(parent: entry.parent, name: entry.name), of: entry.inode)
            if mutations.contains(.putOrphan(entry.inode)) { try collect(entry.inode) }
            return (receipt, discarded)
        }
    }

    /// What one name less means for an inode: the mutations, and the content that nobody needs any more.
    ///
    /// Where they make an orphan, the caller calls ``collect(_:)`` after the commit: its last open may have left meanwhile.
    func unlinking(
        _ child: InodeRecord, _ now: Timestamp
    ) throws(FileSystemError) -> ([MetadataBatch.Mutation], ContentID?) {
        let inode = child.attributes.inode
        var record = child
        record.attributes.linkCount = child.attributes.isDirectory ? 0 : child.attributes.linkCount &- 1
        record.attributes.changeTime = now
        record.attributes.changeNumber &+= 1
        guard record.attributes.linkCount == 0 else { return ([.putInode(record)], nil) }
        if arbitration.isOpen(inode) { return ([.putInode(record), .putOrphan(inode)], nil) }
        guard arbitration.isPinned(inode) else {
            let deletion = try deleting(record)
            return (deletion, record.contentID)
        }
        guard let id = record.contentID else { return ([.putInode(record), .putOrphan(inode)], nil) }
        record.contentID = nil
        record.attributes.allocatedSize = 0
        return ([.putInode(record), .putOrphan(inode), .putPendingDelete(id)], id)
    }

    /// Opens that came through a name that is gone have none.
    func forgetLink(_ link: Link, of inode: InodeNumber) {
        for entry in arbitration.opens(of: inode) {
            open(entry.id)?.state.withLock { if $0.link == link { $0.link = nil } }
        }
    }

    func moveLink(_ old: Link, to new: Link, of inode: InodeNumber) {
        for entry in arbitration.opens(of: inode) {
            open(entry.id)?.state.withLock { if $0.link == old { $0.link = new } }
        }
    }

    /// What deletes an inode and all that hangs on it; its content becomes a pending delete.
    func deleting(_ record: InodeRecord) throws(FileSystemError) -> [MetadataBatch.Mutation] {
        let inode = record.attributes.inode
        var mutations: [MetadataBatch.Mutation] = [.deleteInode(inode)]
        for attribute in try metadata.extendedAttributes(of: inode) {
            mutations.append(.deleteExtendedAttribute(inode, name: attribute.name))
        }
        if let id = record.contentID { mutations.append(.putPendingDelete(id)) }
        return mutations
    }

    /// Removes a nameless inode that nobody has open: whole, or its bytes alone while it is pinned. Under the namespace lock, written.
    func collect(_ inode: InodeNumber) throws(FileSystemError) {
        guard !arbitration.isOpen(inode), var record = try metadata.inode(inode), record.attributes.linkCount == 0 else {
            return
        }
        guard arbitration.isPinned(inode) else { return try removeRecord(record) }
        guard let id = record.contentID else { return }
        record.contentID = nil
        record.attributes.allocatedSize = 0
        _ = try metadata.apply(MetadataBatch(mutations: [.putInode(record), .putPendingDelete(id)]))
        try discard(id)
    }

    /// Removes a nameless inode's record and bytes. Under the namespace lock, written.
    func removeRecord(_ record: InodeRecord) throws(FileSystemError) {
        let mutations = try deleting(record) + [.deleteOrphan(record.attributes.inode)]
        _ = try metadata.apply(MetadataBatch(mutations: mutations))
        if let id = record.contentID { try discard(id) }
    }
}
