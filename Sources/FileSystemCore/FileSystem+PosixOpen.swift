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
                return try admitPosix(request, record.attributes, context)
            }
            guard request.truncates, !open.isDirectory else { return .done(open, unchanged) }
            var changes = AttributeChanges()
            changes.size = 0
            do throws(FileSystemError) {
                guard case .done(_, let receipt) = try setAttributes(changes, of: inode, via: open, context) else {
                    throw .io
                }
                return .done(open, receipt)
            } catch {
                _ = try? close(open, context)
                throw error
            }
        }
    }

    /// open(2) with O_CREAT: makes the file, or opens the one that is there unless `exclusive`.
    ///
    /// - Throws: `.exists` when exclusive, and as ``open(_:_:_:)`` and ``make(_:named:in:_:)``.
    package func create(
        _ name: FileName, in parent: InodeNumber, _ file: NewFile, _ request: PosixOpenRequest, exclusive: Bool,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<(open: Open, attributes: Attributes)> {
        let existing = try perform(.create, .entry(parent: parent, name: name), context) {
            () throws(FileSystemError) -> Outcome<(open: Open?, attributes: Attributes)> in
            try namespace.writing { () throws(FileSystemError) in
                let directory = try directory(parent)
                try AccessCheck.require(.execute, of: context.identity, to: directory.attributes)
                if let entry = try metadata.entry(named: name, in: parent) {
                    guard !exclusive else { throw .exists }
                    return .done((nil, try record(entry.inode).attributes), unchanged)
                }
                let (record, receipt) = try insert(file, named: name, in: parent, context)
                var request = request
                request.link = Link(parent: parent, name: name)
                return .done((try admitPosix(request, record.attributes, context), record.attributes), receipt)
            }
        }
        switch existing {
        case .pending(let ticket): return .pending(ticket)
        case .wouldBlock: return .wouldBlock
        case .done(let made, let receipt):
            if let open = made.open { return .done((open, made.attributes), receipt) }
            var request = request
            request.link = Link(parent: parent, name: name)
            switch try open(made.attributes.inode, request, context) {
            case .pending(let ticket): return .pending(ticket)
            case .wouldBlock: return .wouldBlock
            case .done(let open, let receipt): return .done((open, try record(open.inode).attributes), receipt)
            }
        }
    }

    private func authorize(
        _ request: PosixOpenRequest, _ attributes: Attributes, _ identity: Identity
    ) throws(FileSystemError) {
        let writes = request.access.contains(.write) || request.truncates
        if attributes.isDirectory, writes { throw .isDirectory }
        var wanted = request.access
        if request.truncates { wanted.insert(.write) }
        try AccessCheck.require(wanted, of: identity, to: attributes)
        guard writes, attributes.type == .regular else { return }
        try requireWritable()
        if attributes.dosAttributes.contains(.readOnly) { throw .accessDenied }
    }

    private func admitPosix(
        _ request: PosixOpenRequest, _ attributes: Attributes, _ context: OperationContext
    ) throws(FileSystemError) -> Open {
        var access: DataAccess = []
        var mask: AccessMask = [.readAttributes]
        if !request.access.isDisjoint(with: [.read, .execute]) {
            access.insert(.read)
            mask.formUnion([.readData, .readExtendedAttributes])
        }
        if request.access.contains(.write) {
            access.insert(.write)
            mask.formUnion([.writeData, .appendData, .writeAttributes, .writeExtendedAttributes])
        }
        let open = Open(
            id: newOpenID(), inode: attributes.inode, type: attributes.type, context: context, access: mask, share: .all,
            link: request.link, isAppending: request.isAppending, isWriteThrough: request.isSynchronous)
        let entry = OpenEntry(id: open.id, style: .posix, access: access, share: .all)
        switch arbitration.admit(entry, to: attributes.inode, waitingSince: nil) {
        case .refused(let error): throw error
        case .wait, .admitted: break
        }
        register(open)
        return open
    }

    /// FUSE's FLUSH: close(2) has been called on a descriptor of the open. An SMB open that meets it waits for the RELEASE.
    package func noteClosing(_ open: Open) { arbitration.markFlushed(open.id, inode: open.inode) }
}
