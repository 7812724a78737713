import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// renameat2(2).
    ///
    /// - Throws: `.notFound`, `.exists` with `.noReplace`, `.isDirectory`, `.notDirectory`, `.directoryNotEmpty`, `.invalidArgument` into the
    ///   directory's own subtree, `.accessDenied`, `.notPermitted`, `.sharingViolation`, `.readOnly`.
    package func rename(
        _ name: FileName, in parent: InodeNumber, to newName: FileName, in newParent: InodeNumber, flags: RenameFlags,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.rename, .entry(parent: parent, name: name), context) { () throws(FileSystemError) in
            guard !flags.contains([.noReplace, .exchange]) else { throw .invalidArgument }
            let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) -> (Receipt, [ContentID]) in
                let from = try directory(parent)
                let to = try directory(newParent)
                try AccessCheck.require(.execute, of: context.identity, to: from.attributes)
                try AccessCheck.require(.execute, of: context.identity, to: to.attributes)
                // Before the names are looked for, as rename(2) of Linux does.
                try requireWritable()
                guard let source = try metadata.entry(named: name, in: parent) else { throw .notFound }
                let target = try metadata.entry(named: newName, in: newParent)
                if target != nil, flags.contains(.noReplace) { throw .exists }
                if flags.contains(.exchange) {
                    guard let target else { throw .notFound }
                    return (try exchange(source, target, from, to, context), [])
                }
                // Two names of one file: rename(2) does nothing and succeeds.
                if let target, target.inode == source.inode { return (unchanged, []) }
                try authorizeMove(source, target, from, to, context)
                return try move(source, over: target, to: newParent, named: newName, context)
            }
            discard(discarded)
            return .done((), receipt)
        }
    }

    /// Whether POSIX lets the caller take `source` from one directory to another, over `target`.
    private func authorizeMove(
        _ source: EntryRecord, _ target: EntryRecord?, _ from: InodeRecord, _ to: InodeRecord, _ context: OperationContext
    ) throws(FileSystemError) {
        let moved = try record(source.inode)
        try requireRemovable(moved.attributes, from: from.attributes, context.identity)
        guard !arbitration.forbids(.delete, to: source.inode) else { throw .sharingViolation }
        if let target {
            let replaced = try record(target.inode)
            try requireRemovable(replaced.attributes, from: to.attributes, context.identity)
            if moved.attributes.isDirectory, !replaced.attributes.isDirectory { throw .notDirectory }
            if !moved.attributes.isDirectory, replaced.attributes.isDirectory { throw .isDirectory }
            guard !arbitration.forbids(.delete, to: target.inode) else { throw .sharingViolation }
        } else {
            _ = try writableDirectory(to.attributes.inode, context)
        }
        try authorizeReparenting(moved, to: to.attributes.inode, from: from.attributes.inode, context)
    }

    /// A directory that changes its parent must let the caller write to it, since `..` changes, and must not come below itself.
    private func authorizeReparenting(
        _ moved: InodeRecord, to newParent: InodeNumber, from parent: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) {
        guard moved.attributes.isDirectory, newParent != parent else { return }
        guard try !isAncestor(moved.attributes.inode, of: newParent) else { throw .invalidArgument }
        try AccessCheck.require(.write, of: context.identity, to: moved.attributes)
    }

    /// Whether a directory lies on the way from another one to the root, itself included.
    func isAncestor(_ directory: InodeNumber, of inode: InodeNumber) throws(FileSystemError) -> Bool {
        var current = inode
        while current != directory {
            guard current != .root, let parent = try record(current).parent else { return false }
            current = parent
        }
        return true
    }

    /// Gives an entry another name and place, over `target` where there is one. Under the namespace lock, written; rights are
    /// checked. Returns the content of the file that was replaced, to be discarded.
    ///
    /// - Throws: `.directoryNotEmpty`, `.tooManyLinks`.
    func move(
        _ source: EntryRecord, over target: EntryRecord?, to newParent: InodeNumber, named newName: FileName,
        at cookie: DirectoryCookie? = nil, _ context: OperationContext
    ) throws(FileSystemError) -> (Receipt, [ContentID]) {
        try inodes.writing([source.parent, newParent, source.inode] + (target.map { [$0.inode] } ?? [])) {
            () throws(FileSystemError) in
            let now = environment.clock.now()
            var moved = try record(source.inode)
            moved.attributes.changeTime = now
            moved.attributes.changeNumber &+= 1
            var from = try record(source.parent)
            touch(&from.attributes, now)
            var to = newParent == source.parent ? from : try record(newParent)
            touch(&to.attributes, now)
            var mutations: [MetadataBatch.Mutation] = []
            var removal = Unlinking(mutations: [])
            if let target {
                let replaced = try record(target.inode)
                if replaced.attributes.isDirectory {
                    guard try metadata.isDirectoryEmpty(target.inode) else { throw .directoryNotEmpty }
                    to.attributes.linkCount &-= 1
                }
                removal = try unlinking(replaced, now)
                mutations += removal.mutations
                mutations.append(.deleteEntry(parent: target.parent, name: target.name))
            }
            let isReparented = newParent != source.parent
            if moved.attributes.isDirectory, isReparented {
                guard to.attributes.linkCount < Self.maximumLinks else { throw .tooManyLinks }
                moved.parent = newParent
                from.attributes.linkCount &-= 1
                to.attributes.linkCount &+= 1
            }
            let entry = newEntry(named: newName, of: source.inode, in: &to, at: cookie)
            mutations.append(.deleteEntry(parent: source.parent, name: source.name))
            mutations += [.putEntry(entry), .putInode(moved)]
            if isReparented { mutations.append(.putInode(from)) }
            mutations.append(.putInode(to))
            let (oldLink, newLink) = (Link(parent: source.parent, name: source.name), Link(parent: newParent, name: newName))
            let receipt = try commit(
                mutations, context, isDirectoryMove: isReparented && moved.attributes.isDirectory,
                events: (target.map { [ChangeEvent(.removed(Link(parent: $0.parent, name: $0.name)), $0.inode)] } ?? [])
                    + [ChangeEvent(.renamed(from: oldLink, to: newLink), source.inode)])
            if let target { forgetLink(Link(parent: target.parent, name: target.name), of: target.inode) }
            moveLink(oldLink, to: newLink, of: source.inode)
            if let target { removal.discarded += reclaimKept(removal, target.inode) }
            return (receipt, removal.discarded)
        }
    }

    /// RENAME_EXCHANGE. Under the namespace lock, written.
    private func exchange(
        _ first: EntryRecord, _ second: EntryRecord, _ from: InodeRecord, _ to: InodeRecord, _ context: OperationContext
    ) throws(FileSystemError) -> Receipt {
        guard first.inode != second.inode else { return unchanged }
        for (entry, parent, other) in [(first, from, second), (second, to, first)] {
            let moved = try record(entry.inode)
            try requireRemovable(moved.attributes, from: parent.attributes, context.identity)
            guard !arbitration.forbids(.delete, to: entry.inode) else { throw .sharingViolation }
            try authorizeReparenting(moved, to: other.parent, from: entry.parent, context)
        }
        return try inodes.writing([first.parent, second.parent, first.inode, second.inode]) { () throws(FileSystemError) in
            let now = environment.clock.now()
            var one = try record(first.inode)
            var two = try record(second.inode)
            var from = try record(first.parent)
            var to = try record(second.parent)
            let isReparented = first.parent != second.parent
            if isReparented {
                for (moved, old, new) in [(one, first.parent, second.parent), (two, second.parent, first.parent)]
                where moved.attributes.isDirectory {
                    if old == first.parent { from.attributes.linkCount &-= 1 } else { to.attributes.linkCount &-= 1 }
                    if new == first.parent { from.attributes.linkCount &+= 1 } else { to.attributes.linkCount &+= 1 }
                }
                if one.attributes.isDirectory { one.parent = second.parent }
                if two.attributes.isDirectory { two.parent = first.parent }
            }
            touch(&from.attributes, now)
            touch(&to.attributes, now)
            one.attributes.changeTime = now
            two.attributes.changeTime = now
            one.attributes.changeNumber &+= 1
            two.attributes.changeNumber &+= 1
            var (entryOne, entryTwo) = (first, second)
            entryOne.inode = second.inode
            entryTwo.inode = first.inode
            var mutations: [MetadataBatch.Mutation] = [
                .putEntry(entryOne), .putEntry(entryTwo), .putInode(one), .putInode(two), .putInode(from),
            ]
            if isReparented { mutations.append(.putInode(to)) }
            let (linkOne, linkTwo) = (Link(parent: first.parent, name: first.name), Link(parent: second.parent, name: second.name))
            let receipt = try commit(
                mutations, context,
                isDirectoryMove: isReparented && (one.attributes.isDirectory || two.attributes.isDirectory),
                events: [
                    ChangeEvent(.renamed(from: linkOne, to: linkTwo), first.inode),
                    ChangeEvent(.renamed(from: linkTwo, to: linkOne), second.inode),
                ])
            moveLink(linkOne, to: linkTwo, of: first.inode)
            moveLink(linkTwo, to: linkOne, of: second.inode)
            return receipt
        }
    }
}
