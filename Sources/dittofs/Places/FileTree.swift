import Glibc

/// Directories of our own making.
enum FileTree {
    /// Removes a directory with everything in it, without following links and without leaving its file system: what is
    /// mounted in it stays untouched.
    static func remove(_ path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        remove(path, device: information.st_dev, depth: 0)
    }

    private static func remove(_ path: String, device: dev_t, depth: Int) {
        guard depth < 64, let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let child = "\(path)/\(name)"
            var information = stat()
            guard lstat(child, &information) == 0, information.st_dev == device else { continue }
            if information.st_mode & S_IFMT == S_IFDIR {
                remove(child, device: device, depth: depth + 1)
            } else {
                unlink(child)
            }
        }
        closedir(directory)
        rmdir(path)
    }

    /// Makes every missing directory of the path with the mode, and returns those that were made, outermost first.
    static func makeDirectories(_ path: String, mode: mode_t) throws(Failure) -> [String] {
        var made: [String] = []
        var current = ""
        for part in path.split(separator: "/") {
            current += "/\(part)"
            if mkdir(current, mode) == 0 {
                made.append(current)
            } else if errno != EEXIST {
                throw Failure("cannot make the directory \(current): \(systemError())")
            }
        }
        return made
    }
}

/// Small files, whole.
enum FileText {
    /// The bytes of a file, nil when it cannot be read (errno tells) or is longer than the limit (EFBIG).
    static func bytes(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return content }
            content += buffer.prefix(count)
            guard content.count <= limit else {
                errno = EFBIG
                return nil
            }
        }
    }

    /// The same as text; EILSEQ when it is not UTF-8.
    static func read(_ path: String, limit: Int) -> String? {
        guard let bytes = bytes(path, limit: limit) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            errno = EILSEQ
            return nil
        }
        return text
    }

    static func write(_ text: String, to descriptor: Int32) throws(Failure) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("cannot write: \(systemError())") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Puts a whole new file in the place of the old one, which stays as it was when anything fails on the way.
    static func replace(_ path: String, with text: String, mode: mode_t) throws(Failure) {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure("cannot write \(temporary): \(systemError())") }
        do throws(Failure) {
            defer { close(descriptor) }
            // The mask of the process does not decide about this file.
            fchmod(descriptor, mode)
            try write(text, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Failure("cannot write \(temporary): \(systemError())") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let reason = systemError()
            unlink(temporary)
            throw Failure("cannot replace \(path): \(reason)")
        }
    }
}
