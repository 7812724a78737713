import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// Reads into a buffer, in place. Returns the bytes read: fewer than asked for at the end of the file, 0 at and past it.
    ///
    /// - Throws: `.badHandle` without the right to read, `.isDirectory`, `.rangeLocked`, `.stale`.
    package func read(
        _ open: Open, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Int> {
        try perform(.read, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            try requireAccess(.readingData, open)
            let (count, isDue) = try inodes.reading(open.inode) { () throws(FileSystemError) -> (Int, Bool) in
                let opened = try opened(open)
                let count = try readable(open, opened, at: offset, count: buffer.count)
                guard count > 0 else { return (0, false) }
                let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                if let id = opened.contentID {
                    try content.read(id, at: offset, into: target)
                } else {
                    target.initializeMemory(as: UInt8.self, repeating: 0)
                }
                return (count, isAccessTimeDue(opened.file.attributes))
            }
            if isDue, count > 0 { noteAccess(open, context) }
            return .done(count, unchanged)
        }
    }

    /// How many bytes a read gets, once everybody was asked who may forbid it. Under the inode's lock.
    @inline(__always)
    func readable(
        _ open: Open, _ opened: OpenedFile, at offset: UInt64, count: Int
    ) throws(FileSystemError) -> Int {
        guard opened.holdsBytes else { throw .invalidArgument }
        let size = opened.size
        // Windows asks for the whole range, past the end too; a kernel asks for whole pages — [MS-FSA] 2.1.5.3
        if open.style == .windows, count > 0 {
            let last = offset.addingReportingOverflow(UInt64(count) - 1)
            try refuseLockedRange(
                .read, open: open, inode: open.subject, first: offset, last: last.overflow ? .max : last.partialValue)
        }
        guard offset < size, count > 0 else { return 0 }
        let available = Int(clamping: min(UInt64(count), size - offset))
        if open.style == .posix {
            try refuseLockedRange(
                .read, open: open, inode: open.subject, first: offset, last: offset + UInt64(available) - 1)
        }
        return available
    }

    /// relatime: the access time moves when it is not after the last change, or is a day old.
    func isAccessTimeDue(_ attributes: Attributes) -> Bool {
        guard !options.isReadOnly else { return false }
        if attributes.accessTime <= attributes.modificationTime || attributes.accessTime <= attributes.changeTime {
            return true
        }
        return environment.clock.now().seconds &- attributes.accessTime.seconds > 86_400
    }

    /// After the locks of the read were left. A read that has its bytes does not fail for its time stamp.
    func noteAccess(_ open: Open, _ context: OperationContext) {
        guard !open.keepsAccessTime else { return }
        guard open.style == .posix || !open.state.withLock({ $0.frozen.contains(.access) }) else { return }
        do throws(FileSystemError) {
            try inodes.writing(open.inode) { () throws(FileSystemError) in
                guard var record = try metadata.inode(open.inode), isAccessTimeDue(record.attributes) else { return }
                record.attributes.accessTime = environment.clock.now()
                _ = try commit([.putInode(record)], context, events: [ChangeEvent(.attributes, open.inode)])
            }
        } catch {
            environment.report("the access time of inode \(open.inode) could not be kept: \(error)")
        }
    }

    /// The right to one of `rights`, and bytes: only regular files have some, a symbolic link that was opened itself keeps its target
    /// elsewhere.
    @inline(__always)
    func requireAccess(_ rights: AccessMask, _ open: Open) throws(FileSystemError) {
        guard !open.access.isDisjoint(with: rights) else { throw open.style == .windows ? .accessDenied : .badHandle }
        guard open.type != .regular else { return }
        throw open.isDirectory ? .isDirectory : .invalidArgument
    }

    /// Writes a buffer: at `offset`, or at the true end for nil and for an appending open. Returns the bytes written, always all.
    ///
    /// - Throws: `.badHandle` (POSIX) or `.accessDenied` (SMB) without the right to write, `.fileTooLarge`, `.noSpace` with nothing
    ///   written, `.rangeLocked`, `.isDirectory`, `.stale`.
    package func write(
        _ open: Open, at offset: UInt64?, from buffer: UnsafeRawBufferPointer, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Int> {
        try perform(.write, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            try requireAccess(.writingData, open)
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) -> Receipt in
                var opened = try opened(open)
                let range = try writable(open, opened, at: offset, count: buffer.count)
                guard !range.isEmpty else { return unchanged }
                let id = try contentID(of: &opened)
                try content.write(id, at: range.lowerBound, from: buffer)
                return try commit(range, in: id, of: &opened, by: open, context)
            }
            if open.isWriteThrough { try makeSafe(open) }
            return .done(buffer.count, receipt)
        }
    }

    /// What a write of `count` bytes covers, once everybody was asked who may forbid it. Under the inode's lock, written.
    @inline(__always)
    func writable(
        _ open: Open, _ opened: OpenedFile, at offset: UInt64?, count: Int
    ) throws(FileSystemError) -> Range<UInt64> {
        guard opened.holdsBytes else { throw .invalidArgument }
        let start = open.isAppending ? opened.size : offset ?? opened.size
        guard count > 0 else { return start..<start }
        let (end, overflow) = start.addingReportingOverflow(UInt64(count))
        guard !overflow, end <= UInt64(Int64.max) else { throw .fileTooLarge }
        try refuseLockedRange(.write, open: open, inode: open.subject, first: start, last: end - 1)
        return start..<end
    }

    /// Commits a range of bytes that are in the store already. Should that fail, those past the end that the file keeps go again: they
    /// would come to light when it grows. What was reserved there goes with them. Under the inode's lock, written.
    @inline(__always)
    func commit(
        _ range: Range<UInt64>, in id: ContentID, of opened: inout OpenedFile, by open: Open, _ context: OperationContext
    ) throws(FileSystemError) -> Receipt {
        let size = opened.size
        do throws(FileSystemError) {
            opened.size = max(size, range.upperBound)
            opened.allocatedSize = try content.allocatedSize(id)
            noteWrite(&opened.file.attributes, by: open, context)
            return try commit(opened, context, events: [written(range, opened)])
        } catch {
            drop(size..<max(size, range.upperBound), of: id)
            throw error
        }
    }

    /// Makes a hole of what lies past a file's end and was not to be there.
    func drop(_ pastEnd: Range<UInt64>, of id: ContentID) {
        guard !pastEnd.isEmpty else { return }
        do throws(FileSystemError) {
            try content.punch(id, at: pastEnd.lowerBound, count: UInt64(pastEnd.count))
        } catch {
            environment.report("bytes whose write failed stay past the end of a file: \(error)")
        }
    }

    /// What a write leaves behind besides bytes: times, the archive bit, no set-user-ID.
    func noteWrite(_ attributes: inout Attributes, by open: Open, _ context: OperationContext) {
        let now = environment.clock.now()
        let frozen = open.style == .windows ? open.state.withLock { $0.frozen } : []
        if !frozen.contains(.modification) { attributes.modificationTime = now }
        if !frozen.contains(.change) { attributes.changeTime = now }
        attributes.changeNumber &+= 1
        attributes.dosAttributes.insert(.archive)
        if !context.identity.isPrivileged { dropSetIDs(&attributes, for: context.identity) }
    }

    /// Says of a file that the open has written to that it was written now, where nobody has set or moved its write time
    /// since: compared and changed under one lock. Nothing but times moves; a WRITE's other traces came with the WRITE,
    /// and others may have undone them.
    ///
    /// - Parameter last: the write time that the open's WRITE has left.
    /// - Throws: `.stale`, `.accessDenied` without the right to write.
    package func noteWritten(
        _ open: Open, since last: Timestamp, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setAttributes, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard !open.access.isDisjoint(with: .writingData) else { throw .accessDenied }
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) -> Receipt in
                var opened = try opened(open)
                let frozen = open.style == .windows ? open.state.withLock { $0.frozen } : []
                guard opened.file.attributes.modificationTime == last, !frozen.contains(.modification) else {
                    return unchanged
                }
                let now = environment.clock.now()
                opened.file.attributes.modificationTime = now
                if !frozen.contains(.change) { opened.file.attributes.changeTime = now }
                opened.file.attributes.changeNumber &+= 1
                return try commit(opened, context, events: [ChangeEvent(.attributes, open.inode)])
            }
            return .done((), receipt)
        }
    }

    /// What close(2) reports: everything that was written is in the store already.
    package func flush(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<Void> {
        try perform(.flush, .open(open.id, open.inode), context) { () throws(FileSystemError) in .done((), unchanged) }
    }

    /// fsync(2), and SMB's FLUSH: the bytes, then all earlier metadata.
    package func sync(
        _ open: Open, dataOnly: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.sync, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            try makeSafe(open)
            return .done((), unchanged)
        }
    }

    func makeSafe(_ open: Open) throws(FileSystemError) {
        let id = try inodes.reading(open.inode) { () throws(FileSystemError) -> ContentID? in try opened(open).contentID }
        if let id { try content.sync(id) }
        try metadata.sync()
    }
}
