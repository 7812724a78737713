import CFuse3
import FUSEProtocol
import FileSystemModel
import Glibc
import Synchronization

/// libfuse's callbacks: each turns C's arguments into a value and hands it on. Nothing is decided here.
enum Callbacks {
    /// What is wanted of the kernel, whatever libfuse would choose. Not AUTO_INVAL_DATA, WRITEBACK_CACHE,
    /// EXPORT_SUPPORT, POSIX_ACL, CACHE_SYMLINKS nor splice.
    private static let wanted = UInt32(
        FUSE_CAP_ASYNC_READ | FUSE_CAP_POSIX_LOCKS | FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_DONT_MASK
            | FUSE_CAP_ASYNC_DIO | FUSE_CAP_PARALLEL_DIROPS)

    static func operations(listsWithAttributes: Bool) -> fuse_lowlevel_ops {
        var operations = fuse_lowlevel_ops()
        operations.`init` = { userdata, connection in
            guard let userdata, let connection else { return }
            let door = userdata.assumingMemoryBound(to: cfuse_door.self)
            guard let owner = door.pointee.owner else { return }
            let mount = Unmanaged<Mount>.fromOpaque(owner).takeUnretainedValue()
            var want = Callbacks.wanted
            if mount.options.listsWithAttributes {
                want |= UInt32(FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO)
            }
            connection.pointee.want = want & connection.pointee.capable
            connection.pointee.max_write = mount.options.maximumWrite
            connection.pointee.max_background = 64
            connection.pointee.congestion_threshold = 48
            connection.pointee.time_gran = 1
        }
        setNames(&operations)
        setAttributes(&operations)
        setFiles(&operations)
        setDirectories(&operations)
        setExtendedAttributes(&operations)
        setLocks(&operations)
        return operations
    }

    private static func setNames(_ operations: inout fuse_lowlevel_ops) {
        operations.lookup = { request, parent, name in
            serve(request) { _ in .lookup(parent: NodeID(rawValue: parent), name: bytes(name)) }
        }
        operations.forget = { request, node, count in
            serve(request) { _ in .forget(NodeID(rawValue: node), count: count) }
        }
        operations.forget_multi = { request, count, list in
            serve(request) { _ in
                .forgetMany(
                    UnsafeBufferPointer(start: list, count: count).map {
                        (node: NodeID(rawValue: $0.ino), count: $0.nlookup)
                    })
            }
        }
        operations.symlink = { request, target, parent, name in
            serve(request) { _ in .symlink(parent: NodeID(rawValue: parent), name: bytes(name), target: bytes(target)) }
        }
        operations.mknod = { request, parent, name, mode, device in
            serve(request) { caller in
                .mknod(
                    parent: NodeID(rawValue: parent), name: bytes(name), mode: mode, umask: caller.umask,
                    device: UInt32(truncatingIfNeeded: device))
            }
        }
        operations.mkdir = { request, parent, name, mode in
            serve(request) { caller in
                .mkdir(parent: NodeID(rawValue: parent), name: bytes(name), mode: mode, umask: caller.umask)
            }
        }
        operations.unlink = { request, parent, name in
            serve(request) { _ in .unlink(parent: NodeID(rawValue: parent), name: bytes(name)) }
        }
        operations.rmdir = { request, parent, name in
            serve(request) { _ in .rmdir(parent: NodeID(rawValue: parent), name: bytes(name)) }
        }
        operations.rename = { request, parent, name, newParent, newName, flags in
            serve(request) { _ in
                .rename(
                    parent: NodeID(rawValue: parent), name: bytes(name), newParent: NodeID(rawValue: newParent),
                    newName: bytes(newName), flags: flags)
            }
        }
        operations.link = { request, node, newParent, newName in
            serve(request) { _ in
                .link(NodeID(rawValue: node), newParent: NodeID(rawValue: newParent), newName: bytes(newName))
            }
        }
    }

    private static func setAttributes(_ operations: inout fuse_lowlevel_ops) {
        operations.getattr = { request, node, _ in
            serve(request) { _ in .getattr(NodeID(rawValue: node)) }
        }
        operations.setattr = { request, node, attributes, fields, file in
            serve(request) { _ in
                .setattr(NodeID(rawValue: node), changes(attributes, fields), handle: file.map(handle))
            }
        }
        operations.access = { request, node, mask in
            serve(request) { _ in .access(NodeID(rawValue: node), mask: UInt32(bitPattern: mask)) }
        }
        operations.readlink = { request, node in
            serve(request) { _ in .readlink(NodeID(rawValue: node)) }
        }
        operations.statfs = { request, _ in
            serve(request) { _ in .statfs }
        }
    }

