import Glibc

/// What the kernel says about mounts and processes, without asking a mount.
enum KernelTables {
    /// The path without symbolic links, as the kernel's tables have it; as given when it does not exist yet.
    static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The number of the FUSE connection that is mounted there; nil when what is there is something else. Asks the
    /// kernel's table, since a question to the mount itself is one that nobody may answer.
    static func connection(mountedAt mountPoint: String) -> UInt32? {
        guard let table = readFile("/proc/self/mountinfo") else { return nil }
        // proc(5): number, parent, major:minor, root, mount point, options, tags, "-", type. The last mount at a place
        // covers the others.
        var found: UInt32?
        for line in table.split(separator: 0x0A) {
            let fields = line.split(separator: 0x20)
            guard fields.count > 6, unescaped(fields[4]).elementsEqual(mountPoint.utf8) else { continue }
            let type = fields.firstIndex { $0.elementsEqual("-".utf8) }.map { fields[fields.index(after: $0)...] }?
                .first
            let device = String(decoding: fields[2], as: UTF8.self).split(separator: ":")
            let isOurs = type?.elementsEqual("fuse.dittofs".utf8) ?? false
            // An anonymous device's minor number is the connection's name — fs/fuse/control.c.
            found = isOurs && device.count == 2 ? UInt32(device[1]) : nil
        }
        return found
    }

    /// Space, tab, newline and backslash stand in the table as three octal digits.
    static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = field[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == 0x5C, digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x37 }) {
                result.append(digits.reduce(0) { $0 &* 8 &+ ($1 &- 0x30) })
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// The whole of a file of /proc; nil when it cannot be read.
    static func readFile(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 16 << 20 {
            let count = read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}
