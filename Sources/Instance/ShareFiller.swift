import AccessControl
package import FileSystemCore
import FileSystemModel
import Glibc

/// Copies a directory of this machine into a share, through the core: contents with their holes, modes, times, links of
/// both kinds.
///
/// Owners are kept when we are root; else everything belongs to whoever we are. The root of the share keeps what it
/// has.
package struct ShareFiller {
    /// The first file that could not be copied, and why.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private struct LinkKey: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    private static let blockSize = 1 << 20
    /// Deeper than any tree that a path of 4096 bytes can name.
    private static let depthLimit = 2048

    private let fileSystem: FileSystem
    private let caller = InternalCaller()
    private let keepsOwners = geteuid() == 0
    /// Files with several names: where the first one went.
    private var linked: [LinkKey: InodeNumber] = [:]

    package init(_ fileSystem: FileSystem) {
        self.fileSystem = fileSystem
    }

    /// What was copied before a failure stays.
    package mutating func fill(from directory: String) throws(Failure) {
        try copyEntries(of: LocalPath(directory), into: .root, depth: 0)
    }

    private mutating func copyEntries(of directory: LocalPath, into target: InodeNumber, depth: Int) throws(Failure) {
        guard depth < Self.depthLimit else { throw Failure(description: "\(directory): nested too deeply") }
        guard let names = directory.entries() else { throw Self.systemFailure(directory) }
        for name in names {
            try copy(name, at: directory.appending(name), into: target, depth: depth)
        }
    }

    private mutating func copy(
        _ name: [UInt8], at path: LocalPath, into target: InodeNumber, depth: Int
    ) throws(Failure) {
        guard let source = path.information() else { throw Self.systemFailure(path) }
        let isDirectory = source.st_mode & S_IFMT == S_IFDIR
        let key = LinkKey(device: source.st_dev, inode: source.st_ino)
        let first = source.st_nlink > 1 && !isDirectory ? linked[key] : nil
        if let first {
            _ = try core(path) { () throws(FileSystemError) in
                try fileSystem.link(first, named: FileName(name), in: target, caller.context)
            }
            return
        }
        let file = try newFile(like: source, at: path)
        let made = try core(path) { () throws(FileSystemError) in
            try fileSystem.make(file, named: FileName(name), in: target, caller.context)
        }
        if source.st_nlink > 1, !isDirectory { linked[key] = made.inode }
        if made.type == .regular, source.st_size > 0 {
            try copyContent(of: path, size: UInt64(clamping: source.st_size), to: made.inode)
        }
        if isDirectory { try copyEntries(of: path, into: made.inode, depth: depth + 1) }
        try setAttributes(of: made.inode, like: source, path: path)
    }

    private func newFile(like source: stat, at path: LocalPath) throws(Failure) -> NewFile {
        let permissions = Permissions(rawValue: UInt16(truncatingIfNeeded: source.st_mode))
        switch source.st_mode & S_IFMT {
        case S_IFDIR: return NewFile(type: .directory, permissions: permissions)
        case S_IFREG: return NewFile(type: .regular, permissions: permissions)
        case S_IFIFO: return NewFile(type: .fifo, permissions: permissions)
        case S_IFSOCK: return NewFile(type: .socket, permissions: permissions)
        case S_IFCHR:
            return NewFile(type: .characterDevice, permissions: permissions, device: UInt64(source.st_rdev))
        case S_IFBLK:
            return NewFile(type: .blockDevice, permissions: permissions, device: UInt64(source.st_rdev))
        case S_IFLNK:
            guard let target = path.linkTarget() else { throw Self.systemFailure(path) }
            return NewFile(type: .symbolicLink, permissions: permissions, symbolicLinkTarget: target)
        default:
            throw Failure(description: "\(path): a file of an unknown kind")
        }
    }

    private func copyContent(of path: LocalPath, size: UInt64, to inode: InodeNumber) throws(Failure) {
        let descriptor = path.open(O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Self.systemFailure(path) }
        defer { close(descriptor) }
        let open = try core(path) { () throws(FileSystemError) in
            try fileSystem.open(inode, PosixOpenRequest(access: [.write]), caller.context)
        }
        defer { _ = try? fileSystem.close(open, caller.context) }
        var changes = AttributeChanges()
        changes.size = size
        _ = try core(path) { () throws(FileSystemError) in
            try fileSystem.setAttributes(changes, of: inode, via: open, caller.context)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: off_t = 0
        while true {
            // Where the file has a hole, the copy has one; a file system that knows no holes is all data.
            let data = lseek(descriptor, offset, LocalPath.seekData)
            guard data >= 0 || errno != ENXIO else { return }
            offset = max(offset, data)
            let hole = lseek(descriptor, offset, LocalPath.seekHole)
            let length = hole > offset ? min(buffer.count, Int(hole - offset)) : buffer.count
            let count = pread(descriptor, buffer.baseAddress, length, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.systemFailure(path) }
            guard count > 0 else { return }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            _ = try core(path) { () throws(FileSystemError) in
                try fileSystem.write(open, at: UInt64(clamping: offset), from: bytes, caller.context)
            }
            offset += off_t(count)
        }
    }

    /// Last of all, since every write before moves the times and takes set-user-ID away.
    private func setAttributes(of inode: InodeNumber, like source: stat, path: LocalPath) throws(Failure) {
        var changes = AttributeChanges()
        changes.uid = keepsOwners ? source.st_uid : geteuid()
        changes.gid = keepsOwners ? source.st_gid : getegid()
        if source.st_mode & S_IFMT != S_IFLNK {
            changes.permissions = Permissions(rawValue: UInt16(truncatingIfNeeded: source.st_mode))
        }
        changes.accessTime = .set(Timestamp(source.st_atim))
        changes.modificationTime = .set(Timestamp(source.st_mtim))
        _ = try core(path) { () throws(FileSystemError) in
            try fileSystem.setAttributes(changes, of: inode, via: nil, caller.context)
        }
    }

    private func core<Value>(
        _ path: LocalPath, _ body: () throws(FileSystemError) -> Outcome<Value>
    ) throws(Failure) -> Value {
        do throws(FileSystemError) {
            return try caller.value(try body())
        } catch {
            throw Failure(description: "\(path): \(error)")
        }
    }

    private static func systemFailure(_ path: LocalPath) -> Failure {
        let code = errno
        return Failure(description: "\(path): \(errorText(code))")
    }
}

extension Timestamp {
    fileprivate init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
    }
}
