import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore

/// The source of a copy, which may be another share's file.
package struct CopyOrigin: Sendable {
    package let fileSystem: FileSystem
    package let open: Open
    /// As whom, and through which door, the source is read.
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
    /// What two files of one share can have in common they share. Returns the bytes copied: `buffer.count`.
    ///
    /// - Throws: `.noMoreData`, with nothing written, where the source ends before the chunk does; as `read` and
    ///   `write`.
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
            let (receipt, isDue) = try inodes.writing(source.inode, target.inode) { () throws(FileSystemError) in
                let from = try opened(source)
                guard try readable(source, from, at: sourceOffset, count: buffer.count) == buffer.count else {
                    throw .noMoreData
                }
                var to = try opened(target)
                let range = try writable(target, to, at: targetOffset, count: buffer.count)
                guard !range.isEmpty else { return (unchanged, false) }
                let id = try contentID(of: &to)
                try fill(range, of: id, keeping: to.size, buffer, from: from.contentID, at: sourceOffset)
                return (
                    try commit(range, in: id, of: &to, by: target, context), isAccessTimeDue(from.file.attributes)
                )
            }
            if isDue { noteAccess(source, context) }
            if target.isWriteThrough { try makeSafe(target) }
            return .done(buffer.count, receipt)
        }
    }

    /// Shares what the store can, and copies the rest.
    private func fill(
        _ range: Range<UInt64>, of target: ContentID, keeping size: UInt64, _ buffer: UnsafeMutableRawBufferPointer,
        from source: ContentID?, at sourceOffset: UInt64
    ) throws(FileSystemError) {
        let shared = try source.map { id throws(FileSystemError) in
            try content.share(id, at: sourceOffset, with: target, at: range.lowerBound, count: UInt64(range.count))
        }
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer.dropFirst(Int(shared ?? 0)))
        guard !rest.isEmpty else { return }
        let done = UInt64(buffer.count - rest.count)
        do throws(FileSystemError) {
            if let source {
                try content.read(source, at: sourceOffset + done, into: rest)
            } else {
                rest.initializeMemory(as: UInt8.self, repeating: 0)
            }
            try content.write(target, at: range.lowerBound + done, from: UnsafeRawBufferPointer(rest))
        } catch {
            // Nothing of the chunk is said to be there.
            if done > 0 { drop(size..<max(size, range.upperBound), of: target) }
            throw error
        }
    }
}
