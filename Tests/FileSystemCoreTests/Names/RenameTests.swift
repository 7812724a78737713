import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("rename(2), renameat2(2)")
struct RenameTests {
    @Test("a file moves, with its inode and bytes")
    func moves() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", [1, 2, 3])
        try alice.makeDirectory("d")
        let inode = try alice.inode("a")
        try alice.rename("a", "d/b")
        #expect(try alice.inode("d/b") == inode)
        #expect(try alice.contents("d/b") == [1, 2, 3])
        #expect(try !alice.exists("a"))
        #expect(try alice.list("d") == ["b"])
    }

    @Test("over a file: the old one is gone, and its space")
    func over() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", [1])
        try alice.put("b", [UInt8](repeating: 2, count: 100_000))
        let free = try world.free
        try alice.rename("a", "b")
        #expect(try alice.contents("b") == [1])
        #expect(try world.free == free + 102_400)
        #expect(try world.inodeCount == 2)
        try alice.unlink("b")
        try world.expectEmpty()
    }

    @Test("what may go over what")
    func kinds() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("full")
        try alice.make("full/x")
        try alice.makeDirectory("empty")
        try alice.makeDirectory("dir")
        try alice.make("file")
        #expect(throws: FileSystemError.notDirectory) { try alice.rename("dir", "file") }
        #expect(throws: FileSystemError.isDirectory) { try alice.rename("file", "empty") }
        #expect(throws: FileSystemError.directoryNotEmpty) { try alice.rename("dir", "full") }
        try alice.rename("full", "empty")
        #expect(try alice.list("empty") == ["x"])
        #expect(try Set(alice.list("")) == ["empty", "dir", "file"])
    }

    @Test("a directory does not go below itself")
    func subtree() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("a")
        try alice.makeDirectory("a/b")
        try alice.makeDirectory("a/b/c")
        #expect(throws: FileSystemError.invalidArgument) { try alice.rename("a", "a/x") }
        #expect(throws: FileSystemError.invalidArgument) { try alice.rename("a", "a/b/c/x") }
        #expect(throws: FileSystemError.invalidArgument) { try alice.rename("a", "a/b", .exchange) }
        #expect(throws: FileSystemError.invalidArgument) { try alice.rename("a/b/c", "a", .exchange) }
        // The other way round the target is not empty.
        #expect(throws: FileSystemError.directoryNotEmpty) { try alice.rename("a/b/c", "a") }
        try alice.rename("a/b/c", "c")
        #expect(try alice.list("a/b").isEmpty)
    }

    @Test("NOREPLACE refuses a name that is there, itself included")
    func noReplace() throws {
        let world = try World()
        let alice = world.alice
        try alice.make("a")
        try alice.make("b")
        try alice.link("a", to: "a2")
        #expect(throws: FileSystemError.exists) { try alice.rename("a", "b", .noReplace) }
        #expect(throws: FileSystemError.exists) { try alice.rename("a", "a2", .noReplace) }
        #expect(throws: FileSystemError.exists) { try alice.rename("a", "a", .noReplace) }
        #expect(throws: FileSystemError.invalidArgument) { try alice.rename("a", "c", [.noReplace, .exchange]) }
        try alice.rename("a", "c", .noReplace)
        #expect(try Set(alice.list("")) == ["b", "a2", "c"])
    }

    @Test("EXCHANGE swaps two names of any kind")
    func exchange() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("file", [1])
        try alice.makeDirectory("d")
        try alice.makeDirectory("d/sub")
        try alice.make("d/sub/x")
        try alice.rename("file", "d/sub", .exchange)
        #expect(try alice.contents("d/sub") == [1])
        #expect(try alice.list("file") == ["x"])
        try alice.rename("file", "d", .exchange)
        #expect(try alice.list("d") == ["x"])
        #expect(try alice.list("file") == ["sub"])
        try alice.rename("d", "d", .exchange)
        #expect(world.fileSystem.path(of: try alice.inode("d"))?.map(\.description) == ["d"])
    }

    @Test("two names of one file: nothing happens")
    func sameFile() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", [1])
        try alice.link("a", to: "b")
        try alice.rename("a", "b")
        #expect(try alice.list("") == ["a", "b"])
        try alice.rename("a", "a")
        #expect(try alice.stat("a").linkCount == 2)
    }

    @Test("a change of case alone")
    func caseOnly() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("readme", [1])
        try alice.rename("readme", "README")
        #expect(try alice.list("") == ["README"])
        #expect(try world.windows(uid: 1000).smbOpen("ReadMe").attributes.inode == alice.inode("README"))
    }

    @Test("`..` follows a directory that moves")
    func dotDot() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("a")
        try alice.makeDirectory("b")
        try alice.makeDirectory("a/d")
        try alice.rename("a/d", "b/d")
        let open = try alice.open("b/d", .read)
        let entries = try world.fileSystem.readDirectory(open, after: .start, limit: 2, alice.context()).get()
        #expect(entries.map(\.attributes.inode) == [try alice.inode("b/d"), try alice.inode("b")])
        #expect(world.fileSystem.path(of: open.inode)?.map(\.description) == ["b", "d"])
        alice.close(open)
    }

    @Test("an open follows its name")
    func openLinks() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        try alice.put("a", [1])
        try alice.put("b", [2])
        let smb = world.windows(uid: 1000)
        let a = try smb.smbOpen("a").open
        let b = try smb.smbOpen("b").open
        try alice.rename("a", "d/c")
        #expect(world.fileSystem.path(of: a)?.map(\.description) == ["d", "c"])
        try alice.rename("b", "d/c", .exchange)
        #expect(world.fileSystem.path(of: a)?.map(\.description) == ["b"])
        #expect(world.fileSystem.path(of: b)?.map(\.description) == ["d", "c"])
        try alice.rename("b", "d/c")
        #expect(world.fileSystem.path(of: a)?.map(\.description) == ["d", "c"])
        #expect(world.fileSystem.path(of: b) == nil)
        #expect(try smb.read(b) == [2])
        smb.close(a)
        smb.close(b)
        #expect(try world.inodeCount == 3)
    }

    @Test("times: both directories, and the file's change time")
    func times() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("a")
        try alice.makeDirectory("b")
        try alice.make("a/f")
        let before = (try alice.stat("a"), try alice.stat("b"), try alice.stat("a/f"))
        try alice.rename("a/f", "b/f")
        let after = (try alice.stat("a"), try alice.stat("b"), try alice.stat("b/f"))
        #expect(after.0.modificationTime > before.0.modificationTime)
        #expect(after.1.modificationTime > before.1.modificationTime)
        #expect(after.2.modificationTime == before.2.modificationTime)
        #expect(after.2.changeTime > before.2.changeTime)
        #expect(after.2.changeNumber > before.2.changeNumber)
    }
}
