import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("Names: mknod(2), mkdir(2), link(2), symlink(2), unlink(2), rmdir(2)")
struct NamespaceTests {
    @Test("a new file has its maker's ids, its mode less the umask, and one name")
    func fresh() throws {
        let world = try World()
        let alice = world.posix(uid: 1000, gid: 100)
        let open = try alice.create("f", mode: 0o6777, umask: 0o027)
        let attributes = try alice.stat("f")
        #expect(attributes.permissions.rawValue == 0o6750)
        #expect((attributes.uid, attributes.gid) == (1000, 100))
        #expect(attributes.linkCount == 1)
        #expect(attributes.size == 0)
        #expect(attributes.inode.rawValue > 17)
        #expect(attributes.type == .regular)
        alice.close(open)
        #expect(try alice.list("") == ["f"])
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("numbers are not used again")
    func numbers() throws {
        let world = try World()
        var seen: Set<InodeNumber> = []
        for _ in 0..<50 {
            #expect(seen.insert(try world.alice.make("f").inode).inserted)
            try world.alice.unlink("f")
        }
        try world.expectEmpty()
    }

    @Test("a name that is there is EEXIST for every way to make one", arguments: FileType.allCases)
    func exists(type: FileType) throws {
        let world = try World()
        let root = world.root
        try root.make("there", type)
        try root.make("other")
        #expect(throws: FileSystemError.exists) { try root.make("there") }
        #expect(throws: FileSystemError.exists) { try root.makeDirectory("there") }
        #expect(throws: FileSystemError.exists) { try root.make("there", .symbolicLink, target: "x") }
        #expect(throws: FileSystemError.exists) { try root.link("other", to: "there") }
        #expect(throws: FileSystemError.exists) { try root.create("there", exclusive: true) }
        #expect(try root.stat("there").type == type)
    }

    @Test("names differ by case, by normalization, and need not be text")
    func spelling() throws {
        let world = try World()
        let names: [[UInt8]] = [Array("Foo".utf8), Array("foo".utf8), [0xC3, 0xA9], [0x65, 0xCC, 0x81], [0xFF, 0xFE], [0x20], [0x5C]]
        for bytes in names {
            _ = try world.fileSystem.make(
                NewFile(type: .regular, permissions: []), named: FileName(bytes), in: .root, world.alice.context()
            ).get()
        }
        let open = try world.alice.open("", .read)
        let listed = try world.fileSystem.readDirectory(open, after: .dotDot, limit: 100, world.alice.context()).get()
        #expect(listed.map(\.name) == names)
        world.alice.close(open)
    }

    @Test("what is missing is ENOENT; what is no directory is ENOTDIR")
    func missing() throws {
        let world = try World()
        let alice = world.alice
        try alice.make("file")
        #expect(throws: FileSystemError.notFound) { try alice.stat("nothing") }
        #expect(throws: FileSystemError.notFound) { try alice.unlink("nothing") }
        #expect(throws: FileSystemError.notFound) { try alice.removeDirectory("nothing") }
        #expect(throws: FileSystemError.notFound) { try alice.rename("nothing", "x") }
        #expect(throws: FileSystemError.notFound) { try alice.rename("file", "nothing", .exchange) }
        #expect(throws: FileSystemError.notDirectory) { try alice.stat("file/x") }
        #expect(throws: FileSystemError.notDirectory) { try alice.make("file/x") }
        #expect(throws: FileSystemError.notDirectory) { try alice.unlink("file/x") }
        #expect(throws: FileSystemError.notDirectory) { try alice.create("file/x") }
        #expect(throws: FileSystemError.notDirectory) { try alice.rename("file", "file/x") }
        #expect(throws: FileSystemError.notDirectory) { try alice.link("file", to: "file/x") }
    }

    @Test("unlink is for files, rmdir for directories that are empty")
    func kinds() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        try alice.make("d/f")
        #expect(throws: FileSystemError.isDirectory) { try alice.unlink("d") }
        #expect(throws: FileSystemError.notDirectory) { try alice.removeDirectory("d/f") }
        #expect(throws: FileSystemError.directoryNotEmpty) { try alice.removeDirectory("d") }
        try alice.unlink("d/f")
        try alice.removeDirectory("d")
        try world.expectEmpty()
    }

    @Test("a directory counts itself, its name and its subdirectories")
    func directoryLinks() throws {
        let world = try World()
        let alice = world.alice
        #expect(try alice.stat("").linkCount == 2)
        try alice.makeDirectory("a")
        try alice.makeDirectory("a/x")
        try alice.makeDirectory("a/y")
        try alice.make("a/file")
        #expect(try alice.stat("").linkCount == 3)
        #expect(try alice.stat("a").linkCount == 4)
        try alice.makeDirectory("b")
        try alice.rename("a/x", "b/x")
        #expect(try alice.stat("a").linkCount == 3)
        #expect(try alice.stat("b").linkCount == 3)
        try alice.removeDirectory("a/y")
        #expect(try alice.stat("a").linkCount == 2)
        // Over an empty directory: one goes, one comes.
        try alice.makeDirectory("b/y")
        try alice.rename("b/x", "b/y")
        #expect(try alice.stat("b").linkCount == 3)
        // A file against a directory.
        try alice.rename("a/file", "b/y", .exchange)
        #expect(try alice.stat("a").linkCount == 3)
        #expect(try alice.stat("b").linkCount == 2)
    }

