import Glibc

/// Takes a mount away from outside its session.
enum Unmounting {
    /// Detaches whatever is mounted there: at once from the name space, and wholly when its last file is closed. Without root,
    /// fusermount3 does it.
    static func detach(_ mountPoint: String) {
        // MNT_DETACH, and UMOUNT_NOFOLLOW
        if umount2(mountPoint, 2 | 8) == 0 || errno != EPERM { return }
        var pid = pid_t()
        let words: [String] = ["fusermount3", "-u", "-z", "-q", "--", mountPoint]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        guard posix_spawnp(&pid, "fusermount3", nil, nil, arguments + [nil], environ) == 0 else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// Ends a connection that hangs: every request of it fails from now on. Needs fusectl, which is mounted where it is not.
    static func abort(connection: UInt32) {
        let path = "/sys/fs/fuse/connections/\(connection)/abort"
        var file = open(path, O_WRONLY | O_CLOEXEC)
        if file < 0, mount("none", "/sys/fs/fuse/connections", "fusectl", 0, nil) == 0 {
            file = open(path, O_WRONLY | O_CLOEXEC)
        }
        guard file >= 0 else { return }
        _ = write(file, "1", 1)
        close(file)
    }
}
