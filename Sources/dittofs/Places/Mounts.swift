import Glibc

/// Mounts as the system sees them, apart from who serves them.
enum Mounts {
    /// Takes a FUSE mount out of the tree, whoever still uses it. Does nothing where there is none.
    static func detach(_ path: String) {
        guard isMountPoint(path) else { return }
        // MNT_FORCE ends the connection as well: whoever waits for an answer of a dead server gets an error.
        if umount2(path, Int32(MNT_FORCE) | Int32(MNT_DETACH)) == 0 { return }
        // Not root: the setuid helper may do it.
        var child = pid_t()
        let arguments = ["fusermount3", "-u", "-z", "-q", "--", path]
        if Spawn.helper(arguments, into: &child) {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// Whether something is mounted exactly there. Reads the table, since a dead mount cannot be asked.
    static func isMountPoint(_ path: String) -> Bool {
        guard let table = FileText.read("/proc/self/mountinfo", limit: 16 << 20) else { return false }
        let wanted = canonical(path)
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            if fields.count > 4, unescaped(fields[4]) == wanted { return true }
        }
        return false
    }

    /// The path without symbolic links in its parents; the last component is not touched, it may be a dead mount.
    static func canonical(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return path }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        guard let resolved = realpath(parent, nil) else { return path }
        defer { free(resolved) }
        let base = String(cString: resolved)
        return (base == "/" ? "" : base) + path[slash...]
    }

    /// Blanks, tabs, newlines and backslashes are octal escapes in the table.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
