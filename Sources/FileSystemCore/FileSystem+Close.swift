import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// Ends an open: its locks go, its pending delete is carried out when it was the last SMB open, and an inode without names goes
    /// with its last open. Never fails to close; closing twice is without effect.
    package func close(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<Void> {
        try perform(.close, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let (isFirst, deletes) = open.state.withLock { state in
                defer { state.isClosed = true }
                return (!state.isClosed, state.deletesOnClose)
            }
            guard isFirst else { return .done((), unchanged) }
            // Before the open leaves the table, so that no one finds an entry without its open.
            let departure = arbitration.leave(open.id, inode: open.inode, deletes: deletes)
            unregister(open)
            defer { departure.settle() }
            var receipt = unchanged
            if departure.isDeletePending, departure.wasLastWindows {
                receipt = try removePending(open, context) ?? receipt
            }
            if departure.wasLast { try removeIfNameless(open.inode) }
            return .done((), receipt)
        }
    }

    /// Removes the name of a delete-pending file whose last SMB open has gone.
    private func removePending(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Receipt? {
        let removed = try namespace.writing { () throws(FileSystemError) -> (Receipt, ContentID?)? in
            defer { arbitration.setDeletePending(false, inode: open.inode) }
            guard let link = open.link, let entry = try metadata.entry(named: link.name, in: link.parent),
                entry.inode == open.inode
            else { return nil }
            do throws(FileSystemError) {
                return try remove(entry, context)
            } catch .directoryNotEmpty {
                return nil  // Something was made in it meanwhile: it stays.
            }
        }
        guard let (receipt, discarded) = removed else { return nil }
        if let discarded { try discard(discarded) }
        return receipt
    }

    private func removeIfNameless(_ inode: InodeNumber) throws(FileSystemError) {
        // Without the lock first: nearly every file that closes has a name.
        guard let record = try metadata.inode(inode), record.attributes.linkCount == 0 else { return }
        try namespace.writing { () throws(FileSystemError) in
            try collect(inode)
        }
    }

    /// FileDispositionInformation: the file goes, or does not go, when its last SMB open closes — [MS-FSA] 2.1.5.15.3.
    ///
    /// - Throws: `.accessDenied` without the right to delete, `.cannotDelete` for a READONLY file and the root, `.directoryNotEmpty`,
    ///   `.readOnly`.
    package func setDeletePending(
        _ isPending: Bool, _ open: Open, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setDeletePending, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.access.contains(.delete) else { throw .accessDenied }
            try namespace.writing { () throws(FileSystemError) in
                if isPending { try requireDeletable(try record(open.inode), open.access) }
                arbitration.setDeletePending(isPending, inode: open.inode)
                if !isPending { open.state.withLock { $0.deletesOnClose = false } }
            }
            return .done((), unchanged)
        }
    }

    /// Whether the file is on its way out: FileStandardInformation's DeletePending.
    package func isDeletePending(_ open: Open) -> Bool { arbitration.isDeletePending(open.inode) }

    /// What FILE_DELETE_ON_CLOSE and a disposition need.
    func requireDeletable(_ record: InodeRecord, _ access: AccessMask) throws(FileSystemError) {
        guard access.contains(.delete) else { throw .accessDenied }
        try requireWritable()
        guard record.attributes.inode != .root, !record.attributes.dosAttributes.contains(.readOnly) else {
            throw .cannotDelete
        }
        if record.attributes.isDirectory, try !metadata.isDirectoryEmpty(record.attributes.inode) {
            throw .directoryNotEmpty
        }
    }
}
