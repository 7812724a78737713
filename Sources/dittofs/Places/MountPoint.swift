import Glibc
import Instance

/// A directory that a share is going to be mounted on.
struct MountPoint {
    let path: String
    /// The directories that did not exist before, outermost first: ours to remove.
    let made: [String]

    /// - Throws: one line when nothing can be mounted there.
    static func prepare(_ path: String) throws(Failure) -> MountPoint {
        var information = stat()
        let error = lstat(path, &information) == 0 ? 0 : errno
        if error == ENOTCONN || error == EIO {
            // What a killed instance left. If it is not ours to remove, the next look says so.
            Mounts.detach(path)
        }
        let made = try FileTree.makeDirectories(path, mode: 0o755)
        guard stat(path, &information) == 0 else {
            throw Failure("the mount point \(path) cannot be used: \(systemError())")
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw Failure("the mount point \(path) is not a directory")
        }
        guard !Mounts.isMountPoint(path) else {
            throw Failure("something is mounted on \(path) already: umount it, or choose another place with --mount")
        }
        guard isEmpty(path) else {
            throw Failure("the mount point \(path) is not empty: choose an empty directory with --mount")
        }
        return MountPoint(path: Mounts.canonical(path), made: made)
    }

    /// A place of our own for a share, in the runtime directory; when another instance has it, one beside it.
    static func prepareOwn(share: String, in directory: String) throws(Failure) -> MountPoint {
        let name = String(share.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
        for attempt in 0..<100 {
            let path = "\(directory)/\(name)" + (attempt == 0 ? "" : "-\(attempt)")
            var information = stat()
            if lstat(path, &information) != 0, errno == ENOTCONN { Mounts.detach(path) }
            if mkdir(path, 0o700) == 0 { return MountPoint(path: Mounts.canonical(path), made: [path]) }
            guard errno == EEXIST else { throw Failure("cannot make the directory \(path): \(systemError())") }
            // Left by somebody who was killed together with his watchdog.
            if !Mounts.isMountPoint(path), rmdir(path) == 0, mkdir(path, 0o700) == 0 {
                return MountPoint(path: Mounts.canonical(path), made: [path])
            }
        }
        throw Failure("no free place for a mount in \(directory): remove what is left there")
    }

    private static func isEmpty(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let first = entry.pointee.d_name.0
            let second = entry.pointee.d_name.1
            let third = entry.pointee.d_name.2
            let dot = CChar(bitPattern: UInt8(ascii: "."))
            let isSelfOrParent = first == dot && (second == 0 || (second == dot && third == 0))
            if !isSelfOrParent { return false }
        }
        return true
    }
}
