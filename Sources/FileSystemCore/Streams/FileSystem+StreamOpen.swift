import AccessArbitration
import AccessControl
import FileSystemModel
import MetadataStore

/// CREATE of a named stream: rights are the file's, everything else is the stream's own — [MS-FSA] 2.1.5.1.
extension FileSystem {
    /// Opens a stream that is there; nil where it is not and may be made. Under the namespace lock.
    func openStream(
        _ name: FileName, of place: ResolvedPath, _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult>? {
        let (record, link, maximal) = try streamHolder(place, context)
        guard let stream = try stream(named: name, of: record.attributes.inode) else {
            guard request.disposition != .open, request.disposition != .overwrite else { throw .notFound }
            return nil
        }
        if arbitration.isDeletePending(stream.number) { throw .deletePending }
        guard request.disposition != .create else { throw .exists }
        let opened = OpenedFile(file: record, stream: stream)
        let granted = try grant(request, record.attributes, maximal)
        if request.disposition != .open, request.disposition != .openIf { try requireStreamWritable(record, maximal) }
        if request.options.contains(.deleteOnClose) { try requireDeletable(record, granted, ofStream: true) }
        return try admit(
            opened, link: link, granted: granted, maximal: maximal, action: request.disposition.replacement, request, context)
    }

    /// Makes a stream of a file that is there, and opens it. Under the namespace lock, written.
    func openNewStream(
        _ name: FileName, of place: ResolvedPath, _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        let (record, link, maximal) = try streamHolder(place, context)
        try requireStreamWritable(record, maximal)
        let granted = try grant(request, OpenedFile(file: record).attributes, maximal)
        if request.options.contains(.deleteOnClose) { try requireDeletable(record, granted, ofStream: true) }
        let (opened, receipt) = try insertStream(named: name, of: record.attributes.inode, context)
        let outcome = try admit(
            opened, link: link, granted: granted, maximal: maximal, action: .created, request, context)
        guard case .done(let result, _) = outcome else { return outcome }
        return .done(result, receipt)
    }

    /// The file or directory whose stream is meant, and what the caller may do with it.
    private func streamHolder(
        _ place: ResolvedPath, _ context: OperationContext
    ) throws(FileSystemError) -> (record: InodeRecord, link: Link?, maximal: AccessMask) {
        guard let record = place.target else { throw .notFound }
        let attributes = record.attributes
        let link = place.entry.map { Link(parent: $0.parent, name: $0.name) }
        if let link, arbitration.isDeletePending(link, of: attributes.inode) { throw .deletePending }
        guard attributes.type == .regular || attributes.isDirectory else { throw .accessDenied }
        let maximal = AccessCheck.maximalAccess(of: context.identity, to: attributes, parent: place.parent?.attributes)
        return (record, link, maximal)
    }

    /// To make a stream, or to replace one, is to write to the file.
    private func requireStreamWritable(_ record: InodeRecord, _ maximal: AccessMask) throws(FileSystemError) {
        try requireWritable()
        let isReadOnly = record.attributes.dosAttributes.contains(.readOnly) && !record.attributes.isDirectory
        guard maximal.contains(.writeData), !isReadOnly else { throw .accessDenied }
    }

    /// Enters an open of a stream twice: at the file, which it keeps there, and at the stream, where it meets other opens of it.
    func hold(
        _ attributes: Attributes, for stream: StreamRecord, by open: Open, _ data: DataAccess, replaces: Bool
    ) throws(FileSystemError) {
        let holder = OpenEntry(
            id: open.id, style: .windows, access: data, share: open.share, link: open.link, isOfStream: true)
        let entry = OpenEntry(
            id: open.id, style: .windows, access: data, share: open.share,
            link: Link(parent: attributes.inode, name: stream.name))
        let refusal = arbitration.admit(
            holder, to: attributes.inode, linkCount: attributes.linkCount, entry, toStream: stream.number,
            passing: replaces ? .write : DataAccess())
        if let refusal { throw refusal }
    }
}
