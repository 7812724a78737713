import AccessControl
package import FileSystemCore
import FileSystemModel

/// What a share holds, one line of JSON a file, sorted by path: to be compared with what clients believe to have
/// written.
package struct ShareManifest {
    private let fileSystem: FileSystem
    private let caller = InternalCaller()
    private var lines: [(path: String, line: String)] = []

    package init(_ fileSystem: FileSystem) {
        self.fileSystem = fileSystem
    }

    /// Reads everything. A file that cannot be read says so in its line.
    package mutating func text() -> String {
        lines = []
        collect(.root, path: "")
        return lines.sorted { $0.path < $1.path }.map { $0.line + "\n" }.joined()
    }

    private mutating func collect(_ directory: InodeNumber, path: String) {
        do throws(FileSystemError) {
            let open = try caller.value(
                try fileSystem.open(directory, PosixOpenRequest(access: [.read]), caller.context))
            defer { _ = try? fileSystem.close(open, caller.context) }
            var cookie = DirectoryCookie.dotDot
            while true {
                let page = try caller.value(
                    try fileSystem.readDirectory(open, after: cookie, limit: 256, caller.context))
                guard let last = page.last else { return }
                for entry in page {
                    let name = String(decoding: entry.name, as: UTF8.self)
                    let child = path.isEmpty ? name : "\(path)/\(name)"
                    describe(entry.attributes, path: child)
                    if entry.attributes.isDirectory { collect(entry.attributes.inode, path: child) }
                }
                cookie = last.cookie
            }
        } catch {
            add(path, [("error", .string("\(error)"))])
        }
    }

    private mutating func describe(_ attributes: Attributes, path: String) {
        let mode = String(attributes.permissions.rawValue, radix: 8)
        var fields: [(String, JSONValue)] = [
            ("type", .string("\(attributes.type)")), ("mode", .string(mode)), ("uid", .number(Int(attributes.uid))),
            ("gid", .number(Int(attributes.gid))), ("links", .number(Int(attributes.linkCount))),
            ("size", .number(Int(clamping: attributes.size))),
        ]
        do throws(FileSystemError) {
            switch attributes.type {
            case .regular: fields.append(("sha256", .string(try contentDigest(attributes))))
            case .symbolicLink:
                let target = try caller.value(try fileSystem.readLink(attributes.inode, caller.context))
                fields.append(("target", .string(String(decoding: target, as: UTF8.self))))
            default: break
            }
        } catch {
            fields.append(("error", .string("\(error)")))
        }
        add(path, fields)
    }

    private mutating func add(_ path: String, _ fields: [(String, JSONValue)]) {
        let head: [(String, JSONValue)] = [("share", .string(fileSystem.options.name)), ("path", .string(path))]
        lines.append((path, JSONValue.object(head + fields).text))
    }

    private func contentDigest(_ attributes: Attributes) throws(FileSystemError) -> String {
        let request = PosixOpenRequest(access: [.read])
        let open = try caller.value(try fileSystem.open(attributes.inode, request, caller.context))
        defer { _ = try? fileSystem.close(open, caller.context) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        let hash = SHA256()
        var offset: UInt64 = 0
        while true {
            let count = try caller.value(try fileSystem.read(open, at: offset, into: buffer, caller.context))
            guard count > 0 else { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += UInt64(count)
        }
        let digits = Array("0123456789abcdef")
        return String(hash.digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
