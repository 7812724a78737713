import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore
import Synchronization

/// One data stream of a file, as a listing tells it — [MS-FSA] 2.1.1.5.
package struct StreamInformation: Equatable, Sendable {
    /// Nil for the unnamed stream.
    package var name: FileName?
    /// In bytes.
    package var size: UInt64
    /// In bytes.
    package var allocatedSize: UInt64
}

extension FileSystem {
    /// A file with more named streams than this takes no other.
    static let maximumStreams = 1024

    /// FileStreamInformation: the unnamed stream first, which a directory has not, then the named ones — [MS-FSA] 2.1.5.12.29.
    ///
    /// - Throws: `.stale`.
    package func streams(
        of open: Open, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[StreamInformation]> {
        try perform(.listStreams, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let found = try inodes.reading(open.inode) { () throws(FileSystemError) -> [StreamInformation] in
                let attributes = try record(open.inode).attributes
                var result: [StreamInformation] = []
                if !attributes.isDirectory {
                    result.append(StreamInformation(size: attributes.size, allocatedSize: attributes.allocatedSize))
                }
                for stream in try metadata.streams(of: open.inode) {
                    result.append(
                        StreamInformation(name: stream.name, size: stream.size, allocatedSize: stream.allocatedSize))
                }
                return result
            }
            return .done(found, unchanged)
        }
    }

    // MARK: Under the namespace lock, which guards the streams' names as well

    /// Names of streams are compared without regard to case; two that differ in nothing else do not exist.
    func stream(named name: FileName, of inode: InodeNumber) throws(FileSystemError) -> StreamRecord? {
        if let exact = try metadata.stream(name, of: inode) { return exact }
        return try metadata.streams(folded: FoldedName(name), of: inode).first
    }

    /// Makes an empty stream. Under the namespace lock, written.
    ///
    /// - Throws: `.noSpace` beyond ``maximumStreams``, `.readOnly`.
    func insertStream(
        named name: FileName, of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> (OpenedFile, Receipt) {
        try requireWritable()
        return try inodes.writing(inode) { () throws(FileSystemError) in
            guard try metadata.streamCount(of: inode) < Self.maximumStreams else { throw .noSpace }
            var file = try record(inode)
            noteStreamChange(&file)
            let stream = StreamRecord(inode: inode, number: try metadata.allocateInodeNumbers(1), name: name)
            let opened = OpenedFile(file: file, stream: stream)
            let receipt = try commit(
                opened.mutations, context, events: [ChangeEvent(.stream(name, .created), inode)])
            return (opened, receipt)
        }
    }

    /// Which streams a file has, or what they are called, has changed: for the file that is a change like that of an attribute.
    func noteStreamChange(_ file: inout InodeRecord) {
        file.attributes.changeTime = environment.clock.now()
        file.attributes.changeNumber &+= 1
        file.hasHeldStreams = true
    }

    /// Takes a named stream away; those who have it open keep it. Under the namespace lock, written; the caller has checked what may
    /// forbid it, and discards the content that is returned once the lock is left.
    func removeStream(_ stream: StreamRecord, _ context: OperationContext) throws(FileSystemError) -> (Receipt, [ContentID]) {
        try inodes.writing(stream.inode) { () throws(FileSystemError) in
            var file = try record(stream.inode)
            noteStreamChange(&file)
            let receipt = try commit(
                streamDeletions([stream]) + [.putInode(file)], context,
                events: [ChangeEvent(.stream(stream.name, .removed), stream.inode)])
            return (receipt, detach([stream]))
        }
    }

    func streamDeletions(_ streams: [StreamRecord]) -> [MetadataBatch.Mutation] {
        streams.flatMap { stream -> [MetadataBatch.Mutation] in
            let deletion = MetadataBatch.Mutation.deleteStream(stream.inode, name: stream.name)
            return stream.contentID.map { [deletion, .putPendingDelete($0)] } ?? [deletion]
        }
    }

    /// After the commit of ``streamDeletions(_:)``, under the inode's lock: what is open lives on without a name, the content of the
    /// rest is returned. Whoever leaves between the look at the table and the entry made here finds none; so it is looked at twice.
    func detach(_ streams: [StreamRecord]) -> [ContentID] {
        var discarded: [ContentID] = []
        for stream in streams {
            detachedStreams.put(stream)
            let link = Link(parent: stream.inode, name: stream.name)
            for id in arbitration.forgetLink(link, of: stream.number) { open(id)?.state.withLock { $0.streamName = nil } }
            if !arbitration.isOpen(stream.number) { discarded += takeDetached(stream.number) }
        }
        return discarded
    }

    /// The content of a stream that was removed while it was open, once its last open has left.
    func takeDetached(_ number: InodeNumber) -> [ContentID] {
        (detachedStreams.remove(number)?.contentID).map { [$0] } ?? []
    }

    /// Removes a delete-pending stream whose last SMB open has gone. A close does not fail: what cannot be removed stays.
    func removeDueStream(_ number: InodeNumber, _ context: OperationContext) -> Receipt? {
        var receipt: Receipt?
        var discarded: [ContentID] = []
        do throws(FileSystemError) {
            try namespace.writing { () throws(FileSystemError) in
                for link in arbitration.dueLinks(of: number) {
                    defer { arbitration.clearDeletePending(link, of: number) }
                    guard let stream = try metadata.stream(link.name, of: link.parent), stream.number == number else { continue }
                    let (removal, content) = try removeStream(stream, context)
                    receipt = receipt?.followed(by: removal) ?? removal
                    discarded += content
                }
            }
        } catch {
            environment.report("a delete-pending stream could not be removed: \(error)")
        }
        discard(discarded)
        return receipt
    }
}
