import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// FileRenameInformation and its Ex — [MS-FSA] 2.1.5.15.12, [MS-FSCC] 2.4.43.
    ///
    /// - Throws: `.accessDenied` without DELETE access, over a directory, over what is open, and for a directory with SMB opens below it;
    ///   `.exists` without `replacing`; `.sharingViolation`; `.pathNotFound`; `.readOnly`; `.deletePending`; `.invalidName` for a path
    ///   that ends in a stream; `.invalidArgument` for an open of a named stream, which has no path of its own.
    package func rename(
        _ open: Open, to path: [FileName], endingInStream: Bool = false, replacing: Bool, options: NameChangeOptions = [],
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.rename, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.access.contains(.delete) else { throw .accessDenied }
            guard let newName = path.last else { throw .invalidName }
            let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) -> (Receipt, [ContentID]) in
                guard let link = open.link, let source = try metadata.entry(named: link.name, in: link.parent) else {
                    throw open.inode == .root ? .accessDenied : .notFound
                }
                try requireWritable()
                let place = try resolve(path, followingLast: false, exactly: options.contains(.exactNames), context)
                guard let parent = place.parent else { throw .exists }
                let moved = try record(open.inode)
                guard !arbitration.forbids(.delete, to: open.inode, excluding: open.id) else { throw .sharingViolation }
                let newParent = parent.attributes.inode
                // The directory is opened for the move without FILE_SHARE_DELETE — [MS-FSA] 2.1.5.15.12, smb2.rename.share_delete_…
                let isHeldForDeletion = arbitration.opens(of: newParent).contains {
                    $0.style == .windows && !$0.isOfStream && $0.access.contains(.delete)
                }
                guard !isHeldForDeletion else { throw .sharingViolation }
                guard open.stream == nil else { throw .invalidArgument }
                guard !endingInStream else { throw .invalidName }
                // Neither the name nor what it leads to may change under who has one of the streams open.
                guard !arbitration.opens(of: open.inode).contains(where: \.isOfStream) else { throw .accessDenied }
                var target = place.entry
                if let existing = target, existing.parent == source.parent, existing.name == source.name {
                    guard existing.name != newName else { return (unchanged, []) }
                    target = nil  // Only the case of its own name changes.
                }
                if let target, target.inode == open.inode, moved.attributes.type != .directory {
                    // Another name of the same file: it is called so already, and the old name goes.
                    guard replacing else { throw .exists }
                    moveLink(link, to: Link(parent: target.parent, name: target.name), of: open.inode)
                    return try remove(source, context)
                }
                if let target { try requireReplaceable(target, replacing, options, in: parent, by: moved, context) }
                if moved.attributes.isDirectory {
                    guard try !hasWindowsOpens(below: open.inode) else { throw .accessDenied }
                    if newParent != source.parent, try isAncestor(open.inode, of: newParent) { throw .accessDenied }
                }
                _ = try writableDirectory(newParent, context)
                let former =
                    place.entry == nil
                    ? try formerPlace(newName, in: newParent, exactly: options.contains(.exactNames)) : nil
                return try move(
                    source, over: target, to: newParent, named: former?.name ?? newName, at: former?.cookie, context)
            }
            discard(discarded)
            return .done((), receipt)
        }
    }

    /// FileLinkInformation and its Ex — [MS-FSA] 2.1.5.15.7.
    ///
    /// - Throws: `.isDirectory` for a directory, `.exists` without `replacing`, as ``rename(_:to:replacing:_:)``.
    package func link(
        _ open: Open, to path: [FileName], replacing: Bool, options: NameChangeOptions = [], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.link, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard !open.isDirectory else { throw .isDirectory }
            guard let newName = path.last else { throw .invalidName }
            let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) -> (Receipt, [ContentID]) in
                let place = try resolve(path, followingLast: false, exactly: options.contains(.exactNames), context)
                guard let parent = place.parent else { throw .exists }
                let linked = try record(open.inode)
                var target = place.entry
                if let existing = target, existing.inode == open.inode {
                    // The name is the same file's already, perhaps in another case: nothing to replace.
                    guard replacing else { throw .exists }
                    guard existing.name != newName else { return (unchanged, []) }
                    target = nil
                }
                if let target { try requireReplaceable(target, replacing, options, in: parent, by: linked, context) }
                let (_, receipt, discarded) = try insertLink(
                    open.inode, named: newName, in: parent.attributes.inode, over: target, context)
                return (receipt, discarded)
            }
            discard(discarded)
            return .done((), receipt)
        }
    }

    /// Whether SMB lets `target` be replaced.
    private func requireReplaceable(
        _ target: EntryRecord, _ replacing: Bool, _ options: NameChangeOptions, in parent: InodeRecord, by moved: InodeRecord,
        _ context: OperationContext
    ) throws(FileSystemError) {
        guard replacing else { throw .exists }
        let replaced = try record(target.inode)
        let isProtected = replaced.attributes.dosAttributes.contains(.readOnly) && !options.contains(.ignoresReadOnly)
        guard !replaced.attributes.isDirectory, !moved.attributes.isDirectory, !isProtected,
            !arbitration.isDeletePending(Link(parent: target.parent, name: target.name), of: target.inode)
        else { throw .accessDenied }
        if options.contains(.posixSemantics) {
            guard !arbitration.forbids(.delete, to: target.inode) else { throw .sharingViolation }
        } else if arbitration.opens(of: target.inode).contains(where: { $0.style == .windows }) {
            throw .accessDenied
        }
        guard AccessCheck.mayRemove(replaced.attributes, from: parent.attributes, identity: context.identity) else {
            throw .accessDenied
        }
    }

    /// Whether SMB has something open below a directory.
    private func hasWindowsOpens(below directory: InodeNumber) throws(FileSystemError) -> Bool {
        for (inode, entries) in arbitration.everyOpen() where inode != directory {
            for entry in entries where entry.style == .windows {
                guard let link = entry.link else { continue }
                if try isAncestor(directory, of: link.parent) { return true }
            }
        }
        return false
    }
}
