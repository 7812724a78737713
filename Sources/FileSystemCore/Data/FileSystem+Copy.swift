package import FileSystemModel

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
    /// file may overlap. Source and target are not locked together: a copy promises no more than its reads and writes.
    /// Returns the bytes copied: `buffer.count`.
    ///
    /// - Throws: `.noMoreData`, with nothing written, where the source ends before the chunk does; as `read` and
    ///   `write`.
    package func copyChunk(
        _ buffer: UnsafeMutableRawBufferPointer, from source: CopyOrigin, at sourceOffset: UInt64,
        to target: Open,
        at targetOffset: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Int> {
        switch try source.fileSystem.read(source.open, at: sourceOffset, into: buffer, source.context) {
        case .pending(let ticket): return .pending(ticket)
        case .wouldBlock: return .wouldBlock
        case .done(let count, _):
            guard count == buffer.count else { throw .noMoreData }
            return try write(target, at: targetOffset, from: UnsafeRawBufferPointer(buffer), context)
        }
    }
}
