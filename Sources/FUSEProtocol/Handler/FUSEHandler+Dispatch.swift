import FileSystemCore
import FileSystemModel

extension FUSEHandler {
    /// One attempt at a request: every row is one call of the core, and what its result looks like to the kernel.
    func execute(
        _ operation: FUSEOperation, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        switch operation {
        case .lookup(let parent, let name): try lookup(name, in: parent, context)
        case .forget(let node, let count): forgotten { forget(node, count: count) }
        case .forgetMany(let nodes): forgotten { for (node, count) in nodes { forget(node, count: count) } }
        case .symlink(let parent, let name, let target): try symlink(name, in: parent, target: target, context)
        case .mknod(let parent, let name, let mode, let umask, let device):
            try mknod(name, in: parent, mode: mode, umask: umask, device: device, context)
        case .mkdir(let parent, let name, let mode, let umask):
            try make(.directory, name, in: parent, mode: mode, umask: umask, context)
        case .unlink(let parent, let name):
            try fileSystem.unlink(FileName(name), in: parent.inode, context).succeeded
        case .rmdir(let parent, let name):
            try fileSystem.removeDirectory(FileName(name), in: parent.inode, context).succeeded
        case .rename(let parent, let name, let newParent, let newName, let flags):
            try rename(name, in: parent, to: newName, in: newParent, flags: flags, context)
        case .link(let node, let newParent, let newName): try link(node, newName, in: newParent, context)

        case .getattr(let node):
            try fileSystem.attributes(of: node.inode, context).reply { .attributes($0, grants.term(for: $0)) }
        case .setattr(let node, let changes, let handle): try setattr(node, changes, via: handle, context)
        case .access(let node, let mask): try access(node, mask: mask, context)
        case .readlink(let node): try fileSystem.readLink(node.inode, context).reply { .bytes($0) }
        case .statfs: try fileSystem.statistics(context).reply { .statistics($0) }

        case .open(let node, let flags): try open(node, flags, context)
        case .create(let parent, let name, let mode, let umask, let flags):
            try create(name, in: parent, mode: mode, umask: umask, flags, context)
        case .read(let handle, let offset, let size): try read(handle, at: offset, size: size, context)
        case .write(let handle, let offset, let bytes, let flags, let isWriteBack):
            try write(handle, at: flags.contains(.append) && !isWriteBack ? nil : offset, bytes, context)
        case .flush(let handle, let owner): try flush(handle, lockOwner: owner, context)
        case .fsync(let handle, let dataOnly): try fileSystem.sync(open(handle), dataOnly: dataOnly, context).succeeded
        case .release(let handle): released(handle)
        case .fallocate(let handle, let mode, let offset, let length):
            try fallocate(handle, mode: mode, offset: offset, length: length, context)
        case .lseek(let handle, let offset, let whence): try lseek(handle, offset: offset, whence: whence, context)
        case .copyFileRange(let source, let offset, let target, let targetOffset, let count, let flags):
            try copyRange(source, offset, to: target, targetOffset, count: count, flags: flags, context)

        case .opendir(let node): try opendir(node, context)
        case .readdir(let handle, let offset, let size): try readdir(handle, after: offset, size: size, context)
        case .readdirplus(let handle, let offset, let size): try readdirplus(handle, after: offset, size: size, context)

        case .getxattr(let node, let name, let size): try getxattr(node, name, size: size, context)
        case .setxattr(let node, let name, let value, let flags):
            try setxattr(node, name, to: value, flags: flags, context)
        case .listxattr(let node, let size): try listxattr(node, size: size, context)
        case .removexattr(let node, let name): try removexattr(node, name, context)

        case .getlk(let handle, let lock): try getlk(handle, lock, context)
        case .setlk(let handle, let lock, let waits): try setlk(handle, lock, waits: waits, context)
        case .flock(let handle, let owner, let operation):
            try flock(handle, owner: owner, operation: operation, context)

        case .unsupported(let errno): answer(.error(errno))
        }
    }

    /// An answer that the core was not asked for.
    func answer(_ reply: FUSEReply) -> Outcome<FUSEReply> {
        .done(reply, Receipt(sequence: CommitSequence(rawValue: 0)))
    }

    private func forgotten(_ body: () -> Void) -> Outcome<FUSEReply> {
        body()
        return answer(.none)
    }

    /// The open file behind a handle.
    ///
    /// - Throws: `.badHandle`.
    func open(_ handle: FileHandleID) throws(FileSystemError) -> Open {
        guard let file = handles[handle] else { throw .badHandle }
        return file.open
    }
}

extension Outcome {
    /// The outcome as an answer; what `reply` hands out, it hands out once, since only a call that is done has a value.
    func reply(_ reply: (Value) -> FUSEReply) -> Outcome<FUSEReply> { map(reply) }

    /// For calls whose value the kernel does not want.
    var succeeded: Outcome<FUSEReply> { reply { _ in .success } }
}
