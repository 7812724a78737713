/// One request of the kernel's, with its arguments — linux/fuse.h. Names are as they came: nothing is checked yet.
package enum FUSEOperation: Sendable {
    // Names
    case lookup(parent: NodeID, name: [UInt8])
    /// The kernel drops `count` of the references that entries have given it. Has no answer.
    case forget(NodeID, count: UInt64)
    case forgetMany([(node: NodeID, count: UInt64)])
    case symlink(parent: NodeID, name: [UInt8], target: [UInt8])
    /// `mode` holds the file's type.
    case mknod(parent: NodeID, name: [UInt8], mode: UInt32, umask: UInt32, device: UInt32)
    case mkdir(parent: NodeID, name: [UInt8], mode: UInt32, umask: UInt32)
    case unlink(parent: NodeID, name: [UInt8])
    case rmdir(parent: NodeID, name: [UInt8])
    /// `flags` are renameat2(2)'s.
    case rename(parent: NodeID, name: [UInt8], newParent: NodeID, newName: [UInt8], flags: UInt32)
    case link(NodeID, newParent: NodeID, newName: [UInt8])

    // Attributes
    case getattr(NodeID)
    case setattr(NodeID, SetAttributesRequest, handle: FileHandleID?)
    /// `mask` is access(2)'s.
    case access(NodeID, mask: UInt32)
    case readlink(NodeID)
    case statfs

    // Files
    case open(NodeID, flags: OpenFlags)
    case create(parent: NodeID, name: [UInt8], mode: UInt32, umask: UInt32, flags: OpenFlags)
    /// At most `size` bytes.
    case read(FileHandleID, offset: UInt64, size: Int)
    /// `flags` are the file's as they stand now; `isWriteBack` marks pages of a shared mapping, whose place is fixed.
    case write(FileHandleID, offset: UInt64, ReceivedBytes, flags: OpenFlags, isWriteBack: Bool)
    /// close(2) was called on one of the handle's descriptors.
    case flush(FileHandleID, lockOwner: UInt64)
    case fsync(FileHandleID, dataOnly: Bool)
    /// The last descriptor is gone.
    case release(FileHandleID)
    /// `mode` is fallocate(2)'s; offset and length are as the caller gave them.
    case fallocate(FileHandleID, mode: UInt32, offset: Int64, length: Int64)
    case lseek(FileHandleID, offset: Int64, whence: Int32)
    case copyFileRange(
        from: FileHandleID, offset: UInt64, to: FileHandleID, targetOffset: UInt64, count: UInt64, flags: UInt32)

    // Directories
    case opendir(NodeID)
    /// Entries after the one with the cookie `offset`, as many as fit into `size` bytes.
    case readdir(FileHandleID, offset: UInt64, size: Int)
    case readdirplus(FileHandleID, offset: UInt64, size: Int)

    // Extended attributes; a `size` of 0 asks how large the value is
    case getxattr(NodeID, name: [UInt8], size: Int)
    case setxattr(NodeID, name: [UInt8], value: [UInt8], flags: UInt32)
    case listxattr(NodeID, size: Int)
    case removexattr(NodeID, name: [UInt8])

    // Locks
    case getlk(FileHandleID, LockRequest)
    case setlk(FileHandleID, LockRequest, waits: Bool)
    /// `operation` is flock(2)'s, with LOCK_NB where the caller does not wait.
    case flock(FileHandleID, owner: UInt64, operation: UInt32)

    /// What this file system does not have; `errno` is the answer.
    case unsupported(errno: Int32)

    /// The kernel's name for it, in small letters.
    package var name: StaticString {
        switch self {
        case .lookup: "lookup"
        case .forget: "forget"
        case .forgetMany: "batch_forget"
        case .symlink: "symlink"
        case .mknod: "mknod"
        case .mkdir: "mkdir"
        case .unlink: "unlink"
        case .rmdir: "rmdir"
        case .rename: "rename"
        case .link: "link"
        case .getattr: "getattr"
        case .setattr: "setattr"
        case .access: "access"
        case .readlink: "readlink"
        case .statfs: "statfs"
        case .open: "open"
        case .create: "create"
        case .read: "read"
        case .write: "write"
        case .flush: "flush"
        case .fsync: "fsync"
        case .release: "release"
        case .fallocate: "fallocate"
        case .lseek: "lseek"
        case .copyFileRange: "copy_file_range"
        case .opendir: "opendir"
        case .readdir: "readdir"
        case .readdirplus: "readdirplus"
        case .getxattr: "getxattr"
        case .setxattr: "setxattr"
        case .listxattr: "listxattr"
        case .removexattr: "removexattr"
        case .getlk: "getlk"
        case .setlk: "setlk"
        case .flock: "flock"
        case .unsupported: "unsupported"
        }
    }

    /// The file that it is about, where the request itself says so.
    package var node: NodeID? {
        switch self {
        case .lookup(let node, _), .symlink(let node, _, _), .mknod(let node, _, _, _, _), .mkdir(let node, _, _, _),
            .unlink(let node, _), .rmdir(let node, _), .rename(let node, _, _, _, _), .link(let node, _, _),
            .getattr(let node), .setattr(let node, _, _), .access(let node, _), .readlink(let node), .open(let node, _),
            .create(let node, _, _, _, _), .opendir(let node), .getxattr(let node, _, _), .setxattr(let node, _, _, _),
            .listxattr(let node, _), .removexattr(let node, _), .forget(let node, _):
            node
        default: nil
        }
    }

    /// The name in that directory, where it is about an entry.
    package var entryName: [UInt8]? {
        switch self {
        case .lookup(_, let name), .symlink(_, let name, _), .mknod(_, let name, _, _, _), .mkdir(_, let name, _, _),
            .unlink(_, let name), .rmdir(_, let name), .rename(_, let name, _, _, _), .create(_, let name, _, _, _):
            name
        default: nil
        }
    }

    /// The open file that it is about.
    package var handle: FileHandleID? {
        switch self {
        case .read(let handle, _, _), .write(let handle, _, _, _, _), .flush(let handle, _), .fsync(let handle, _),
            .release(let handle), .fallocate(let handle, _, _, _), .lseek(let handle, _, _),
            .copyFileRange(let handle, _, _, _, _, _), .readdir(let handle, _, _), .readdirplus(let handle, _, _),
            .getlk(let handle, _), .setlk(let handle, _, _), .flock(let handle, _, _):
            handle
        default: nil
        }
    }
}
