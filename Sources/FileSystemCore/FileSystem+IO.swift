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
            guard !open.access.isDisjoint(with: .readingData) else {
                throw open.style == .windows ? .accessDenied : .badHandle
            }
            try requireBytes(open)
            let (count, isDue) = try inodes.reading(open.inode) { () throws(FileSystemError) -> (Int, Bool) in
                let opened = try opened(open)
                guard opened.holdsBytes else { throw .invalidArgument }
                let size = opened.size
                // Windows asks for the whole range, past the end too; a kernel asks for whole pages — [MS-FSA] 2.1.5.3
                if open.style == .windows, buffer.count > 0 {
                    let last = offset.addingReportingOverflow(UInt64(buffer.count) - 1)
                    try refuseLockedRange(
                        .read, open: open, inode: open.subject, first: offset, last: last.overflow ? .max : last.partialValue)
                }
                guard offset < size, buffer.count > 0 else { return (0, false) }
                let count = Int(clamping: min(UInt64(buffer.count), size - offset))
                if open.style == .posix {
                    try refuseLockedRange(
                        .read, open: open, inode: open.subject, first: offset, last: offset + UInt64(count) - 1)
                }
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

    /// relatime: the access time moves when it is not after the last change, or is a day old.
    private func isAccessTimeDue(_ attributes: Attributes) -> Bool {
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

    /// Only regular files have bytes: a symbolic link that was opened itself keeps its target elsewhere.
    private func requireBytes(_ open: Open) throws(FileSystemError) {
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
            guard !open.access.isDisjoint(with: .writingData) else {
                throw open.style == .windows ? .accessDenied : .badHandle
            }
            try requireBytes(open)
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) -> Receipt in
                var opened = try opened(open)
                guard opened.holdsBytes else { throw .invalidArgument }
                let start = open.isAppending ? opened.size : offset ?? opened.size
                guard !buffer.isEmpty else { return unchanged }
                let (end, overflow) = start.addingReportingOverflow(UInt64(buffer.count))
                guard !overflow, end <= UInt64(Int64.max) else { throw .fileTooLarge }
                try refuseLockedRange(.write, open: open, inode: open.subject, first: start, last: end - 1)
                let id = try contentID(of: &opened)
                try content.write(id, at: start, from: buffer)
                opened.size = max(opened.size, end)
                opened.allocatedSize = try content.allocatedSize(id)
                noteWrite(&opened.file.attributes, by: open, context)
                return try commit(opened, context, events: [written(start..<end, opened)])
            }
            if open.isWriteThrough { try makeSafe(open) }
            return .done(buffer.count, receipt)
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

    /// Says of a file that the open has written to that it was written now: what a WRITE leaves behind besides its
    /// bytes.
    ///
    /// - Throws: `.stale`, `.accessDenied` without the right to write.
    package func noteWritten(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setAttributes, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard !open.access.isDisjoint(with: .writingData) else { throw .accessDenied }
            let receipt = try inodes.writing(open.inode) { () throws(FileSystemError) -> Receipt in
                var opened = try opened(open)
                noteWrite(&opened.file.attributes, by: open, context)
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

    private func makeSafe(_ open: Open) throws(FileSystemError) {
        let id = try inodes.reading(open.inode) { () throws(FileSystemError) -> ContentID? in try opened(open).contentID }
        if let id { try content.sync(id) }
        try metadata.sync()
    }
}
