import Glibc
import Instance

/// Where this user's instances keep their sockets and, when nobody named another place, their mounts:
/// `$XDG_RUNTIME_DIR/dittofs`, else `dittofs-UID` in the temporary directory. Mode 0700 and ours, or not used.
enum RuntimeDirectory {
    static var temporary: String {
        guard let path = Spawn.variable("TMPDIR"), path.hasPrefix("/") else { return "/tmp" }
        return path
    }

    /// Where it is or would be.
    static var path: String {
        if let runtime = Spawn.variable("XDG_RUNTIME_DIR"), runtime.hasPrefix("/"), access(runtime, W_OK | X_OK) == 0 {
            return "\(runtime)/dittofs"
        }
        return "\(temporary)/dittofs-\(getuid())"
    }

    /// The directory, made if it is not there. Whoever uses it last removes it.
    static func make() throws(Failure) -> String {
        let path = self.path
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw Failure("cannot make the directory \(path): \(systemError())")
        }
        var information = stat()
        guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
            information.st_uid == getuid(), information.st_mode & 0o077 == 0
        else {
            throw Failure("\(path) must be a directory of yours with mode 0700")
        }
        return path
    }

    /// A new directory with a name that nobody guesses, mode 0700, in the temporary directory.
    static func makeUnique(_ prefix: String) throws(Failure) -> String {
        var template = Array("\(temporary)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure("cannot make a directory in \(temporary): \(systemError())")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
