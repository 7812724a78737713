import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import MetadataStore
import Testing

@Suite("Named streams — [MS-FSA] 2.1.5.1")
struct StreamTests {
    let world: World
    let smb: Caller
    let posix: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        posix = world.alice
    }

    @Test("a stream has bytes and a size of its own, and its file's attributes")
    func bytes() throws {
        try posix.put("/f", [1, 2, 3])
        let made = try smb.streamOpen("/f", "s", .all, .create)
        #expect(made.action == .created)
        #expect(!made.hasMadeFile)
        try smb.write(made.open, Array("stream".utf8), at: 10)
        let attributes = try world.fileSystem.attributes(made.open, smb.context()).get()
        #expect(attributes.size == 16)
        #expect(attributes.inode == (try posix.inode("/f")))
        #expect(attributes.type == .regular)
        #expect(try smb.read(made.open).prefix(10).allSatisfy { $0 == 0 })
        #expect(try posix.contents("/f") == [1, 2, 3])
        #expect(try smb.streams("/f") == ["": 3, "s": 16])
        try smb.set("/f", via: made.open) { $0.size = 4 }
        #expect(try smb.streams("/f") == ["": 3, "s": 4])
        smb.close(made.open)
        try posix.unlink("/f")
        try world.expectEmpty()
    }

    @Test("a write to a stream moves the file's times and sets its archive bit")
    func times() throws {
        try posix.put("/f", [1])
        try posix.set("/f") { $0.dosAttributes = [] }
        let before = try posix.stat("/f")
        try smb.putStream("/f", "s", "x")
        let after = try posix.stat("/f")
        #expect(after.modificationTime > before.modificationTime)
        #expect(after.changeTime > before.changeTime)
        #expect(after.changeNumber > before.changeNumber)
        #expect(after.dosAttributes.contains(.archive))
        #expect(after.size == 1)
    }

    @Test("names are found in any case and kept as they were given")
    func cases() throws {
        try smb.putStream("/f", "Name", "one")
        try smb.putStream("/f", "NAME", "two")
        #expect(try smb.streams("/f") == ["": 0, "Name": 3])
        #expect(try smb.streamText("/f", "name") == "two")
        #expect(throws: FileSystemError.exists) { try smb.streamOpen("/f", "nAME", .all, .create) }
    }

    @Test("a stream that is made where no file is makes the file")
    func makesFile() throws {
        let made = try smb.streamOpen("/f", "s", [.writeData], .create)
        #expect(made.hasMadeFile)
        #expect(try posix.stat("/f").size == 0)
        smb.close(made.open)
        #expect(throws: FileSystemError.notFound) { try smb.streamOpen("/g", "s", .all, .open) }
        #expect(throws: FileSystemError.notFound) { try smb.streamOpen("/f", "t", .all, .overwrite) }
        #expect(try !posix.exists("/g"))
    }

    @Test("what cannot be reserved leaves neither stream nor file")
    func leavesNothing() throws {
        #expect(throws: FileSystemError.noSpace) {
            try smb.streamOpen("/f", "s", [.writeData], .create, allocationSize: 1 << 40)
        }
        #expect(try !posix.exists("/f"))
        try world.expectEmpty()
    }

    @Test("directories have streams, the root too; what is open is no directory")
    func directories() throws {
        try posix.makeDirectory("/d", mode: 0o777)
        for path in ["/d", "/"] {
            let open = try smb.streamOpen(path, "s", [.readData, .writeData], .create).open
            #expect(!open.isDirectory)
            try smb.write(open, [1, 2])
            #expect(try world.fileSystem.attributes(open, smb.context()).get().type == .regular)
            smb.close(open)
            #expect(try smb.streams(path) == ["s": 2])
        }
        #expect(throws: FileSystemError.notDirectory) {
            try smb.streamOpen("/d", "s", [.readData], .open, options: .directory)
        }
        try posix.removeDirectory("/d")
        #expect(throws: FileSystemError.notFound) { try smb.smbOpen("/d") }
    }

    @Test("share modes meet stream by stream")
    func shareModes() throws {
        let one = try smb.streamOpen("/f", "one", share: []).open
        let two = try smb.streamOpen("/f", "two", share: []).open
        let file = try smb.smbOpen("/f", [.readData, .writeData], share: []).open
        #expect(throws: FileSystemError.sharingViolation) { try smb.streamOpen("/f", "ONE") }
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("/f") }
        smb.close(file)
        smb.close(one)
        smb.close(try smb.streamOpen("/f", "one").open)
        smb.close(two)
    }

    @Test("to delete a file needs FILE_SHARE_DELETE of who has its streams open, and not the reverse")
    func deletionNeedsSharing() throws {
        let stream = try smb.streamOpen("/f", "s", share: [.read, .write]).open
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("/f", .delete) }
        #expect(throws: FileSystemError.sharingViolation) { try posix.unlink("/f") }
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("/f", [.writeData], .overwrite) }
        smb.close(stream)
        let file = try smb.smbOpen("/f", [.readData], share: [.read, .write]).open
        smb.close(try smb.streamOpen("/f", "s", .delete, .open, options: .deleteOnClose).open)
        #expect(try smb.streams("/f") == ["": 0])
        smb.close(file)
    }

    @Test("a deleted file goes with the last open of its streams, and takes them along")
    func deletionWaits() throws {
        try smb.putStream("/f", "t", "gone as well")
        let stream = try smb.streamOpen("/f", "s").open
        try smb.write(stream, [7])
        smb.close(try smb.smbOpen("/f", .delete, options: .deleteOnClose).open)
        #expect(try smb.read(stream) == [7])
        #expect(world.fileSystem.isDeletePending(stream))
        #expect(throws: FileSystemError.deletePending) { try smb.streamOpen("/f", "s") }
        #expect(throws: FileSystemError.deletePending) { try smb.smbOpen("/f") }
        smb.close(stream)
        #expect(throws: FileSystemError.notFound) { try smb.smbOpen("/f") }
        try world.expectEmpty()
    }

    @Test("a stream that is deleted leaves the file and the other streams")
    func deletesStream() throws {
        try smb.putStream("/f", "one", "1")
        try smb.putStream("/f", "two", "2")
        let open = try smb.streamOpen("/f", "one", .delete, .open).open
        try world.fileSystem.setDeletePending(true, open, smb.context()).get()
        #expect(throws: FileSystemError.deletePending) { try smb.streamOpen("/f", "one") }
        #expect(try smb.streams("/f").keys.sorted() == ["", "one", "two"])
        smb.close(open)
        #expect(try smb.streams("/f").keys.sorted() == ["", "two"])
        #expect(throws: FileSystemError.notFound) { try smb.streamOpen("/f", "one", .all, .open) }
    }

    @Test("an unlinked file's open stream lives on")
    func orphans() throws {
        try posix.put("/f", [1])
        let stream = try smb.streamOpen("/f", "s").open
        try posix.unlink("/f")
        try smb.write(stream, Array("still here".utf8))
        #expect(String(decoding: try smb.read(stream), as: UTF8.self) == "still here")
        #expect(try world.metadata.orphans().count == 1)
        smb.close(stream)
        try world.expectEmpty()
    }

    @Test("what replaces a file discards its streams; what replaces a stream only that one", arguments: [
        CreateDisposition.overwrite, .overwriteIf, .supersede,
    ])
    func replacing(disposition: CreateDisposition) throws {
        try posix.put("/f", [1, 2])
        try smb.putStream("/f", "one", "11")
        try smb.putStream("/f", "two", "22")
        let stream = try smb.streamOpen("/f", "one", [.writeData], disposition)
        #expect(stream.action != .opened)
        smb.close(stream.open)
        #expect(try smb.streams("/f") == ["": 2, "one": 0, "two": 2])
        let held = try smb.streamOpen("/f", "two", [.readData]).open
        smb.close(try smb.smbOpen("/f", [.writeData], disposition).open)
        #expect(try smb.streams("/f") == ["": 0])
        // Who had it open keeps it.
        #expect(try smb.read(held) == Array("22".utf8))
        smb.close(held)
        try posix.unlink("/f")
        try world.expectEmpty()
    }

    @Test("a file that is renamed over takes its streams along; the one that moves keeps its own")
    func renamedOver() throws {
        try posix.put("/a", [1])
        try smb.putStream("/a", "mine", "a")
        try posix.put("/b", [2])
        try smb.putStream("/b", "lost", "bbbb")
        try posix.rename("/a", "/b")
        #expect(try smb.streams("/b") == ["": 1, "mine": 1])
        try posix.unlink("/b")
        try world.expectEmpty()
    }

    @Test("SMB renames no file whose streams are open")
    func renameWithOpenStream() throws {
        let stream = try smb.streamOpen("/f", "s").open
        let file = try smb.smbOpen("/f", .delete).open
        #expect(throws: FileSystemError.accessDenied) {
            try world.fileSystem.rename(file, to: [FileName("g")], replacing: false, smb.context()).get()
        }
        smb.close(stream)
        try world.fileSystem.rename(file, to: [FileName("g")], replacing: false, smb.context()).get()
        smb.close(file)
        #expect(try smb.streams("/g").keys.sorted() == ["", "s"])
    }

    @Test("locks are the stream's own")
    func locks() throws {
        let one = try smb.streamOpen("/f", "one").open
        let other = try smb.streamOpen("/f", "one").open
        let two = try smb.streamOpen("/f", "two").open
        let lock = try #require(RangeLock(offset: 0, length: 10, isExclusive: true, owner: .windows(one.id)))
        try world.fileSystem.lock(one, lock, mayWait: false, smb.context()).get()
        #expect(throws: FileSystemError.rangeLocked) { try smb.write(other, [1]) }
        try smb.write(one, [1])
        try smb.write(two, [1])
        try posix.put("/f", [9])
        smb.close(one)
        try smb.write(other, [2])
        smb.close(other)
        smb.close(two)
    }

    @Test("to make a stream, and to find one in any case, is not to list them all")
    func listings() throws {
        for name in ["one", "two"] { try smb.putStream("/f", name, name) }
        let before = world.metadata.listings
        for disposition in [CreateDisposition.create, .openIf] {
            smb.close(try smb.streamOpen("/f", "made by \(disposition)", .all, disposition).open)
        }
        #expect(try smb.streamText("/f", "TWO") == "two")
        let attribute = Array("user.DosStream.posix:$DATA".utf8)
        try world.fileSystem.setExtendedAttribute(
            attribute, to: [1], mode: .create, of: posix.inode("/f"), posix.context()
        ).get()
        #expect(world.metadata.listings == before)
        #expect(try smb.streams("/f").count == 6)
        try posix.unlink("/f")
        try world.expectEmpty()
    }

    @Test("a READONLY file takes no stream, and a file takes no more than it may")
    func limits() throws {
        try posix.put("/f", [])
        for number in 0..<1024 { try smb.putStream("/f", "s\(number)", "") }
        #expect(throws: FileSystemError.noSpace) { try smb.streamOpen("/f", "one too many") }
        try posix.put("/r", [])
        try posix.set("/r") { $0.dosAttributes = .readOnly }
        #expect(throws: FileSystemError.accessDenied) { try smb.streamOpen("/r", "s", [.readData], .create) }
        let reader = world.windows(uid: 1001)
        #expect(throws: FileSystemError.accessDenied) { try reader.streamOpen("/f", "s", [.readData], .create) }
    }
}
