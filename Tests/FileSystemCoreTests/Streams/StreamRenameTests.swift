import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("Streams renamed — [MS-FSA] 2.1.5.15.12.1")
struct StreamRenameTests {
    let world: World
    let smb: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        try smb.putStream("/f", "one", "1")
        try smb.putStream("/f", "empty", "")
        try smb.putStream("/f", "full", "full")
    }

    private func rename(_ open: Open, _ name: String?, replacing: Bool = true) throws {
        try world.fileSystem.rename(
            open, toStream: try name.map { try FileName($0) }, replacing: replacing, smb.context()
        ).get()
    }

    @Test("a stream gets another name, and every open of it learns that")
    func renames() throws {
        let open = try smb.streamOpen("/f", "one", .all).open
        let other = try smb.streamOpen("/f", "one").open
        try rename(open, "new", replacing: false)
        #expect(open.streamName?.description == "new")
        #expect(other.streamName?.description == "new")
        try smb.write(other, Array("22".utf8))
        #expect(try smb.read(open) == Array("22".utf8))
        try rename(open, "NEW", replacing: false)
        smb.close(open)
        smb.close(other)
        #expect(try smb.streams("/f") == ["": 0, "NEW": 2, "empty": 0, "full": 4])
    }

    @Test("replaces only what is empty and not open")
    func replaces() throws {
        let open = try smb.streamOpen("/f", "one", .all).open
        #expect(throws: FileSystemError.exists) { try rename(open, "empty", replacing: false) }
        #expect(throws: FileSystemError.invalidArgument) { try rename(open, "full") }
        let held = try smb.streamOpen("/f", "empty").open
        #expect(throws: FileSystemError.invalidArgument) { try rename(open, "empty") }
        smb.close(held)
        try rename(open, "EMPTY")
        smb.close(open)
        #expect(try smb.streams("/f") == ["": 0, "EMPTY": 1, "full": 4])
        let reader = try smb.streamOpen("/f", "full", [.readData]).open
        #expect(throws: FileSystemError.accessDenied) { try rename(reader, "x") }
        smb.close(reader)
    }

    @Test("becomes the unnamed stream and a named one again")
    func unnamed() throws {
        let open = try smb.streamOpen("/f", "full", .all, share: .all).open
        try rename(open, nil)
        #expect(open.stream == nil)
        #expect(try world.alice.contents("/f") == Array("full".utf8))
        // Now it is the file that is open: share modes meet there.
        let second = try smb.smbOpen("/f", [.readData]).open
        #expect(throws: FileSystemError.sharingViolation) { try rename(open, "back") }
        smb.close(second)
        try rename(open, "back")
        #expect(try smb.read(open) == Array("full".utf8))
        #expect(try smb.streams("/f") == ["": 0, "one": 1, "empty": 0, "back": 4])
        smb.close(open)
        let file = try smb.streamOpen("/f", "one", .all).open
        try world.alice.put("/f", [1])
        #expect(throws: FileSystemError.invalidArgument) { try rename(file, nil) }
        smb.close(file)
        try world.alice.unlink("/f")
        try world.expectEmpty()
    }
}
