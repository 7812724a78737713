import FileSystemModel
import MetadataStore

/// A file as one open of it sees it: names, rights, times and attributes are the file's, the bytes are those of the stream that is
/// open — [MS-FSA] 2.1.1.5.
struct OpenedFile {
    var file: InodeRecord
    /// The named stream that is open; nil for the unnamed one, whose bytes are in the file's own record.
    var stream: StreamRecord?
    /// The stream has been removed, and lives on for those who have it open.
    var isDetached = false

    /// In bytes.
    var size: UInt64 {
        get { stream?.size ?? file.attributes.size }
        set { if stream == nil { file.attributes.size = newValue } else { stream?.size = newValue } }
    }

    /// In bytes.
    var allocatedSize: UInt64 {
        get { stream?.allocatedSize ?? file.attributes.allocatedSize }
        set { if stream == nil { file.attributes.allocatedSize = newValue } else { stream?.allocatedSize = newValue } }
    }

    var contentID: ContentID? {
        get { if let stream { stream.contentID } else { file.contentID } }
        set { if stream == nil { file.contentID = newValue } else { stream?.contentID = newValue } }
    }

    /// What the number of the open data is, for share modes and locks.
    var subject: InodeNumber { stream?.number ?? file.attributes.inode }

    /// The file's attributes with the sizes of what is open. A directory's stream is no directory.
    var attributes: Attributes {
        guard let stream else { return file.attributes }
        var attributes = file.attributes
        attributes.size = stream.size
        attributes.allocatedSize = stream.allocatedSize
        if attributes.isDirectory {
            attributes.type = .regular
            attributes.linkCount = min(attributes.linkCount, 1)
        }
        return attributes
    }

    /// Whether there is anything to read and write: a file may have become a link while it was open.
    var holdsBytes: Bool { stream != nil || file.attributes.type == .regular }

    /// What puts all of it back into the store.
    var mutations: [MetadataBatch.Mutation] {
        guard let stream, !isDetached else { return [.putInode(file)] }
        return [.putStream(stream), .putInode(file)]
    }
}

extension FileSystem {
    /// What an open is of. Under the inode's lock.
    ///
    /// - Throws: `.stale` for what is gone.
    func opened(_ open: Open) throws(FileSystemError) -> OpenedFile {
        let file = try record(open.inode)
        guard let number = open.stream else { return OpenedFile(file: file) }
        if let name = open.streamName, let stream = try metadata.stream(name, of: open.inode), stream.number == number {
            return OpenedFile(file: file, stream: stream)
        }
        guard let stream = detachedStreams.record(number) else { throw .stale }
        return OpenedFile(file: file, stream: stream, isDetached: true)
    }

    /// What an open, or an inode without one, is of.
    func opened(_ inode: InodeNumber, via open: Open?) throws(FileSystemError) -> OpenedFile {
        if let open, open.stream != nil { return try opened(open) }
        return OpenedFile(file: try record(inode))
    }

    /// Commits what has become of a file or one of its streams. Under the inode's lock, written.
    func commit(
        _ opened: OpenedFile, _ context: OperationContext, events: @autoclosure () -> [ChangeEvent]
    ) throws(FileSystemError) -> Receipt {
        let receipt = try commit(opened.mutations, context, events: events())
        if opened.isDetached, let stream = opened.stream { detachedStreams.update(stream) }
        return receipt
    }

    /// The content, made where there is none: the id is committed before the first byte.
    func contentID(of opened: inout OpenedFile) throws(FileSystemError) -> ContentID {
        if let id = opened.contentID { return id }
        let id = newContentID()
        opened.contentID = id
        let mutations = opened.isDetached ? [.putPendingDelete(id)] : opened.mutations
        guard try metadata.apply(MetadataBatch(mutations: mutations)) == .applied else { throw .stale }
        if opened.isDetached, let stream = opened.stream { detachedStreams.update(stream) }
        return id
    }

    /// What has changed when a range of the open bytes was written: of a named stream only the file's times show.
    func written(_ range: Range<UInt64>, _ opened: OpenedFile) -> ChangeEvent {
        guard let stream = opened.stream else { return ChangeEvent(.data(range), opened.file.attributes.inode) }
        return ChangeEvent(.stream(stream.name, .written), opened.file.attributes.inode)
    }
}
