import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Synchronization

extension FUSEHandler {
    /// What open(2)'s flags ask of the core. O_APPEND is not among it: fcntl(2) can change it later, so each WRITE
    /// brings its own, and pages of a shared mapping that come back through the same handle have a fixed place.
    private func openRequest(_ flags: OpenFlags, through link: Link?) -> PosixOpenRequest {
        PosixOpenRequest(
            access: flags.access, truncates: flags.contains(.truncate),
            isSynchronous: flags.contains(.dataSynchronous),  // O_SYNC holds O_DSYNC.
            keepsAccessTime: flags.contains(.noAccessTime), link: link)
    }

    func open(
        _ node: NodeID, _ flags: OpenFlags, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let request = openRequest(flags, through: nodes.link(of: node))
        return try fileSystem.open(node.inode, request, context).reply { open in
            .opened(OpenedFile(handle: handles.add(open), flags: grants.openFlags(for: nil)))
        }
    }

    func create(
        _ name: [UInt8], in parent: NodeID, mode: UInt32, umask: UInt32, _ flags: OpenFlags, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let name = try FileName(name)
        let link = Link(parent: parent.inode, name: name)
        let file = NewFile(
            type: .regular, permissions: ModeBits.permissions(of: mode),
            umask: UInt16(truncatingIfNeeded: umask & 0o777))
        return try fileSystem.create(
            name, in: parent.inode, file, openRequest(flags, through: link), exclusive: flags.contains(.exclusive),
            context
        ).reply { made in
            reference(made.attributes.inode, through: link)
            let opened = OpenedFile(handle: handles.add(made.open), flags: grants.openFlags(for: made.attributes))
            return .created(made.attributes, grants.term(for: made.attributes), opened)
        }
    }

    /// The store writes straight into the answer.
    func read(
        _ handle: FileHandleID, at offset: UInt64, size: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        let size = min(max(size, 0), ReplyBufferPool.maximumSize)
        let buffer = buffers.buffer(count: size)
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer.memory[..<size])
        return try fileSystem.read(open, at: offset, into: target, context).reply { count in
            buffer.count = min(max(count, 0), size)
            return .data(buffer)
        }
    }

    /// - Parameter offset: nil appends at the true end, which the kernel's idea of it may lag behind.
    func write(
        _ handle: FileHandleID, at offset: UInt64?, _ bytes: ReceivedBytes, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        return try bytes.withBytes { (source) throws(FileSystemError) in
            try fileSystem.write(open, at: offset, from: source, context).reply { .written(UInt32(clamping: $0)) }
        }
    }

    /// close(2) of one descriptor: the process loses its record locks on the file, through whichever descriptor it took
    /// them — fcntl(2).
    func flush(
        _ handle: FileHandleID, lockOwner: UInt64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard let file = handles[handle] else { throw .badHandle }
        file.locks.withLock { _ = $0.rangeOwners.remove(lockOwner) }
        _ = try fileSystem.unlockAll(file.open, owner: .posix(door: door, owner: lockOwner), context)
        fileSystem.noteClosing(file.open)
        return try fileSystem.flush(file.open, context).succeeded
    }

    /// The last descriptor is gone. Whatever happens, the kernel will not name the handle again.
    func released(_ handle: FileHandleID) -> Outcome<FUSEReply> {
        close(handle)
        return answer(.success)
    }

    func close(_ handle: FileHandleID) {
        guard let file = handles.remove(handle) else { return }
        release(file)
    }

    /// Closes a file for whoever opened it. Locks of open file descriptions end here, since no FLUSH names their owner.
    func release(_ file: FileHandle) {
        let context = OperationContext(
            door: door, style: .posix, client: file.open.client, identity: file.open.identity)
        let locks = file.locks.withLock { $0 }
        for owner in locks.rangeOwners {
            _ = try? fileSystem.unlockAll(file.open, owner: .posix(door: door, owner: owner), context)
        }
        if let owner = locks.flockOwner {
            _ = try? fileSystem.unlockAll(file.open, owner: .flock(door: door, owner: owner), context)
        }
        _ = try? fileSystem.close(file.open, context)
    }

    /// fallocate(2): plain, KEEP_SIZE, PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE with and without KEEP_SIZE.
    func fallocate(
        _ handle: FileHandleID, mode: UInt32, offset: Int64, length: Int64, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        guard offset >= 0, length > 0 else { throw .invalidArgument }
        guard !offset.addingReportingOverflow(length).overflow else { throw .fileTooLarge }
        let kind: AllocationMode
        switch mode {
        case 0: kind = .reserve(keepingSize: false)
        case AllocationFlags.keepSize: kind = .reserve(keepingSize: true)
        case AllocationFlags.punchHole | AllocationFlags.keepSize: kind = .punchHole
        case AllocationFlags.zeroRange: kind = .zeroRange(keepingSize: false)
        case AllocationFlags.zeroRange | AllocationFlags.keepSize: kind = .zeroRange(keepingSize: true)
        default: throw .notSupported
        }
        return try fileSystem.allocate(
            open, at: UInt64(offset), count: UInt64(length), mode: kind, context
        ).succeeded
    }

    /// SEEK_DATA and SEEK_HOLE; the kernel does the other directions itself.
    func lseek(
        _ handle: FileHandleID, offset: Int64, whence: Int32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        let open = try open(handle)
        guard offset >= 0 else { throw .noMoreData }
        let target: SeekTarget
        switch whence {
        case SeekWhence.data: target = .data
        case SeekWhence.hole: target = .hole
        default: throw .invalidArgument
        }
        return try fileSystem.seek(open, from: UInt64(offset), to: target, context).reply { .offset($0) }
    }

    /// How much COPY_FILE_RANGE copies at a time; the caller repeats it, so that a signal finds a gap.
    private static let copyLimit: UInt64 = 64 << 20

    func copyRange(
        _ source: FileHandleID, _ offset: UInt64, to target: FileHandleID, _ targetOffset: UInt64, count: UInt64,
        flags: UInt32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard flags == 0 else { throw .invalidArgument }
        return try fileSystem.copyRange(
            from: open(source), at: offset, to: open(target), at: targetOffset, count: min(count, Self.copyLimit),
            context
        ).reply { .written(UInt32(clamping: $0)) }
    }
}
