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
        if arbitration.unpin(inode, count: count) { reclaim(inode) }
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
        try AccessCheck.require(.writeAndSearch, of: context.identity, to: record.attributes)
        guard !arbitration.isDeletePending(inode) else { throw .deletePending }
        return record
    }

    /// Of several names that differ in case only, the exact one wins, then the oldest; then whose short name it is.
    func entryIgnoringCase(_ name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        if let exact = try metadata.entry(named: name, in: parent) { return exact }
        if let found = try metadata.entries(folded: FoldedName(name), in: parent).first { return found }
        return try entry(shortNamed: name, in: parent)
    }
}
