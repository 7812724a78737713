import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// open(2) of an inode that exists, and opendir(3).
    ///
    /// - Throws: `.accessDenied`, `.isDirectory` for writing to one, `.sharingViolation` when an SMB open's share mode forbids it,
    ///   `.deletePending`, `.stale`, `.readOnly`.
    package func open(
        _ inode: InodeNumber, _ request: PosixOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Open> {
        try perform(.open, .inode(inode), context) { () throws(FileSystemError) in
            let open = try namespace.reading { () throws(FileSystemError) -> Open in
                let record = try record(inode)
                guard record.attributes.linkCount > 0 || arbitration.isOpen(inode) else { throw .stale }
                try authorize(request, record.attributes, context.identity)
                var request = request
                if let link = request.link, try metadata.entry(named: link.name, in: link.parent)?.inode != inode {
                    request.link = nil  // The door remembers a name that has changed since.
                }
                return try admitPosix(request, record.attributes, context)
            }
            guard request.truncates, open.type == .regular else { return .done(open, unchanged) }
            return .done(open, try truncate(open, context).receipt)
        }
    }

    /// O_TRUNC, of an open that has been let in. It is closed again where that fails.
    private func truncate(
        _ open: Open, _ context: OperationContext
    ) throws(FileSystemError) -> (attributes: Attributes, receipt: Receipt) {
        var changes = AttributeChanges()
        changes.size = 0
        do throws(FileSystemError) {
            return try change(changes, of: open.inode, via: open, context)
        } catch {
            _ = try? close(open, context)
            throw error
        }
    }

    /// open(2) with O_CREAT: makes the file, or opens the one that is there unless `exclusive`.
    ///
    /// - Throws: `.exists` when exclusive, and as ``open(_:_:_:)`` and ``make(_:named:in:_:)``.
    package func create(
        _ name: FileName, in parent: InodeNumber, _ file: NewFile, _ request: PosixOpenRequest, exclusive: Bool,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<(open: Open, attributes: Attributes)> {
        try perform(.create, .entry(parent: parent, name: name), context) { () throws(FileSystemError) in
            var request = request
            request.link = Link(parent: parent, name: name)
            // One step, so that nobody removes between the look and the open what was found.
            let (open, attributes, receipt) = try namespace.writing {
                () throws(FileSystemError) -> (Open, Attributes, Receipt?) in
                let directory = try directory(parent)
                try AccessCheck.require(.execute, of: context.identity, to: directory.attributes)
                guard let entry = try metadata.entry(named: name, in: parent) else {
                    let (record, receipt) = try insert(file, named: name, in: parent, context)
                    return (try admitPosix(request, record.attributes, context), record.attributes, receipt)
                }
                guard !exclusive else { throw .exists }
                let attributes = try record(entry.inode).attributes
                guard !attributes.isDirectory else { throw .isDirectory }
                // The door follows links; one that appeared meanwhile is not opened in the place of what it leads to.
                guard attributes.type != .symbolicLink else { throw .tooManySymbolicLinks }
                try authorize(request, attributes, context.identity)
                return (try admitPosix(request, attributes, context), attributes, nil)
            }
            if let receipt { return .done((open, attributes), receipt) }
            guard request.truncates, open.type == .regular else { return .done((open, attributes), unchanged) }
            let truncated = try truncate(open, context)
            return .done((open, truncated.attributes), truncated.receipt)
        }
    }

    private func authorize(
        _ request: PosixOpenRequest, _ attributes: Attributes, _ identity: Identity
    ) throws(FileSystemError) {
        let writes = request.access.contains(.write) || request.truncates
        if attributes.isDirectory, writes { throw .isDirectory }
        let isWritten = writes && attributes.type == .regular
        // Before the bits, as inode_permission of Linux does.
        if isWritten { try requireWritable() }
        var wanted = request.access
        if request.truncates { wanted.insert(.write) }
        try AccessCheck.require(wanted, of: identity, to: attributes)
        if isWritten, attributes.dosAttributes.contains(.readOnly) { throw .accessDenied }
        if request.keepsAccessTime, !AccessCheck.isOwner(identity, of: attributes) { throw .notPermitted }
    }

    private func admitPosix(
        _ request: PosixOpenRequest, _ attributes: Attributes, _ context: OperationContext
    ) throws(FileSystemError) -> Open {
        var access = DataAccess()
        var mask = AccessMask.readAttributes
        if !request.access.isDisjoint(with: .readOrExecute) {
            access.insert(.read)
            mask.formUnion(.posixReading)
        }
        if request.access.contains(.write) {
            access.insert(.write)
            mask.formUnion(.posixWriting)
        }
        let open = Open(
            id: newOpenID(), inode: attributes.inode, type: attributes.type, context: context, access: mask, share: .all,
            link: request.link, isAppending: request.isAppending, isWriteThrough: request.isSynchronous,
            keepsAccessTime: request.keepsAccessTime)
        let entry = OpenEntry(id: open.id, style: .posix, access: access, share: .all, link: request.link)
        let admission = arbitration.admit(
            entry, to: attributes.inode, linkCount: attributes.linkCount, passing: request.truncates ? .write : DataAccess(),
            waitingSince: nil)
        switch admission {
        case .refused(let error): throw error
        case .wait, .admitted: break
        }
        register(open)
        return open
    }

    /// FUSE's FLUSH: close(2) has been called on a descriptor of the open. An SMB open that meets it waits for the RELEASE.
    package func noteClosing(_ open: Open) { arbitration.markFlushed(open.id, inode: open.inode) }
}
