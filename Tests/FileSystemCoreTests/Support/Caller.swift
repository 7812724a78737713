import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel

/// One caller at one door: system calls by path, as a program makes them.
struct Caller: Sendable {
    let world: World
    let style: OpenStyle
    let identity: Identity

    var fileSystem: FileSystem { world.fileSystem }

    func context(resuming ticket: Ticket? = nil) -> OperationContext {
        OperationContext(
            door: DoorID(rawValue: style == .posix ? 1 : 2), style: style, client: UInt64(identity.uid), identity: identity,
            resuming: ticket)
    }

    // MARK: Paths

    static func names(_ path: String) throws -> [FileName] {
        try path.split(separator: "/").map { try FileName(String($0)) }
    }

    func inode(_ path: String) throws -> InodeNumber {
        var inode = InodeNumber.root
        for name in try Self.names(path) { inode = try fileSystem.lookup(name, in: inode, context()).get().inode }
        return inode
    }

    private func place(_ path: String) throws -> (parent: InodeNumber, name: FileName) {
        var names = try Self.names(path)
        guard let name = names.popLast() else { throw FileSystemError.invalidArgument }
        var parent = InodeNumber.root
        for name in names {
            let attributes = try fileSystem.lookup(name, in: parent, context()).get()
            // A kernel resolves one path before it begins with the next.
            guard attributes.isDirectory else { throw FileSystemError.notDirectory }
            parent = attributes.inode
        }
        return (parent, name)
    }

    // MARK: Names

    @discardableResult
    func make(_ path: String, _ type: FileType = .regular, mode: UInt16 = 0o644, target: String = "") throws -> Attributes {
        let (parent, name) = try place(path)
        return try fileSystem.make(
            NewFile(type: type, permissions: Permissions(rawValue: mode), symbolicLinkTarget: Array(target.utf8)), named: name,
            in: parent, context()
        ).get()
    }

    @discardableResult
    func makeDirectory(_ path: String, mode: UInt16 = 0o755) throws -> Attributes { try make(path, .directory, mode: mode) }

    func link(_ path: String, to new: String) throws {
        let inode = try inode(path)
        let (parent, name) = try place(new)
        _ = try fileSystem.link(inode, named: name, in: parent, context()).get()
    }

    func unlink(_ path: String) throws {
        let (parent, name) = try place(path)
        try fileSystem.unlink(name, in: parent, context()).get()
    }

    func removeDirectory(_ path: String) throws {
        let (parent, name) = try place(path)
        try fileSystem.removeDirectory(name, in: parent, context()).get()
    }

    func rename(_ path: String, _ new: String, _ flags: RenameFlags = []) throws {
        let (parent, name) = try place(path)
        let (newParent, newName) = try place(new)
        try fileSystem.rename(name, in: parent, to: newName, in: newParent, flags: flags, context()).get()
    }

    func list(_ path: String) throws -> [String] {
        let open = try open(path, .read)
        defer { close(open) }
        var names: [String] = []
        var cookie = DirectoryCookie.start
        while true {
            let page = try fileSystem.readDirectory(open, after: cookie, limit: 7, context()).get()
            guard let last = page.last else { return names.filter { $0 != "." && $0 != ".." } }
            names += page.map { String(decoding: $0.name, as: UTF8.self) }
            cookie = last.cookie
        }
    }

    // MARK: Attributes

    func stat(_ path: String) throws -> Attributes { try fileSystem.attributes(of: inode(path), context()).get() }

    func exists(_ path: String) throws -> Bool {
        do { return try stat(path).linkCount > 0 } catch FileSystemError.notFound { return false }
    }

    @discardableResult
    func set(_ path: String, via open: Open? = nil, _ change: (inout AttributeChanges) -> Void) throws -> Attributes {
        var changes = AttributeChanges()
        change(&changes)
        return try fileSystem.setAttributes(changes, of: open?.inode ?? inode(path), via: open, context()).get()
    }

    @discardableResult
    func chmod(_ path: String, _ mode: UInt16) throws -> Attributes {
        try set(path) { $0.permissions = Permissions(rawValue: mode) }
    }

    // MARK: Opens

    func open(
        _ path: String, _ access: PosixAccess, append: Bool = false, truncate: Bool = false
    ) throws -> Open {
        try fileSystem.open(
            inode(path), PosixOpenRequest(access: access, isAppending: append, truncates: truncate), context()
        ).get()
    }

    func create(
        _ path: String, mode: UInt16 = 0o644, umask: UInt16 = 0, _ access: PosixAccess = [.read, .write],
        exclusive: Bool = false, truncate: Bool = false, append: Bool = false
    ) throws -> Open {
        let (parent, name) = try place(path)
        return try fileSystem.create(
            name, in: parent, NewFile(type: .regular, permissions: Permissions(rawValue: mode), umask: umask),
            PosixOpenRequest(access: access, isAppending: append, truncates: truncate), exclusive: exclusive, context()
        ).get().open
    }

    func close(_ open: Open) { _ = try? fileSystem.close(open, context()) }

    /// SMB's CREATE.
    func smbOpen(
        _ path: String, _ access: AccessMask = [.readData], share: ShareMode = .all, _ disposition: CreateDisposition = .open,
        options: WindowsOpenRequest.Options = [], dosAttributes: DOSAttributes = [], resuming ticket: Ticket? = nil
    ) throws -> WindowsOpenResult {
        try fileSystem.open(
            WindowsOpenRequest(
                path: Self.names(path), access: access, share: share, disposition: disposition, options: options,
                dosAttributes: dosAttributes), context(resuming: ticket)
        ).get()
    }

    // MARK: Bytes

    func read(_ open: Open, at offset: UInt64 = 0, count: Int = 1 << 20) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: count)
        let read = try bytes.withUnsafeMutableBytes {
            try fileSystem.read(open, at: offset, into: $0, context()).get()
        }
        return Array(bytes[..<read])
    }

    @discardableResult
    func write(_ open: Open, _ bytes: [UInt8], at offset: UInt64? = 0) throws -> Int {
        try bytes.withUnsafeBytes { try fileSystem.write(open, at: offset, from: $0, context()).get() }
    }

    func contents(_ path: String) throws -> [UInt8] {
        let open = try open(path, .read)
        defer { close(open) }
        return try read(open)
    }

    /// Makes or replaces a file.
    func put(_ path: String, _ bytes: [UInt8], mode: UInt16 = 0o644) throws {
        let open = try create(path, mode: mode, .write, truncate: true)
        defer { close(open) }
        try write(open, bytes)
    }
}