    @Test("hard links are one file")
    func hardLinks() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", [1, 2, 3])
        try alice.makeDirectory("d")
        try alice.link("a", to: "d/b")
        #expect(try alice.inode("a") == alice.inode("d/b"))
        #expect(try alice.stat("a").linkCount == 2)
        try alice.put("d/b", [9])
        #expect(try alice.contents("a") == [9])
        try alice.unlink("a")
        #expect(try alice.stat("d/b").linkCount == 1)
        #expect(try alice.contents("d/b") == [9])
        try alice.unlink("d/b")
        try alice.removeDirectory("d")
        try world.expectEmpty()
    }

    @Test("a directory has one name; a file without one gets none; a symbolic link can have several")
    func linkLimits() throws {
        let world = try World()
        let root = world.root
        try root.makeDirectory("d")
        #expect(throws: FileSystemError.notPermitted) { try root.link("d", to: "e") }
        let open = try root.create("f")
        try root.unlink("f")
        #expect(throws: FileSystemError.notFound) {
            try world.fileSystem.link(open.inode, named: FileName("g"), in: .root, root.context()).get()
        }
        root.close(open)
        try root.make("s", .symbolicLink, target: "nowhere")
        try root.link("s", to: "t")
        #expect(try root.stat("t").linkCount == 2)
    }

    @Test("a symbolic link keeps its target byte for byte")
    func symbolicLinks() throws {
        let world = try World()
        let alice = world.alice
        let target: [UInt8] = Array("../x/".utf8) + [0xFF, 0x20]
        let made = try world.fileSystem.make(
            NewFile(type: .symbolicLink, permissions: [], umask: 0o777, symbolicLinkTarget: target), named: FileName("s"), in: .root,
            alice.context()
        ).get()
        #expect(made.permissions.rawValue == 0o777)
        #expect(made.size == UInt64(target.count))
        #expect(try world.fileSystem.readLink(made.inode, alice.context()).get() == target)
        try alice.make("f")
        #expect(throws: FileSystemError.notSymbolicLink) {
            try world.fileSystem.readLink(alice.inode("f"), alice.context()).get()
        }
    }

    @Test("devices are for the privileged; fifos and sockets for all")
    func devices() throws {
        let world = try World()
        #expect(throws: FileSystemError.notPermitted) { try world.alice.make("c", .characterDevice) }
        #expect(throws: FileSystemError.notPermitted) { try world.alice.make("b", .blockDevice) }
        try world.alice.make("p", .fifo)
        try world.alice.make("s", .socket)
        _ = try world.fileSystem.make(
            NewFile(type: .characterDevice, permissions: [], device: 0x0103), named: FileName("null"), in: .root,
            world.root.context()
        ).get()
        #expect(try world.root.stat("null").device == 0x0103)
    }

    @Test("in a directory that was removed nothing can be made")
    func removedDirectory() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        try alice.make("f")
        let open = try alice.open("d", .read)
        try alice.removeDirectory("d")
        let name = try FileName("x")
        #expect(throws: FileSystemError.notFound) {
            try world.fileSystem.make(NewFile(type: .regular, permissions: []), named: name, in: open.inode, alice.context())
        }
        #expect(throws: FileSystemError.notFound) {
            try world.fileSystem.link(alice.inode("f"), named: name, in: open.inode, alice.context())
        }
        #expect(throws: FileSystemError.notFound) {
            try world.fileSystem.rename(FileName("f"), in: .root, to: name, in: open.inode, flags: [], alice.context())
        }
        #expect(throws: FileSystemError.notFound) { try world.fileSystem.lookup(name, in: open.inode, alice.context()) }
        #expect(try world.fileSystem.readDirectory(open, after: .start, limit: 10, alice.context()).get().isEmpty)
        alice.close(open)
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("a read-only share refuses every change")
    func readOnly() throws {
        let world = try World(isReadOnly: true)
        let root = world.root
        #expect(throws: FileSystemError.readOnly) { try root.make("f") }
        #expect(throws: FileSystemError.readOnly) { try root.create("f") }
        #expect(throws: FileSystemError.readOnly) { try root.makeDirectory("d") }
        #expect(throws: FileSystemError.readOnly) { try root.chmod("", 0o700) }
        #expect(throws: FileSystemError.readOnly) {
            try world.fileSystem.setExtendedAttribute(Array("user.a".utf8), to: [1], mode: .either, of: .root, root.context())
        }
        #expect(try root.list("").isEmpty)
    }
}