    private static func setFiles(_ operations: inout fuse_lowlevel_ops) {
        operations.open = { request, node, file in
            serve(request) { _ in .open(NodeID(rawValue: node), flags: flags(file)) }
        }
        operations.create = { request, parent, name, mode, file in
            serve(request) { caller in
                .create(
                    parent: NodeID(rawValue: parent), name: bytes(name), mode: mode, umask: caller.umask,
                    flags: flags(file))
            }
        }
        operations.read = { request, _, size, offset, file in
            serve(request) { _ in .read(handle(file), offset: UInt64(bitPattern: Int64(offset)), size: size) }
        }
        operations.write = { request, _, data, size, offset, file in
            serve(request) { _ in
                .write(
                    handle(file), offset: UInt64(bitPattern: Int64(offset)),
                    ReceivedBytes(UnsafeRawBufferPointer(start: data, count: size)), flags: flags(file),
                    isWriteBack: file?.pointee.writepage == 1)
            }
        }
        operations.flush = { request, _, file in
            serve(request) { _ in .flush(handle(file), lockOwner: file?.pointee.lock_owner ?? 0) }
        }
        operations.fsync = { request, _, dataOnly, file in
            serve(request) { _ in .fsync(handle(file), dataOnly: dataOnly != 0) }
        }
        operations.release = { request, _, file in
            serve(request) { _ in .release(handle(file)) }
        }
        operations.fallocate = { request, _, mode, offset, length, file in
            serve(request) { _ in
                .fallocate(
                    handle(file), mode: UInt32(bitPattern: mode), offset: Int64(offset), length: Int64(length))
            }
        }
        operations.lseek = { request, _, offset, whence, file in
            serve(request) { _ in .lseek(handle(file), offset: Int64(offset), whence: whence) }
        }
        operations.copy_file_range = { request, _, offset, file, _, targetOffset, target, count, flags in
            serve(request) { _ in
                .copyFileRange(
                    from: handle(file), offset: UInt64(bitPattern: Int64(offset)), to: handle(target),
                    targetOffset: UInt64(bitPattern: Int64(targetOffset)), count: UInt64(count),
                    flags: UInt32(bitPattern: flags))
            }
        }
    }

    private static func setDirectories(_ operations: inout fuse_lowlevel_ops) {
        operations.opendir = { request, node, _ in
            serve(request) { _ in .opendir(NodeID(rawValue: node)) }
        }
        operations.readdir = { request, _, size, offset, file in
            serve(request) { _ in .readdir(handle(file), offset: UInt64(bitPattern: Int64(offset)), size: size) }
        }
        operations.readdirplus = { request, _, size, offset, file in
            serve(request) { _ in .readdirplus(handle(file), offset: UInt64(bitPattern: Int64(offset)), size: size) }
        }
        operations.releasedir = { request, _, file in
            serve(request) { _ in .release(handle(file)) }
        }
        operations.fsyncdir = { request, _, dataOnly, file in
            serve(request) { _ in .fsync(handle(file), dataOnly: dataOnly != 0) }
        }
    }

    private static func setExtendedAttributes(_ operations: inout fuse_lowlevel_ops) {
        operations.getxattr = { request, node, name, size in
            serve(request) { _ in .getxattr(NodeID(rawValue: node), name: bytes(name), size: size) }
        }
        operations.setxattr = { request, node, name, value, size, flags in
            serve(request) { _ in
                .setxattr(
                    NodeID(rawValue: node), name: bytes(name),
                    value: Array(UnsafeRawBufferPointer(start: value, count: size)), flags: UInt32(bitPattern: flags))
            }
        }
        operations.listxattr = { request, node, size in
            serve(request) { _ in .listxattr(NodeID(rawValue: node), size: size) }
        }
        operations.removexattr = { request, node, name in
            serve(request) { _ in .removexattr(NodeID(rawValue: node), name: bytes(name)) }
        }
    }

    private static func setLocks(_ operations: inout fuse_lowlevel_ops) {
        operations.getlk = { request, _, file, lock in
            serve(request) { _ in .getlk(handle(file), lockRequest(lock, owner: file?.pointee.lock_owner)) }
        }
        operations.setlk = { request, _, file, lock, waits in
            serve(request) { _ in
                .setlk(handle(file), lockRequest(lock, owner: file?.pointee.lock_owner), waits: waits != 0)
            }
        }
        operations.flock = { request, _, file, operation in
            serve(request) { _ in
                .flock(
                    handle(file), owner: file?.pointee.lock_owner ?? 0, operation: UInt32(bitPattern: operation))
            }
        }
    }
}
