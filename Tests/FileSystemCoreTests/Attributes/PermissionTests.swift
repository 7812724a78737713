import AccessControl
import FileSystemCore
import FileSystemModel
import MetadataStore
import Testing

@Suite("Rights: chmod(2), chown(2), utimensat(2), access(2), sticky and setgid directories")
struct PermissionTests {
    @Test("making and removing names takes write and search on the directory", arguments: [0o5, 0o4, 0o6, 0o2, 0o1, 0o0] as [UInt16])
    func directoryRights(mode: UInt16) throws {
        let world = try World()
        let (root, bob) = (world.root, world.bob)
        try root.makeDirectory("d", mode: 0o700 | mode)
        try root.make("d/f", mode: 0o666)
        try root.make("d/g", mode: 0o666)
        try root.makeDirectory("d/sub", mode: 0o777)
        let directory = try root.inode("d")
        let file = try root.inode("d/f")
        let (f, g, new) = (try FileName("f"), try FileName("g"), try FileName("new"))
        let core = world.fileSystem
        let context = bob.context()
        #expect(throws: FileSystemError.accessDenied) {
            try core.make(NewFile(type: .regular, permissions: []), named: new, in: directory, context)
        }
        #expect(throws: FileSystemError.accessDenied) { try core.unlink(f, in: directory, context) }
        #expect(throws: FileSystemError.accessDenied) { try core.removeDirectory(FileName("sub"), in: directory, context) }
        #expect(throws: FileSystemError.accessDenied) { try core.link(file, named: new, in: directory, context) }
        #expect(throws: FileSystemError.accessDenied) { try core.rename(f, in: directory, to: g, in: directory, flags: [], context) }
        #expect(throws: FileSystemError.accessDenied) {
            try core.rename(f, in: directory, to: g, in: directory, flags: .exchange, context)
        }
        #expect(throws: FileSystemError.accessDenied) { try core.rename(f, in: directory, to: new, in: .root, flags: [], context) }
        if mode & 1 == 0 {
            #expect(throws: FileSystemError.accessDenied) { try core.lookup(f, in: directory, context) }
            // Without search permission nobody learns which names there are.
            #expect(throws: FileSystemError.accessDenied) {
                try core.make(NewFile(type: .regular, permissions: []), named: f, in: directory, context)
            }
            #expect(throws: FileSystemError.accessDenied) { try core.link(file, named: f, in: directory, context) }
            #expect(throws: FileSystemError.accessDenied) { try core.unlink(new, in: directory, context) }
        } else {
            #expect(try core.lookup(f, in: directory, context).get().inode == file)
        }
        #expect(try root.list("d") == ["f", "g", "sub"])
    }

    @Test("opening takes the bits that are asked for")
    func opening() throws {
        let world = try World()
        let (alice, bob) = (world.alice, world.posix(uid: 1001, gid: 101))
        for mode in 0..<8 as Range<UInt16> {
            let name = "f\(mode)"
            try alice.make(name, mode: mode)
            for access in 0..<8 as Range<UInt8> {
                let wanted = PosixAccess(rawValue: access)
                if UInt16(access) & ~mode == 0 {
                    bob.close(try bob.open(name, wanted))
                } else {
                    #expect(throws: FileSystemError.accessDenied) { try bob.open(name, wanted) }
                }
            }
            if mode & 2 == 0 {
                #expect(throws: FileSystemError.accessDenied) { try bob.open(name, [], truncate: true) }
            }
        }
    }

    @Test("whoever makes a file may use it, whatever its mode")
    func createdOpen() throws {
        let world = try World()
        let open = try world.alice.create("f", mode: 0)
        try world.alice.write(open, [1, 2])
        #expect(try world.alice.read(open) == [1, 2])
        world.alice.close(open)
        #expect(throws: FileSystemError.accessDenied) { try world.alice.open("f", .read) }
    }

    @Test("an open keeps its rights when the mode changes")
    func openOutlivesMode() throws {
        let world = try World()
        try world.alice.put("f", [1], mode: 0o666)
        let open = try world.bob.open("f", [.read, .write])
        try world.alice.chmod("f", 0)
        try world.bob.write(open, [7])
        #expect(try world.bob.read(open) == [7])
        #expect(try world.bob.set("", via: open) { $0.size = 0 }.size == 0)
        world.bob.close(open)
    }

    @Test("an open without the right to read or write is EBADF")
    func wrongDirection() throws {
        let world = try World()
        try world.alice.put("f", [1], mode: 0o666)
        let reading = try world.alice.open("f", .read)
        let writing = try world.alice.open("f", .write)
        #expect(throws: FileSystemError.badHandle) { try world.alice.write(reading, [1]) }
        #expect(throws: FileSystemError.badHandle) { try world.alice.read(writing) }
        let directory = try world.alice.open("", .read)
        #expect(throws: FileSystemError.isDirectory) { try world.alice.read(directory) }
        #expect(throws: FileSystemError.isDirectory) { try world.alice.open("", .write) }
        #expect(throws: FileSystemError.isDirectory) { try world.alice.open("", [], truncate: true) }
        #expect(throws: FileSystemError.notDirectory) {
            try world.fileSystem.readDirectory(reading, after: .start, limit: 1, world.alice.context())
        }
        for open in [reading, writing, directory] { world.alice.close(open) }
    }

    @Test("a sticky directory: one's own, or the directory's owner's, or not at all")
    func sticky() throws {
        let world = try World()
        let (root, alice, bob) = (world.root, world.alice, world.bob)
        try root.makeDirectory("tmp", mode: 0o1777)
        try alice.make("tmp/a", mode: 0o666)
        try bob.make("tmp/b", mode: 0o666)
        #expect(throws: FileSystemError.notPermitted) { try bob.unlink("tmp/a") }
        #expect(throws: FileSystemError.notPermitted) { try bob.rename("tmp/a", "tmp/c") }
        #expect(throws: FileSystemError.notPermitted) { try bob.rename("tmp/b", "tmp/a") }
        #expect(throws: FileSystemError.notPermitted) { try bob.rename("tmp/b", "tmp/a", .exchange) }
        try bob.rename("tmp/b", "tmp/c")
        try bob.unlink("tmp/c")
        try root.unlink("tmp/a")
        // The owner of the directory.
        try alice.makeDirectory("own", mode: 0o1777)
        try bob.make("own/b")
        try alice.unlink("own/b")
    }

    @Test("a setgid directory hands down its group, and to directories the bit")
    func setGroupID() throws {
        let world = try World()
        try world.root.makeDirectory("d")
        try world.root.set("d") { $0.gid = 500 }
        try world.root.chmod("d", 0o2777)
        let alice = world.posix(uid: 1000, gid: 100)
        #expect(try alice.make("d/f").gid == 500)
        let sub = try alice.makeDirectory("d/sub")
        #expect(sub.gid == 500)
        #expect(sub.permissions.contains(.setGroupID))
        #expect(try alice.make("d/sub/f").gid == 500)
        // Nobody makes a setgid program for a group that he is not in.
        #expect(try !alice.make("d/g", mode: 0o2755).permissions.contains(.setGroupID))
        #expect(try world.posix(uid: 1000, groups: [500]).make("d/h", mode: 0o2755).permissions.contains(.setGroupID))
        #expect(try alice.make("plain").gid == 100)
    }

    @Test("chmod is the owner's")
    func chmod() throws {
        let world = try World()
        try world.alice.make("f", mode: 0o666)
        #expect(throws: FileSystemError.notPermitted) { try world.bob.chmod("f", 0o777) }
        #expect(try world.alice.chmod("f", 0o4711).permissions.rawValue == 0o4711)
        #expect(try world.root.chmod("f", 0o600).permissions.rawValue == 0o600)
        // set-group-ID for a group that the owner is not in is dropped, of directories as well.
        try world.root.set("f") { $0.gid = 999 }
        #expect(try world.alice.chmod("f", 0o2755).permissions.rawValue == 0o755)
        try world.alice.makeDirectory("d")
        try world.root.set("d") { $0.gid = 999 }
        #expect(try world.alice.chmod("d", 0o2755).permissions.rawValue == 0o755)
        #expect(try world.root.chmod("d", 0o2755).permissions.rawValue == 0o2755)
    }

    @Test("chown: the owner is root's to give, the group the owner's among his own")
    func chown() throws {
        let world = try World()
        let alice = world.posix(uid: 1000, gid: 100, groups: [200])
        try alice.make("f", mode: 0o6755)
        #expect(throws: FileSystemError.notPermitted) { try alice.set("f") { $0.uid = 1001 } }
        #expect(throws: FileSystemError.notPermitted) { try alice.set("f") { $0.gid = 300 } }
        #expect(throws: FileSystemError.notPermitted) { try world.bob.set("f") { $0.gid = 100 } }
        #expect(throws: FileSystemError.notPermitted) { try world.bob.set("f") { $0.uid = 1000 } }
        let changed = try alice.set("f") { $0.gid = 200 }
        #expect(changed.gid == 200)
        // A new owner does not inherit the right to run as the old one.
        #expect(changed.permissions.rawValue == 0o755)
        try alice.chmod("f", 0o4755)
        let given = try world.root.set("f") {
            $0.uid = 1001
            $0.gid = 300
        }
        #expect((given.uid, given.gid) == (1001, 300))
        #expect(given.permissions.rawValue == 0o755)
        try world.root.makeDirectory("d", mode: 0o2755)
        #expect(try world.root.set("d") { $0.uid = 1001 }.permissions.rawValue == 0o2755)
    }

    @Test("set-user-ID goes when somebody else writes or truncates", arguments: [true, false])
    func setUserIDOnWrite(truncates: Bool) throws {
        let world = try World()
        try world.alice.put("f", [1, 2, 3])
        try world.alice.chmod("f", 0o6777)
        let change = { (caller: Caller) throws in
            if truncates {
                try caller.set("f") { $0.size = 1 }
                try caller.set("f") { $0.size = 3 }
            } else {
                let open = try caller.open("f", .write)
                try caller.write(open, [9])
                caller.close(open)
            }
        }
        try change(world.root)
        #expect(try world.alice.stat("f").permissions.rawValue == 0o6777)
        try change(world.bob)
        #expect(try world.alice.stat("f").permissions.rawValue == 0o777)
        // set-group-ID without the group's x bit is mandatory locking's, and stays.
        try world.alice.chmod("f", 0o2767)
        try change(world.bob)
        #expect(try world.alice.stat("f").permissions.rawValue == 0o2767)
    }

    @Test("truncation takes the right to write, or an open that has it")
    func truncation() throws {
        let world = try World()
        try world.alice.put("f", [1, 2, 3], mode: 0o644)
        #expect(throws: FileSystemError.accessDenied) { try world.bob.set("f") { $0.size = 0 } }
        #expect(throws: FileSystemError.isDirectory) { try world.alice.set("") { $0.size = 0 } }
        #expect(throws: FileSystemError.fileTooLarge) { try world.alice.set("f") { $0.size = UInt64(Int64.max) + 1 } }
        try world.alice.make("s", .symbolicLink, target: "f")
        #expect(throws: FileSystemError.invalidArgument) { try world.alice.set("s") { $0.size = 0 } }
        #expect(try world.alice.contents("f") == [1, 2, 3])
    }

    @Test("times: the owner sets any, a writer sets both to now, others none")
    func times() throws {
        let world = try World()
        let (alice, bob) = (world.alice, world.bob)
        try alice.make("f", mode: 0o666)
        let moment = Timestamp(seconds: -5, nanoseconds: 123_456_789)
        let set = try alice.set("f") {
            $0.accessTime = .set(moment)
            $0.modificationTime = .set(moment)
        }
        #expect((set.accessTime, set.modificationTime) == (moment, moment))
        #expect(set.changeTime > moment)
        #expect(throws: FileSystemError.notPermitted) { try bob.set("f") { $0.modificationTime = .set(moment) } }
        // utimensat(2): one to now and the other left is the owner's alone.
        #expect(throws: FileSystemError.notPermitted) { try bob.set("f") { $0.modificationTime = .now } }
        #expect(throws: FileSystemError.notPermitted) { try bob.set("f") { $0.accessTime = .now } }
        let touched = try bob.set("f") {
            $0.accessTime = .now
            $0.modificationTime = .now
        }
        #expect(touched.modificationTime > set.changeTime)
        // truncate(2) by a writer moves the modification time along.
        try bob.set("f") {
            $0.size = 5
            $0.modificationTime = .now
        }
        try alice.chmod("f", 0o644)
        #expect(throws: FileSystemError.accessDenied) {
            try bob.set("f") {
                $0.accessTime = .now
                $0.modificationTime = .now
            }
        }
        try alice.chmod("f", 0)
        try alice.set("f") { $0.accessTime = .now }
    }

    @Test("DOS attributes do not touch the mode, nor the mode them")
    func dosAttributes() throws {
        let world = try World()
        try world.alice.make("f", mode: 0o640)
        let hidden = try world.alice.set("f") { $0.dosAttributes = [.hidden, .system] }
        #expect(hidden.dosAttributes == [.hidden, .system])
        #expect(hidden.permissions.rawValue == 0o640)
        #expect(try world.alice.chmod("f", 0o600).dosAttributes == [.hidden, .system])
        #expect(throws: FileSystemError.notPermitted) { try world.bob.set("f") { $0.dosAttributes = [] } }
    }

    @Test("access(2) asks for the caller")
    func access() throws {
        let world = try World()
        try world.alice.make("f", mode: 0o640)
        let inode = try world.alice.inode("f")
        func check(_ caller: Caller, _ wanted: PosixAccess) throws {
            try world.fileSystem.checkAccess(wanted, to: inode, caller.context()).get()
        }
        try check(world.alice, [.read, .write])
        #expect(throws: FileSystemError.accessDenied) { try check(world.alice, .execute) }
        try check(world.bob, .read)
        #expect(throws: FileSystemError.accessDenied) { try check(world.bob, .write) }
        #expect(throws: FileSystemError.accessDenied) { try check(world.posix(uid: 1002, gid: 7), .read) }
        try check(world.root, [.read, .write])
        #expect(throws: FileSystemError.accessDenied) { try check(world.root, .execute) }
    }

    @Test("a directory that changes its parent must be writable to the mover")
    func reparenting() throws {
        let world = try World()
        try world.alice.makeDirectory("a", mode: 0o777)
        try world.alice.makeDirectory("a/d", mode: 0o555)
        let bob = world.bob
        #expect(throws: FileSystemError.accessDenied) { try bob.rename("a/d", "d") }
        try bob.rename("a/d", "a/e")
        try world.alice.chmod("a/e", 0o777)
        try bob.rename("a/e", "d")
    }

    @Test("extended attributes by namespace: user, trusted, security")
    func extendedAttributes() throws {
        let world = try World()
        try world.alice.make("f", mode: 0o644)
        try world.alice.make("s", .symbolicLink, target: "f")
        let core = world.fileSystem
        let file = try world.alice.inode("f")
        func set(_ name: String, _ caller: Caller, on inode: InodeNumber, _ mode: ExtendedAttributeMode = .either) throws {
            try core.setExtendedAttribute(Array(name.utf8), to: Array(name.utf8), mode: mode, of: inode, caller.context()).get()
        }
        try set("user.a", world.alice, on: file)
        #expect(throws: FileSystemError.accessDenied) { try set("user.a", world.bob, on: file) }
        #expect(throws: FileSystemError.attributeExists) { try set("user.a", world.alice, on: file, .create) }
        #expect(throws: FileSystemError.attributeNotFound) { try set("user.b", world.alice, on: file, .replace) }
        #expect(throws: FileSystemError.notPermitted) { try set("user.a", world.root, on: try world.alice.inode("s")) }
        #expect(throws: FileSystemError.notPermitted) { try set("trusted.a", world.alice, on: file) }
        #expect(throws: FileSystemError.notSupported) { try set("foo.a", world.alice, on: file) }
        try set("trusted.a", world.root, on: file)
        func names(_ caller: Caller) throws -> [String] {
            try core.extendedAttributeNames(of: file, caller.context()).get().map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try names(world.bob) == ["user.a"])
        #expect(try names(world.root) == ["trusted.a", "user.a"])
        #expect(try core.extendedAttribute(Array("user.a".utf8), of: file, world.bob.context()).get() == Array("user.a".utf8))
        #expect(throws: FileSystemError.attributeNotFound) {
            try core.extendedAttribute(Array("user.x".utf8), of: file, world.bob.context())
        }
        #expect(throws: FileSystemError.attributeTooLarge) {
            try core.setExtendedAttribute(
                Array("user.big".utf8), to: [UInt8](repeating: 0, count: 65_537), mode: .either, of: file, world.alice.context())
        }
        try core.removeExtendedAttribute(Array("user.a".utf8), of: file, world.alice.context()).get()
        #expect(throws: FileSystemError.attributeNotFound) {
            try core.removeExtendedAttribute(Array("user.a".utf8), of: file, world.alice.context())
        }
        // They go with their file.
        try world.alice.unlink("f")
        #expect(try world.metadata.extendedAttributes(of: file).isEmpty)
    }
}
