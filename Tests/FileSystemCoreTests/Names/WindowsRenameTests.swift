import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("FileRenameInformation, FileLinkInformation — [MS-FSA] 2.1.5.15.12, 2.1.5.15.7")
struct WindowsRenameTests {
    private let world: World
    private let alice: Caller
    private let smb: Caller

    init() throws {
        world = try World()
        alice = world.alice
        smb = world.windows(uid: 1000)
        try alice.put("f", [1])
        try alice.put("g", [2])
        try alice.makeDirectory("d")
        try alice.put("d/x", [3])
    }

    private func rename(_ open: Open, _ path: String, replacing: Bool = false) throws {
        try world.fileSystem.rename(open, to: Caller.names(path), replacing: replacing, smb.context()).get()
    }

    private func link(_ open: Open, _ path: String, replacing: Bool = false) throws {
        try world.fileSystem.link(open, to: Caller.names(path), replacing: replacing, smb.context()).get()
    }

    @Test("it takes DELETE access, and the open follows")
    func plain() throws {
        let without = try smb.smbOpen("f").open
        #expect(throws: FileSystemError.accessDenied) { try rename(without, "h") }
        smb.close(without)
        let open = try smb.smbOpen("f", [.readData, .delete]).open
        try rename(open, "D/H")
        #expect(try alice.list("d") == ["x", "H"])
        #expect(world.fileSystem.path(of: open)?.map(\.description) == ["d", "H"])
        try rename(open, "f")
        smb.close(open)
        #expect(try alice.contents("f") == [1])
    }

    @Test("over another: only when replacing, never over a directory or what SMB has open")
    func over() throws {
        let open = try smb.smbOpen("f", .delete).open
        #expect(throws: FileSystemError.exists) { try rename(open, "g") }
        #expect(throws: FileSystemError.exists) { try rename(open, "G") }
        #expect(throws: FileSystemError.accessDenied) { try rename(open, "d", replacing: true) }
        let held = try smb.smbOpen("g", .readData).open
        #expect(throws: FileSystemError.accessDenied) { try rename(open, "g", replacing: true) }
        smb.close(held)
        try alice.set("g") { $0.dosAttributes = .readOnly }
        #expect(throws: FileSystemError.accessDenied) { try rename(open, "g", replacing: true) }
        try alice.set("g") { $0.dosAttributes = [] }
        let posix = try alice.open("g", .read)
        try rename(open, "g", replacing: true)
        #expect(try alice.read(posix) == [2])
        alice.close(posix)
        smb.close(open)
        #expect(try alice.list("") == ["d", "g"])
        #expect(try alice.contents("g") == [1])
    }

    @Test("only the case changes; the same name is no change")
    func caseOnly() throws {
        let open = try smb.smbOpen("f", .delete).open
        try rename(open, "F")
        try rename(open, "F")
        smb.close(open)
        #expect(try alice.list("") == ["g", "d", "F"])
    }

    @Test("a directory with SMB opens below it stays; POSIX opens do not hinder")
    func opensBelow() throws {
        let directory = try smb.smbOpen("d", .delete, options: .directory).open
        let below = try smb.smbOpen("d/x").open
        #expect(throws: FileSystemError.accessDenied) { try rename(directory, "e") }
        // A POSIX rename is not refused for opens below.
        try alice.rename("d", "e")
        try alice.rename("e", "d")
        #expect(world.fileSystem.path(of: below)?.map(\.description) == ["d", "x"])
        smb.close(below)
        let posix = try alice.open("d/x", .read)
        try rename(directory, "e")
        #expect(try alice.contents("e/x") == [3])
        alice.close(posix)
        try alice.makeDirectory("e/sub")
        #expect(throws: FileSystemError.accessDenied) { try rename(directory, "e/sub/inside") }
        // The directory that is to take it is opened for the move without FILE_SHARE_DELETE.
        #expect(throws: FileSystemError.sharingViolation) { try rename(directory, "e/inside") }
        smb.close(directory)
    }

    @Test("what another open does not share for deletion stays")
    func sharing() throws {
        let open = try smb.smbOpen("f", .delete, share: .all).open
        let attributes = try smb.smbOpen("f", .readAttributes, share: []).open
        try rename(open, "h")
        smb.close(attributes)
        smb.close(open)
        let exclusive = try smb.smbOpen("h", [.readData, .delete], share: []).open
        try rename(exclusive, "f")
        smb.close(exclusive)
    }

    @Test("where there is no directory")
    func missingParent() throws {
        let open = try smb.smbOpen("f", .delete).open
        #expect(throws: FileSystemError.pathNotFound) { try rename(open, "no/h") }
        #expect(throws: FileSystemError.pathNotFound) { try rename(open, "g/h") }
        try alice.unlink("f")
        #expect(throws: FileSystemError.notFound) { try rename(open, "h") }
        smb.close(open)
    }

    @Test("links: another name, replacing or not")
    func links() throws {
        let open = try smb.smbOpen("f").open
        try link(open, "d/l")
        #expect(try alice.inode("d/l") == alice.inode("f"))
        #expect(try alice.stat("f").linkCount == 2)
        for taken in ["g", "f", "F", "d/l"] {
            #expect(throws: FileSystemError.exists) { try link(open, taken) }
        }
        try link(open, "d/l", replacing: true)
        #expect(try alice.stat("f").linkCount == 2)
        try link(open, "g", replacing: true)
        #expect(try alice.stat("f").linkCount == 3)
        #expect(try alice.contents("g") == [1])
        let directory = try smb.smbOpen("d").open
        #expect(throws: FileSystemError.isDirectory) { try link(directory, "e") }
        smb.close(directory)
        smb.close(open)
    }
}
