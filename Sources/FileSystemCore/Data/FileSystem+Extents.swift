import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore
import Synchronization

/// fallocate(2)'s modes, as far as they are supported.
package enum AllocationMode: Sendable {
    case reserve(keepingSize: Bool)
    /// PUNCH_HOLE | KEEP_SIZE
    case punchHole
    case zeroRange(keepingSize: Bool)
    /// FSCTL_SET_ZERO_DATA: as punchHole up to the end of a file that is marked as sparse; another keeps its space.
    case zeroData
    /// FSCTL_FILE_LEVEL_TRIM: as punchHole, up to the end of the file.
    case trim
}

package enum SeekTarget: Sendable { case data, hole }

extension FileSystem {
    /// fallocate(2).
    ///
    /// - Throws: `.badHandle`, `.invalidArgument` for an empty range, `.fileTooLarge`, `.noSpace`, `.rangeLocked`.
    package func allocate(
        _ open: Open, at offset: UInt64, count: UInt64, mode: AllocationMode, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.allocate, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.type == .regular else { throw .noMoreData }
            guard open.access.contains(.writeData) else { throw .badHandle }
            guard count > 0 else { throw .invalidArgument }
            let (end, overflow) = offset.addingReportingOverflow(count)
            guard !overflow, end <= UInt64(Int64.max) else { throw .fileTooLarge }
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) in
                try refuseLockedRange(.write, open: open, inode: open.subject, first: offset, last: end - 1)
                var opened = try opened(open)
                guard opened.holdsBytes else { throw .invalidArgument }
                let id = try contentID(of: &opened)
                switch mode {
                case .reserve(let keepingSize):
                    try content.reserve(id, at: offset, count: count)
                    if !keepingSize { opened.size = max(opened.size, end) }
                case .punchHole:
                    try content.punch(id, at: offset, count: count)
                case .trim:
                    let last = min(end, opened.size)
                    if offset < last { try content.punch(id, at: offset, count: last - offset) }
                case .zeroData:
                    let last = min(end, opened.size)
                    if offset < last { try zero(id, offset..<last, opened.file.attributes) }
                case .zeroRange(let keepingSize):
                    // First, so that a full store refuses before anything is zeroed.
                    try content.reserve(id, at: offset, count: count)
                    try content.punch(id, at: offset, count: count)
                    try? content.reserve(id, at: offset, count: count)
                    if !keepingSize { opened.size = max(opened.size, end) }
                }
                opened.allocatedSize = try content.allocatedSize(id)
                noteWrite(&opened.file.attributes, by: open, context)
                return try commit(opened, context, events: [written(offset..<end, opened)])
            }
            return .done((), receipt)
        }
    }

    /// A hole where the file may have holes; where not, zeros that cost what they did, which may be nothing.
    private func zero(
        _ id: ContentID, _ range: Range<UInt64>, _ attributes: Attributes
    ) throws(FileSystemError) {
        var spent: [Range<UInt64>] = []
        if !attributes.dosAttributes.contains(.sparse) {
            var position = range.lowerBound
            while let extent = try content.extent(id, at: position), extent.lowerBound < range.upperBound {
                spent.append(extent.clamped(to: range))
                position = extent.upperBound
            }
        }
        try content.punch(id, at: range.lowerBound, count: UInt64(range.count))
        // What was just given back; should another have taken it meanwhile, the range is zeros all the same.
        for extent in spent { try? content.reserve(id, at: extent.lowerBound, count: UInt64(extent.count)) }
    }

    /// lseek(2) with SEEK_DATA and SEEK_HOLE.
    ///
    /// - Throws: `.noMoreData` at and past the end, and for data where only a hole follows.
    package func seek(
        _ open: Open, from offset: UInt64, to target: SeekTarget, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<UInt64> {
        try perform(.seek, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let found = try inodes.reading(open.inode) { () throws(FileSystemError) -> UInt64 in
                let opened = try opened(open)
                let size = opened.size
                guard offset < size else { throw .noMoreData }
                switch target {
                case .data:
                    guard let id = opened.contentID, let extent = try content.extent(id, at: offset),
                        extent.lowerBound < size
                    else { throw .noMoreData }
                    return extent.lowerBound
                case .hole:
                    guard let id = opened.contentID else { return offset }
                    var position = offset
                    while position < size, let extent = try content.extent(id, at: position),
                        extent.lowerBound <= position
                    {
                        position = extent.upperBound
                    }
                    return min(position, size)
                }
            }
            return .done(found, unchanged)
        }
    }

    /// The allocated extents within a range, cut to it and to the file's end; the first `limit` of them. A file that is not
    /// marked as sparse is taken for one without holes.
    package func extents(
        _ open: Open, _ range: Range<UInt64>, limit: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[Range<UInt64>]> {
        try perform(.seek, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let found = try inodes.reading(open.inode) { () throws(FileSystemError) -> [Range<UInt64>] in
                let opened = try opened(open)
                let end = min(range.upperBound, opened.size)
                guard range.lowerBound < end, limit > 0 else { return [] }
                guard opened.file.attributes.dosAttributes.contains(.sparse) else { return [range.lowerBound..<end] }
                guard let id = opened.contentID else { return [] }
                var result: [Range<UInt64>] = []
                var position = range.lowerBound
                while position < end, result.count < limit, let extent = try content.extent(id, at: position),
                    extent.lowerBound < end
                {
                    result.append(extent.lowerBound..<min(extent.upperBound, end))
                    position = extent.upperBound
                }
                return result
            }
            return .done(found, unchanged)
        }
    }

    /// copy_file_range(2). Returns the bytes copied, which are fewer than asked for at the source's end, and may be anyway.
    ///
    /// - Throws: `.badHandle`, `.isDirectory`, `.invalidArgument` for overlapping ranges of one file, `.fileTooLarge`, `.noSpace`.
    package func copyRange(
        from source: Open, at sourceOffset: UInt64, to target: Open, at targetOffset: UInt64, count: UInt64,
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<UInt64> {
        guard !source.isDirectory, !target.isDirectory else { throw .isDirectory }
        guard source.access.contains(.readData), target.access.contains(.writeData), !target.isAppending else {
            throw .badHandle
        }
        guard source.type == .regular, target.type == .regular else { throw .invalidArgument }
        // No more than there is: callers ask for all by asking for the largest count.
        let size = try inodes.reading(source.inode) { () throws(FileSystemError) in try opened(source).size }
        let count = min(count, size - min(size, sourceOffset))
        let (sourceEnd, sourceOverflow) = sourceOffset.addingReportingOverflow(count)
        let (targetEnd, targetOverflow) = targetOffset.addingReportingOverflow(count)
        guard !sourceOverflow, !targetOverflow else { throw .invalidArgument }
        if source.subject == target.subject, sourceOffset < targetEnd, targetOffset < sourceEnd { throw .invalidArgument }
        guard targetEnd <= UInt64(Int64.max) else { throw .fileTooLarge }
        // Piece by piece: copy_file_range promises no atomicity.
        var copied: UInt64 = 0
        var receipt = unchanged
        guard count > 0 else { return .done(0, receipt) }
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(count, UInt64(Self.copyPiece))), alignment: 64)
        defer { piece.deallocate() }
        while copied < count {
            let wanted = Int(min(count - copied, UInt64(Self.copyPiece)))
            do throws(FileSystemError) {
                let outcome = try copyPiece(
                    UnsafeMutableRawBufferPointer(rebasing: piece[..<wanted]), from: source, at: sourceOffset + copied,
                    to: target, at: targetOffset + copied, context)
                guard case .done(let moved, let written) = outcome else { return copied > 0 ? .done(copied, receipt) : outcome }
                guard moved > 0 else { break }
                receipt = receipt.followed(by: written)
                copied += moved
            } catch {
                // What is copied is copied, and said; the next call meets the reason again.
                guard copied > 0 else { throw error }
                break
            }
        }
        return .done(copied, receipt)
    }

    private func copyPiece(
        _ buffer: UnsafeMutableRawBufferPointer, from source: Open, at sourceOffset: UInt64, to target: Open,
        at targetOffset: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<UInt64> {
        if source.subject != target.subject {
            do throws(FileSystemError) {
                return try shareChunk(buffer, from: source, at: sourceOffset, to: target, at: targetOffset, context)
                    .map { UInt64($0) }
            } catch {
                // The source has become shorter meanwhile: what it still has is copied.
                guard error == .noMoreData else { throw error }
            }
        }
        switch try read(source, at: sourceOffset, into: buffer, context) {
        case .pending(let ticket): return .pending(ticket)
        case .wouldBlock: return .wouldBlock
        case .done(0, let receipt): return .done(0, receipt)
        case .done(let count, _):
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            return try write(target, at: targetOffset, from: bytes, context).map { UInt64($0) }
        }
    }

    private static let copyPiece = 1 << 20
}
