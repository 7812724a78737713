import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore
import Synchronization

/// What a clone came to.
package struct CloneResult: Equatable, Sendable {
    /// The bytes that were cloned, from the range's beginning on; all of it without a failure.
    package var count: UInt64
    /// What ended it early.
    package var failure: FileSystemError?

    package init(count: UInt64 = 0, failure: FileSystemError? = nil) {
        self.count = count
        self.failure = failure
    }
}

extension FileSystem {
    /// Marks a file as one that may have holes, or as one that has none. The bytes stay as they are — [MS-FSA]
    /// 2.1.5.10.38.
    ///
    /// - Throws: `.invalidArgument` for what is no file, `.readOnly`, `.stale`. Which rights the open needs is the
    ///   door's to say.
    package func setSparse(
        _ isSparse: Bool, _ open: Open, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setAttributes, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.type == .regular else { throw .invalidArgument }
            try requireWritable()
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) -> Receipt in
                var record = try record(open.inode)
                guard record.attributes.type == .regular else { throw .invalidArgument }
                guard record.attributes.dosAttributes.contains(.sparse) != isSparse else {
                    return unchanged
                }
                if isSparse {
                    record.attributes.dosAttributes.insert(.sparse)
                } else {
                    record.attributes.dosAttributes.remove(.sparse)
                }
                if !open.state.withLock({ $0.frozen.contains(.change) }) {
                    record.attributes.changeTime = environment.clock.now()
                }
                record.attributes.changeNumber &+= 1
                return try commit(
                    [.putInode(record)], context, events: [ChangeEvent(.attributes, open.inode)])
            }
            return .done((), receipt)
        }
    }

    /// Gives a range of one file the bytes and holes of a range of another or of itself, whatever locks there are:
    /// FICLONERANGE, FSCTL_DUPLICATE_EXTENTS_TO_FILE. The source counts as zeros past its end.
    ///
    /// Large ranges are done piece by piece; others see a piece as a whole. What fails in the middle is told of with what was done
    /// before, since the answer to that waits as well.
    ///
    /// - Throws: `.badHandle` without the rights to read the one and write the other, `.invalidArgument` for ranges of
    ///   one file that overlap and for what is no file, `.fileTooLarge`, `.noSpace`, `.readOnly`, `.stale`.
    package func clone(
        from source: Open, at sourceOffset: UInt64, to target: Open, at targetOffset: UInt64,
        count: UInt64,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<CloneResult> {
        try perform(.copyRange, .open(target.id, target.inode), context) { () throws(FileSystemError) in
            guard source.access.contains(.readData), target.access.contains(.writeData) else {
                throw .badHandle
            }
            guard source.type == .regular, target.type == .regular else { throw .invalidArgument }
            try requireWritable()
            let (sourceEnd, sourceOverflow) = sourceOffset.addingReportingOverflow(count)
            let (targetEnd, targetOverflow) = targetOffset.addingReportingOverflow(count)
            guard !sourceOverflow, !targetOverflow, targetEnd <= UInt64(Int64.max) else {
                throw .fileTooLarge
            }
            if source.subject == target.subject, sourceOffset < targetEnd, targetOffset < sourceEnd {
                throw .invalidArgument
            }
            guard count > 0 else { return .done(CloneResult(), unchanged) }
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: Int(min(count, Self.clonePiece)), alignment: 64)
            defer { buffer.deallocate() }
            var receipt = unchanged
            var result = CloneResult()
            while result.count < count, result.failure == nil {
                do throws(FileSystemError) {
                    let length = try pieceLength(source, at: sourceOffset + result.count, limit: count - result.count)
                    let (piece, cloned) = try clonePiece(
                        buffer, from: source, at: sourceOffset + result.count, to: target, at: targetOffset + result.count,
                        count: length, context)
                    receipt = receipt.followed(by: cloned)
                    result.count += piece.count
                    result.failure = piece.failure
                } catch {
                    guard result.count > 0 else { throw error }
                    result.failure = error
                }
            }
            return .done(result, receipt)
        }
    }

    /// What is cloned next: a piece, or a hole, which is done at once however long it is.
    private func pieceLength(
        _ source: Open, at offset: UInt64, limit: UInt64
    ) throws(FileSystemError) -> UInt64 {
        let data = try inodes.reading(source.inode) { () throws(FileSystemError) -> UInt64 in
            guard let id = try opened(source).contentID else { return .max }
            return try content.extent(id, at: offset)?.lowerBound ?? .max
        }
        return min(limit, max(Self.clonePiece, data &- offset))
    }

    /// Bytes that are cloned with the two files locked.
    private static let clonePiece: UInt64 = 1 << 20

    private func clonePiece(
        _ buffer: UnsafeMutableRawBufferPointer, from source: Open, at sourceOffset: UInt64,
        to target: Open,
        at targetOffset: UInt64, count: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> (CloneResult, Receipt) {
        try inodes.writing(source.inode, target.inode) { () throws(FileSystemError) in
            var opened = try opened(target)
            guard opened.holdsBytes else { throw .invalidArgument }
            let to = try contentID(of: &opened)
            let from = source.subject == target.subject ? to : try self.opened(source).contentID
            var result = CloneResult()
            do throws(FileSystemError) {
                while result.count < count {
                    result.count += try cloneExtent(
                        buffer, from, at: sourceOffset + result.count, to, at: targetOffset + result.count,
                        limit: count - result.count)
                }
            } catch {
                // What is there stays, and belongs to the file: past its end it would come to light when the file grows.
                guard result.count > 0 else { throw error }
                result.failure = error
            }
            let range = targetOffset..<targetOffset + result.count
            return (result, try commit(range, in: to, of: &opened, by: target, context))
        }
    }

    /// What the store shares, or a hole, or as much of an extent as the buffer takes. Returns the bytes of it.
    private func cloneExtent(
        _ buffer: UnsafeMutableRawBufferPointer, _ source: ContentID?, at sourceOffset: UInt64, _ target: ContentID,
        at targetOffset: UInt64, limit: UInt64
    ) throws(FileSystemError) -> UInt64 {
        if let source {
            let shared = try content.share(source, at: sourceOffset, with: target, at: targetOffset, count: limit)
            if shared > 0 { return shared }
        }
        let extent = try source.flatMap { id throws(FileSystemError) in try content.extent(id, at: sourceOffset) }
        let hole = min(limit, extent.map { $0.lowerBound - sourceOffset } ?? limit)
        guard hole == 0, let source, let extent else {
            try content.punch(target, at: targetOffset, count: hole)
            return hole
        }
        let length = Int(min(limit, extent.upperBound - sourceOffset, UInt64(buffer.count)))
        let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        try content.read(source, at: sourceOffset, into: bytes)
        try content.write(target, at: targetOffset, from: UnsafeRawBufferPointer(bytes))
        return UInt64(length)
    }
}
