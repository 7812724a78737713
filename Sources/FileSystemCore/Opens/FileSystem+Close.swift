import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// Ends an open: its locks go, its pending delete is carried out when it was the last SMB open of that name, and an inode without
    /// names goes with its last open. Never fails to close; closing twice is without effect.
    package func close(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<Void> {
        try perform(.close, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let (isFirst, deletes, removesName) = open.state.withLock { state in
                defer { state.isClosed = true }
                return (!state.isClosed, state.deletesOnClose, state.removesNameOnClose)
            }
            guard isFirst else { return .done((), unchanged) }
            unregister(open)
            var receipt: Receipt?
            if let number = open.stream {
                let departure = arbitration.leave(open.id, inode: number, deletes: deletes)
                defer { departure.settle() }
                if departure.isRemovalDue { receipt = removeDueStream(number, context) }
                if departure.wasLast { discard(takeDetached(number)) }
            }
            let departure = arbitration.leave(open.id, inode: open.inode, deletes: deletes && open.stream == nil)
            defer { departure.settle() }
            var removal: Receipt?
            let former = deletes || removesName || departure.isRemovalDue ? entryOpenedByShortName(open) : nil
            if departure.isRemovalDue {
                removal = removeDueNames(of: open.inode, context)
            } else if removesName, let link = open.link, arbitration.isDeletePending(link, of: open.inode) {
                removal = remove([link], of: open.inode, context)
            }
            if departure.wasLast { reclaim(open.inode) }
            if let former, removal != nil {
                formerNames.note(former.shortName, of: former.entry, now: environment.clock.now())
            }
            if let removal { receipt = receipt?.followed(by: removal) ?? removal }
            return .done((), receipt ?? unchanged)
        }
    }

    /// Removes the delete-pending names of an inode whose last SMB open has gone.
    private func removeDueNames(of inode: InodeNumber, _ context: OperationContext) -> Receipt? {
        remove(nil, of: inode, context)
    }

    /// Removes delete-pending names, nil for those whose last SMB open has gone. A close does not fail: what cannot be removed stays.
    private func remove(_ links: [Link]?, of inode: InodeNumber, _ context: OperationContext) -> Receipt? {
        var receipt: Receipt?
        var discarded: [ContentID] = []
        do throws(FileSystemError) {
            try namespace.writing { () throws(FileSystemError) in
                for link in links ?? arbitration.dueLinks(of: inode) {
                    defer { arbitration.clearDeletePending(link, of: inode) }
                    guard let entry = try metadata.entry(named: link.name, in: link.parent), entry.inode == inode else {
                        continue
                    }
                    do throws(FileSystemError) {
                        let (removal, content) = try remove(entry, context)
                        receipt = receipt?.followed(by: removal) ?? removal
                        discarded += content
                    } catch .directoryNotEmpty {
                        continue  // Something was made in it meanwhile: it stays.
                    }
                }
            }
        } catch {
            environment.report("a delete-pending name of inode \(inode) could not be removed: \(error)")
        }
        discard(discarded)
        return receipt
    }

    /// FileDispositionInformation and its Ex: the file goes, or does not go, when its last SMB open closes, or, with POSIX semantics,
    /// its name when this one does — [MS-FSA] 2.1.5.15.3, [MS-FSCC] 2.4.12.
    ///
    /// - Throws: `.accessDenied` without the right to delete, `.cannotDelete` for a READONLY file and the root, `.directoryNotEmpty`,
    ///   `.readOnly`, `.badHandle` for an open that is closed.
    package func setDeletePending(
        _ isPending: Bool, _ open: Open, options: NameChangeOptions = [], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setDeletePending, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.access.contains(.delete) else { throw .accessDenied }
            try namespace.writing { () throws(FileSystemError) in
                if isPending { try requireDeletable(try record(open.inode), open.access, options, ofStream: open.stream != nil) }
                // In the table, which knows whether the open is still there: a name that is pending for nobody would stay so for ever.
                guard arbitration.setDeletePending(isPending, by: open.id, inode: open.subject) else { throw .badHandle }
                open.state.withLock { state in
                    if !isPending { state.deletesOnClose = false }
                    state.removesNameOnClose = isPending && open.stream == nil && options.contains(.posixSemantics)
                }
            }
            return .done((), unchanged)
        }
    }

    /// Whether the name that the open came through is on its way out, or the stream that is open: FileStandardInformation's
    /// DeletePending.
    package func isDeletePending(_ open: Open) -> Bool {
        if let number = open.stream, arbitration.isDeletePending(number) { return true }
        return open.link.map { arbitration.isDeletePending($0, of: open.inode) } ?? false
    }

    /// What FILE_DELETE_ON_CLOSE and a disposition need. Every directory can lose its streams, the root among them.
    func requireDeletable(
        _ record: InodeRecord, _ access: AccessMask, _ options: NameChangeOptions = [], ofStream: Bool = false
    ) throws(FileSystemError) {
        guard access.contains(.delete) else { throw .accessDenied }
        try requireWritable()
        let isProtected = record.attributes.dosAttributes.contains(.readOnly) && !options.contains(.ignoresReadOnly)
        guard !isProtected else { throw .cannotDelete }
        guard !ofStream else { return }
        guard record.attributes.inode != .root else { throw .cannotDelete }
        if record.attributes.isDirectory, try !metadata.isDirectoryEmpty(record.attributes.inode) {
            throw .directoryNotEmpty
        }
    }
}
