import Glibc

/// Takes a mount away from outside its session.
enum Unmounting {
    /// Ends the connection of what is mounted there and takes it out of the name space at once, whoever still uses it.
    /// False when that takes rights that this process lacks.
    static func end(_ mountPoint: String) -> Bool {
        // MNT_FORCE aborts a FUSE connection: threads that wait for requests wake, and callers that wait for answers
        // get an error. With it MNT_DETACH and UMOUNT_NOFOLLOW.
        umount2(mountPoint, 1 | 2 | 8) == 0 || errno != EPERM
    }

    /// Takes a mount out of the name space by fusermount3, for who is not root.
    static func detach(_ mountPoint: String) {
        var pid = pid_t()
        let words: [String] = ["fusermount3", "-u", "-z", "-q", "--", mountPoint]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        guard posix_spawnp(&pid, "fusermount3", nil, nil, arguments + [nil], environ) == 0 else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// Ends a connection that hangs: every request of it fails from now on. Needs fusectl, which is mounted where it is
    /// not.
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
