import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore

/// The source of a copy, which may be another share's file.
package struct CopyOrigin: Sendable {
    package let fileSystem: FileSystem
    package let open: Open
    /// As whom, and through which door, a source in another share is read. Within one share the target's caller reads it,
    /// through the open that he was given.
    package let context: OperationContext

    package init(fileSystem: FileSystem, open: Open, context: OperationContext) {
        self.fileSystem = fileSystem
        self.open = open
        self.context = context
    }
}

extension FileSystem {
    /// One chunk of a server-side copy: reads all of `buffer` from the source, then writes it, so that ranges of one
    /// file may overlap. Source and target need not be locked together: a copy promises no more than its reads and writes.
    /// What two files of one share can have in common they share.
    ///
    /// Returns the bytes copied: at least one of a chunk that has some, and fewer than `buffer.count` where what could be shared
    /// stands and the rest has failed; to copy the rest meets the reason.
    ///
    /// - Throws: With nothing written: `.noMoreData` where the source ends before the chunk does; as `read` and `write`.
    package func copyChunk(
        _ buffer: UnsafeMutableRawBufferPointer, from source: CopyOrigin, at sourceOffset: UInt64,
        to target: Open,
        at targetOffset: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Int> {
        if source.fileSystem === self, source.open.subject != target.subject, !target.isAppending {
            return try shareChunk(buffer, from: source.open, at: sourceOffset, to: target, at: targetOffset, context)
        }
        switch try source.fileSystem.read(source.open, at: sourceOffset, into: buffer, source.context) {
        case .pending(let ticket): return .pending(ticket)
        case .wouldBlock: return .wouldBlock
        case .done(let count, _):
            guard count == buffer.count else { throw .noMoreData }
            return try write(target, at: targetOffset, from: UnsafeRawBufferPointer(buffer), context)
        }
    }

    /// The same for two files of this share, or streams of one: what the store cannot share goes through `buffer`.
    func shareChunk(
        _ buffer: UnsafeMutableRawBufferPointer, from source: Open, at sourceOffset: UInt64, to target: Open,
        at targetOffset: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Int> {
        try perform(.copyRange, .open(target.id, target.inode), context) { () throws(FileSystemError) in
            try requireAccess(.readingData, source)
            try requireAccess(.writingData, target)
            let (count, receipt, isDue) = try inodes.writing(source.inode, target.inode) { () throws(FileSystemError) in
                let from = try opened(source)
                guard try readable(source, from, at: sourceOffset, count: buffer.count) == buffer.count else {
                    throw .noMoreData
                }
                var to = try opened(target)
                let range = try writable(target, to, at: targetOffset, count: buffer.count)
                guard !range.isEmpty else { return (0, unchanged, false) }
                let id = try contentID(of: &to)
                let count = try fill(range, of: id, buffer, from: from.contentID, at: sourceOffset)
                let filled = range.lowerBound..<range.lowerBound + UInt64(count)
                return (
                    count, try commit(filled, in: id, of: &to, by: target, context),
                    isAccessTimeDue(from.file.attributes)
                )
            }
            if isDue { noteAccess(source, context) }
            if target.isWriteThrough { try makeSafe(target) }
            return .done(count, receipt)
        }
    }

    /// Shares what the store can, and copies the rest. Returns the bytes that the range has got, from its beginning on: what is
    /// shared is there, whatever becomes of the rest.
    private func fill(
        _ range: Range<UInt64>, of target: ContentID, _ buffer: UnsafeMutableRawBufferPointer, from source: ContentID?,
        at sourceOffset: UInt64
    ) throws(FileSystemError) -> Int {
        let shared = try source.map { id throws(FileSystemError) in
            try content.share(id, at: sourceOffset, with: target, at: range.lowerBound, count: UInt64(range.count))
        }
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.dropFirst(Int(shared ?? 0)))
        guard !rest.isEmpty else { return buffer.count }
        let done = buffer.count - rest.count
        do throws(FileSystemError) {
            if let source {
                try content.read(source, at: sourceOffset + UInt64(done), into: rest)
            } else {
                rest.initializeMemory(as: UInt8.self, repeating: 0)
            }
            try content.write(target, at: range.lowerBound + UInt64(done), from: UnsafeRawBufferPointer(rest))
            return buffer.count
        } catch {
            guard done > 0 else { throw error }
            return done
        }
    }
}
