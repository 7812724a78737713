import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// Finds one name, exactly, and answers with what it names.
    ///
    /// - Throws: `.notFound`, `.notDirectory`, `.accessDenied` without search permission, `.stale`.
    package func lookup(
        _ name: FileName, in directory: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.lookup, .entry(parent: directory, name: name), context) { () throws(FileSystemError) in
            try namespace.reading { () throws(FileSystemError) in
                let parent = try self.directory(directory)
                try AccessCheck.require(.execute, of: context.identity, to: parent.attributes)
                guard let entry = try metadata.entry(named: name, in: directory) else { throw .notFound }
                return .done(try record(entry.inode).attributes, unchanged)
            }
        }
    }

    /// - Throws: `.notSymbolicLink`, `.stale`.
    package func readLink(
        _ inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[UInt8]> {
        try perform(.readLink, .inode(inode), context) { () throws(FileSystemError) in
            guard let target = try record(inode).symbolicLinkTarget else { throw .notSymbolicLink }
            return .done(target, unchanged)
        }
    }

    /// A reference from outside that is no open: a kernel that knows the inode's number. The attributes of a pinned inode outlive its
    /// last name; its bytes do not.
    package func pin(_ inode: InodeNumber) { arbitration.pin(inode) }

    /// Gives up pins; an inode without name, open and pin is gone.
    package func unpin(_ inode: InodeNumber, count: Int) {
        guard arbitration.unpin(inode, count: count) else { return }
        do throws(FileSystemError) {
            try namespace.writing { () throws(FileSystemError) in
                guard !arbitration.isOpen(inode), !arbitration.isPinned(inode),
                    let record = try metadata.inode(inode), record.attributes.linkCount == 0
                else { return }
                try removeRecord(record)
            }
        } catch {
            environment.report("inode \(inode) without a name could not be removed: \(error)")
        }
    }

    // MARK: For other calls

    /// - Throws: `.notDirectory`, `.stale`.
    func directory(_ inode: InodeNumber) throws(FileSystemError) -> InodeRecord {
        let record = try record(inode)
        guard record.attributes.isDirectory else { throw .notDirectory }
        return record
    }

    /// The directory, as one in which the caller may make or remove names.
    ///
    /// - Throws: `.accessDenied`, `.notFound` for a directory that has been removed itself, `.deletePending`, as ``directory(_:)``.
    func writableDirectory(_ inode: InodeNumber, _ context: OperationContext) throws(FileSystemError) -> InodeRecord {
        let record = try directory(inode)
        guard record.attributes.linkCount > 0 else { throw .notFound }
        try AccessCheck.require([.write, .execute], of: context.identity, to: record.attributes)
        return record
    }

    /// Of several names that differ in case only, the exact one wins, then the oldest.
    func entryIgnoringCase(_ name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        if let exact = try metadata.entry(named: name, in: parent) { return exact }
        return try metadata.entries(folded: FoldedName(name), in: parent).first
    }

    /// The names from the root to a directory; nil for one that has been removed.
    package func path(of directory: InodeNumber) -> [FileName]? {
        var path: [FileName] = []
        var inode = directory
        while inode != .root {
            guard path.count < 4096, let found = try? metadata.inode(inode), let parent = found.parent,
                let name = name(of: inode, in: parent)
            else { return nil }
            path.append(name)
            inode = parent
        }
        return path.reversed()
    }

    /// The names from the root to an open file; nil when its name is gone.
    package func path(of open: Open) -> [FileName]? {
        if open.inode == .root { return [] }
        guard let link = open.link, let parent = path(of: link.parent) else { return nil }
        return parent + [link.name]
    }

    private func name(of inode: InodeNumber, in parent: InodeNumber) -> FileName? {
        var cookie = DirectoryCookie.start
        while let page = try? metadata.entries(in: parent, after: cookie, limit: 256), let last = page.last {
            if let entry = page.first(where: { $0.inode == inode }) { return entry.name }
            cookie = last.cookie
        }
        return nil
    }
}
