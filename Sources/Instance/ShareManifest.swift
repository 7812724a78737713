import AccessArbitration
import AccessControl
package import FileSystemCore
import FileSystemModel

/// What a share holds, one line of JSON a file, sorted by path: to be compared with what clients believe to have
/// written. Named streams and extended attributes are told where there are any; the root has a line only then.
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
        collect(.root, [], path: "")
        do throws(FileSystemError) {
            let root = try caller.value(try fileSystem.attributes(of: .root, caller.context))
            let more = try additions(root, [])
            if !more.isEmpty { add("", more) }
        } catch {
            add("", [("error", .string("\(error)"))])
        }
        return lines.sorted { $0.path < $1.path }.map { $0.line + "\n" }.joined()
    }

    private mutating func collect(_ directory: InodeNumber, _ names: [FileName], path: String) {
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
                    let place = names + [try FileName(entry.name)]
                    describe(entry.attributes, place, path: child)
                    if entry.attributes.isDirectory { collect(entry.attributes.inode, place, path: child) }
                }
                cookie = last.cookie
            }
        } catch {
            add(path, [("error", .string("\(error)"))])
        }
    }

    private mutating func describe(_ attributes: Attributes, _ names: [FileName], path: String) {
        let mode = String(attributes.permissions.rawValue, radix: 8)
        var fields: [(String, JSONValue)] = [
            ("type", .string("\(attributes.type)")), ("mode", .string(mode)), ("uid", .number(Int(attributes.uid))),
            ("gid", .number(Int(attributes.gid))), ("links", .number(Int(attributes.linkCount))),
            ("size", .number(Int(clamping: attributes.size))),
        ]
        do throws(FileSystemError) {
            switch attributes.type {
            case .regular:
                let request = PosixOpenRequest(access: [.read])
                let open = try caller.value(try fileSystem.open(attributes.inode, request, caller.context))
                fields.append(("sha256", .string(try digest(of: open))))
            case .symbolicLink:
                let target = try caller.value(try fileSystem.readLink(attributes.inode, caller.context))
                fields.append(("target", .string(String(decoding: target, as: UTF8.self))))
            default: break
            }
            fields += try additions(attributes, names)
        } catch {
            fields.append(("error", .string("\(error)")))
        }
        add(path, fields)
    }

    private mutating func add(_ path: String, _ fields: [(String, JSONValue)]) {
        let head: [(String, JSONValue)] = [("share", .string(fileSystem.options.name)), ("path", .string(path))]
        lines.append((path, JSONValue.object(head + fields).text))
    }

    /// Named streams and extended attributes, by name; what there is none of is left out.
    private func additions(_ attributes: Attributes, _ names: [FileName]) throws(FileSystemError) -> [(String, JSONValue)] {
        var streams: [(String, JSONValue)] = []
        if attributes.type == .regular || attributes.isDirectory {
            let file = try open(names, stream: nil)
            defer { _ = try? fileSystem.close(file, caller.context) }
            for stream in try caller.value(try fileSystem.streams(of: file, caller.context)) {
                guard let name = stream.name else { continue }
                let digest = try digest(of: try open(names, stream: name))
                let facts: [(String, JSONValue)] = [("size", .number(Int(clamping: stream.size))), ("sha256", .string(digest))]
                streams.append((name.description, .object(facts)))
            }
        }
        var extended: [(String, JSONValue)] = []
        for name in try caller.value(try fileSystem.extendedAttributeNames(of: attributes.inode, caller.context))
        where !StreamAttribute.claims(name) {
            let value = try caller.value(try fileSystem.extendedAttribute(name, of: attributes.inode, caller.context))
            let hash = SHA256()
            value.withUnsafeBytes { hash.update($0) }
            let facts: [(String, JSONValue)] = [
                ("size", .number(value.count)), ("sha256", .string(hexadecimal(hash.digest()))),
            ]
            extended.append((String(decoding: name, as: UTF8.self), .object(facts)))
        }
        return [("streams", streams), ("attributes", extended)].filter { !$1.isEmpty }.map { ($0, .object($1)) }
    }

    private func open(_ names: [FileName], stream: FileName?) throws(FileSystemError) -> Open {
        let request = WindowsOpenRequest(
            path: names, stream: stream, access: stream == nil ? .readAttributes : .readData, share: .all, disposition: .open,
            options: [.exactNames, .openReparsePoint])
        return try caller.value(try fileSystem.open(request, caller.context)).open
    }

    /// Reads all of it, and closes it.
    private func digest(of open: Open) throws(FileSystemError) -> String {
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
        return hexadecimal(hash.digest())
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
