import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("Names on their way out, seen from both doors")
struct CrossDoorDeleteTests {
    private func setPending(_ smb: Caller, _ open: Open, _ isPending: Bool = true) throws {
        try smb.fileSystem.setDeletePending(isPending, open, smb.context()).get()
    }

    @Test("the other name of a file stays, open or not, and can be opened meanwhile")
    func otherName() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1])
        try posix.link("a", to: "b")
        let first = try smb.smbOpen("a", [.delete]).open
        let second = try smb.smbOpen("b", [.readData]).open
        try setPending(smb, first)
        #expect(smb.fileSystem.isDeletePending(first) && !smb.fileSystem.isDeletePending(second))
        #expect(throws: FileSystemError.deletePending) { try smb.smbOpen("a") }
        #expect(try posix.contents("b") == [1])
        smb.close(first)
        #expect(try posix.list("/") == ["b"])
        #expect(try posix.stat("b").linkCount == 1)
        #expect(try smb.read(second) == [1])
        smb.close(second)
        #expect(try posix.contents("b") == [1])
        try posix.unlink("b")
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("both names on their way out: each goes with its own last SMB open, the bytes with the second")
    func bothNames() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1])
        try posix.link("a", to: "b")
        let first = try smb.smbOpen("a", [.delete], options: .deleteOnClose).open
        let second = try smb.smbOpen("b", [.delete], options: .deleteOnClose).open
        smb.close(second)
        #expect(try posix.list("/") == ["a"])
        smb.close(first)
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("a FUSE rename takes the mark along; the name that took its place is not touched")
    func renamed() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1])
        let open = try smb.smbOpen("a", [.delete]).open
        try setPending(smb, open)
        try posix.rename("a", "b")
        try posix.put("a", [2])
        #expect(throws: FileSystemError.deletePending) { try smb.smbOpen("b") }
        smb.close(open)
        #expect(try posix.list("/") == ["a"])
        #expect(try posix.contents("a") == [2])
        try posix.unlink("a")
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("a FUSE unlink comes first: closing removes nothing that came after")
    func unlinkedFirst() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1])
        let open = try smb.smbOpen("a", [.readData, .delete], options: .deleteOnClose).open
        try posix.unlink("a")
        try posix.put("a", [2])
        #expect(try smb.read(open) == [1])
        smb.close(open)
        #expect(try posix.contents("a") == [2])
        try posix.unlink("a")
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("a FUSE open keeps the bytes when SMB's delete-on-close takes the name")
    func posixKeeps() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1, 2, 3])
        let reader = try posix.open("a", .read)
        let open = try smb.smbOpen("a", [.delete], options: .deleteOnClose).open
        smb.close(open)
        #expect(try posix.list("/").isEmpty)
        #expect(try posix.read(reader) == [1, 2, 3])
        #expect(try world.fileSystem.attributes(reader, posix.context()).get().linkCount == 0)
        posix.close(reader)
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("a handle that is closed sends nothing on its way out")
    func afterClose() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [1])
        let open = try smb.smbOpen("a", [.delete]).open
        smb.close(open)
        #expect(throws: FileSystemError.badHandle) { try setPending(smb, open) }
        #expect(try posix.contents("a") == [1])
        #expect(world.fileSystem.isIdle)
    }

    @Test("delete on close of a directory that is not empty is let in, and removes nothing; of an empty one it does")
    func directories() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.makeDirectory("d")
        try posix.put("d/f", [1])
        smb.close(try smb.smbOpen("d", [.delete], options: [.deleteOnClose, .directory]).open)
        #expect(try posix.contents("d/f") == [1])
        let open = try smb.smbOpen("d", [.delete], options: [.deleteOnClose, .directory]).open
        #expect(throws: FileSystemError.directoryNotEmpty) { try setPending(smb, open) }
        try posix.unlink("d/f")
        smb.close(open)
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("an SMB rename over another name of the same file leaves one name, and the open follows it")
    func renameOverOwnLink() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [7])
        try posix.link("a", to: "b")
        let open = try smb.smbOpen("a", [.readData, .delete]).open
        let path = try Caller.names("b")
        #expect(throws: FileSystemError.exists) {
            try smb.fileSystem.rename(open, to: path, replacing: false, smb.context()).get()
        }
        try smb.fileSystem.rename(open, to: path, replacing: true, smb.context()).get()
        #expect(try posix.list("/") == ["b"])
        #expect(try posix.stat("b").linkCount == 1)
        #expect(world.fileSystem.path(of: open) == path)
        try setPending(smb, open)
        smb.close(open)
        try world.expectEmpty()
        #expect(world.fileSystem.isIdle)
    }

    @Test("an SMB link over another file takes its name in one step, and its bytes go")
    func linkOver() throws {
        let world = try World()
        let (posix, smb) = (world.root, world.windows(uid: 0))
        try posix.put("a", [7])
        try posix.put("b", [UInt8](repeating: 8, count: 9000))
        let old = try posix.stat("b").inode
        let open = try smb.smbOpen("a", [.readData]).open
        let path = try Caller.names("b")
        #expect(throws: FileSystemError.exists) {
            try smb.fileSystem.link(open, to: path, replacing: false, smb.context()).get()
        }
        try smb.fileSystem.link(open, to: path, replacing: true, smb.context()).get()
        smb.close(open)
        #expect(try posix.contents("b") == [7] && posix.stat("a").linkCount == 2)
        #expect(throws: FileSystemError.stale) { try world.fileSystem.attributes(of: old, posix.context()).get() }
        try posix.unlink("a")
        try posix.unlink("b")
        try world.expectEmpty()
    }
}
