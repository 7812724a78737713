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
        let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) -> (Receipt, [ContentID]) in
            let parent = try directory(parentNumber)
            try AccessCheck.require(.execute, of: context.identity, to: parent.attributes)
            // Before the name is looked for, as unlink(2) of Linux does.
            try requireWritable()
            guard let entry = try metadata.entry(named: name, in: parentNumber) else { throw .notFound }
            let child = try record(entry.inode)
            try requireRemovable(child.attributes, from: parent.attributes, context.identity)
            guard child.attributes.isDirectory == wantsDirectory else {
                throw wantsDirectory ? .notDirectory : .isDirectory
            }
            guard !arbitration.forbids(.delete, to: entry.inode) else { throw .sharingViolation }
            return try remove(entry, context)
        }
        discard(discarded)
        return .done((), receipt)
    }

    /// - Throws: `.accessDenied` without write and search permission, `.notPermitted` where only the sticky bit is in the way.
    func requireRemovable(
        _ child: Attributes, from parent: Attributes, _ identity: Identity
    ) throws(FileSystemError) {
        try AccessCheck.require(.writeAndSearch, of: identity, to: parent)
        guard AccessCheck.mayRemove(child, from: parent, identity: identity) else { throw .notPermitted }
    }

    /// Takes a name away, and with the last one the inode, unless it is open. Under the namespace lock, written; the caller has
    /// checked what may forbid it, and discards the content that is returned once the lock is left.
    ///
    /// - Throws: `.directoryNotEmpty`.
    func remove(_ entry: EntryRecord, _ context: OperationContext) throws(FileSystemError) -> (Receipt, [ContentID]) {
        try inodes.writing(entry.parent, entry.inode) { () throws(FileSystemError) in
            var parent = try record(entry.parent)
            let child = try record(entry.inode)
            if child.attributes.isDirectory {
                guard try metadata.isDirectoryEmpty(entry.inode) else { throw .directoryNotEmpty }
                parent.attributes.linkCount &-= 1
            }
            let now = environment.clock.now()
            touch(&parent.attributes, now)
            let removal = try unlinking(child, now)
            var mutations = removal.mutations
            mutations.append(.deleteEntry(parent: entry.parent, name: entry.name))
            mutations.append(.putInode(parent))
            let receipt = try commit(
                mutations, context,
                preconditions: child.attributes.isDirectory ? [.directoryEmpty(entry.inode)] : [],
                orElse: .directoryNotEmpty,
                events: [ChangeEvent(.removed(Link(parent: entry.parent, name: entry.name)), entry.inode)])
            forgetLink(Link(parent: entry.parent, name: entry.name), of: entry.inode)
            return (receipt, removal.discarded + reclaimKept(removal, entry.inode))
        }
    }

    /// What one name less means for an inode.
    struct Unlinking {
        var mutations: [MetadataBatch.Mutation]
        /// Content that nobody needs any more; its pending delete is among the mutations.
        var discarded: [ContentID] = []
        /// The inode has no name and stays, since somebody has it open or knows its number. After the commit the caller asks
        /// ``reclaimKept(_:_:)``.
        var isKept = false
    }

    func unlinking(_ child: InodeRecord, _ now: Timestamp) throws(FileSystemError) -> Unlinking {
        let inode = child.attributes.inode
        var record = child
        record.attributes.linkCount = child.attributes.isDirectory ? 0 : child.attributes.linkCount &- 1
        record.attributes.changeTime = now
        record.attributes.changeNumber &+= 1
        guard record.attributes.linkCount == 0 else { return Unlinking(mutations: [.putInode(record)]) }
        if arbitration.isOpen(inode) { return Unlinking(mutations: [.putInode(record), .putOrphan(inode)], isKept: true) }
        guard arbitration.isPinned(inode) else { return try deletion(of: record) }
        var result = try emptying(record)
        result.mutations.append(.putOrphan(inode))
        result.isKept = true
        return result
    }

    /// Takes the bytes of an inode without name and open, those of its streams too, while a kernel knows its number.
    private func emptying(_ record: InodeRecord) throws(FileSystemError) -> Unlinking {
        var record = record
        var result = Unlinking(mutations: [])
        for stream in try metadata.streams(of: record.attributes.inode) {
            result.mutations += streamDeletions([stream])
            if let id = stream.contentID { result.discarded.append(id) }
        }
        if let id = record.contentID {
            result.mutations.append(.putPendingDelete(id))
            result.discarded.append(id)
        }
        record.contentID = nil
        record.attributes.allocatedSize = 0
        result.mutations.append(.putInode(record))
        return result
    }

    /// Everything that goes with an inode: its record, its extended attributes and streams, its bytes.
    func deletion(of record: InodeRecord) throws(FileSystemError) -> Unlinking {
        let inode = record.attributes.inode
        var result = Unlinking(mutations: [.deleteInode(inode)])
        for attribute in try metadata.extendedAttributes(of: inode) {
            result.mutations.append(.deleteExtendedAttribute(inode, name: attribute.name))
        }
        for stream in try metadata.streams(of: inode) {
            result.mutations.append(.deleteStream(inode, name: stream.name))
            if let id = stream.contentID { result.discarded.append(id) }
        }
        if let id = record.contentID { result.discarded.append(id) }
        for id in result.discarded { result.mutations.append(.putPendingDelete(id)) }
        return result
    }

    /// Opens that came through a name that is gone have none.
    func forgetLink(_ link: Link, of inode: InodeNumber) {
        for id in arbitration.forgetLink(link, of: inode) { open(id)?.state.withLock { $0.link = nil } }
    }

    func moveLink(_ old: Link, to new: Link, of inode: InodeNumber) {
        for id in arbitration.moveLink(old, to: new, of: inode) { open(id)?.state.withLock { $0.link = new } }
    }

    // MARK: Inodes without a name

    /// After the commit that took the last name: whoever had the inode open may have left between the look at the table and the
    /// commit, and has then found the name still there. One of the two must see the other. Under the namespace lock and the
    /// inode's, written.
    func reclaimKept(_ removal: Unlinking, _ inode: InodeNumber) -> [ContentID] {
        removal.isKept && !arbitration.isOpen(inode) ? reclaimLocked(inode) : []
    }

    /// Takes what an inode without name and open no longer needs: all of it, or, while a kernel knows its number, its bytes.
    func reclaim(_ inode: InodeNumber) {
        do throws(FileSystemError) {
            // Without the lock first: nearly every file that closes has a name.
            guard let record = try metadata.inode(inode), record.attributes.linkCount == 0 else { return }
            let discarded = try namespace.writing { () throws(FileSystemError) in
                try inodes.writing(inode) { () throws(FileSystemError) in reclaimLocked(inode) }
            }
            discard(discarded)
        } catch {
            environment.report("inode \(inode) without a name could not be removed: \(error)")
        }
    }

    private func reclaimLocked(_ inode: InodeNumber) -> [ContentID] {
        do throws(FileSystemError) {
            guard !arbitration.isOpen(inode), let record = try metadata.inode(inode), record.attributes.linkCount == 0 else {
                return []
            }
            guard arbitration.isPinned(inode) else {
                let removal = try deletion(of: record)
                _ = try metadata.apply(MetadataBatch(mutations: removal.mutations + [.deleteOrphan(inode)]))
                return removal.discarded
            }
            let removal = try emptying(record)
            guard !removal.discarded.isEmpty || removal.mutations.count > 1 else { return [] }
            _ = try metadata.apply(MetadataBatch(mutations: removal.mutations))
            return removal.discarded
        } catch {
            environment.report("inode \(inode) without a name could not be removed: \(error)")
            return []
        }
    }
}
