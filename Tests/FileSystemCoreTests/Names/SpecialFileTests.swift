import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("Files that become special, and back — [MS-FSA] 2.1.5.10.37 and .3")
struct SpecialFileTests {
    private let world: World
    private let smb: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
    }

    private func fresh(_ path: String, options: WindowsOpenRequest.Options = []) throws -> Open {
        try smb.smbOpen(
            path, [.writeAttributes, .delete], .openIf, options: options.union(.openReparsePoint)
        ).open
    }

    private func transform(_ open: Open, _ special: SpecialFile, as caller: Caller? = nil) throws {
        try world.fileSystem.transform(open, into: special, (caller ?? smb).context()).get()
    }

    @Test("number, names and attributes stay; bytes and their space go")
    func stays() throws {
        let alice = world.alice
        try alice.put("f", [UInt8](repeating: 1, count: 10_000))
        try alice.set("f") { $0.size = 0 }
        try alice.link("f", to: "g")
        let before = try alice.stat("f")
        let open = try fresh("f")
        try transform(open, .symbolicLink(Array("t".utf8)))
        let after = try alice.stat("g")
        #expect(
            after.inode == before.inode && after.linkCount == 2
                && after.generation == before.generation + 1)
        #expect(
            after.uid == before.uid && after.type == .symbolicLink && after.size == 1
                && after.allocatedSize == 0)
        #expect(try world.fileSystem.readLink(after.inode, alice.context()).get() == Array("t".utf8))
        #expect(after.changeNumber > before.changeNumber)
        try world.fileSystem.restorePlainFile(open, smb.context()).get()
        #expect(try alice.stat("f").type == .regular)
        #expect(throws: FileSystemError.notSymbolicLink) {
            try world.fileSystem.restorePlainFile(open, smb.context())
        }
        smb.close(open)
        for name in ["f", "g"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a directory's parent counts one fewer, and one more again")
    func directories() throws {
        let alice = world.alice
        try alice.makeDirectory("d", mode: 0o777)
        let open = try fresh("d", options: .directory)
        #expect(throws: FileSystemError.isDirectory) { try transform(open, .fifo) }
        let links = try alice.stat("").linkCount
        try transform(open, .symbolicLink([0x78]))
        #expect(try alice.stat("").linkCount == links - 1)
        #expect(try alice.stat("d").linkCount == 1)
        try world.fileSystem.restorePlainFile(open, smb.context()).get()
        #expect(try alice.stat("").linkCount == links)
        try alice.put("d/x", [])
        #expect(throws: FileSystemError.directoryNotEmpty) {
            try transform(open, .symbolicLink([0x78]))
        }
        smb.close(open)
        let root = try smb.smbOpen("", [.writeAttributes]).open
        #expect(throws: FileSystemError.notSupported) { try transform(root, .symbolicLink([0x78])) }
        smb.close(root)
    }

    @Test("refused: bytes, others' opens, devices, no right, a read-only share")
    func refuses() throws {
        let alice = world.alice
        try alice.put("f", [1])
        let open = try fresh("f")
        #expect(throws: FileSystemError.notSupported) { try transform(open, .fifo) }
        try alice.set("f") { $0.size = 0 }
        let other = try alice.open("f", .read)
        #expect(throws: FileSystemError.sharingViolation) { try transform(open, .fifo) }
        alice.close(other)
        #expect(throws: FileSystemError.notPermitted) {
            try transform(open, .characterDevice(DeviceNumber(major: 1, minor: 3)))
        }
        #expect(throws: FileSystemError.invalidArgument) { try transform(open, .symbolicLink([])) }
        #expect(throws: FileSystemError.nameTooLong) {
            try transform(open, .symbolicLink([UInt8](repeating: 0x61, count: 4096)))
        }
        let reader = try smb.smbOpen("f", [.readAttributes]).open
        #expect(throws: FileSystemError.accessDenied) { try transform(reader, .fifo) }
        smb.close(reader)
        try transform(
            open, .blockDevice(DeviceNumber(major: 8, minor: 1)), as: world.windows(uid: 0, gid: 0))
        #expect(try alice.stat("f").device == 0x801)
        #expect(throws: FileSystemError.invalidArgument) { try transform(open, .symbolicLink([0x61])) }
        try transform(open, .socket)
        #expect(try alice.stat("f").type == .socket)
        smb.close(open)
    }

    @Test("a path that is to stop at links names the first, and what is behind it")
    func stops() throws {
        let alice = world.alice
        try alice.makeDirectory("d", mode: 0o777)
        try alice.make("d/l", .symbolicLink, target: "../f")
        try alice.put("f", [1])
        func link(_ path: String, followingLast: Bool = true) throws -> LinkOnPath? {
            try world.fileSystem.symbolicLink(
                on: Caller.names(path), followingLast: followingLast, smb.context()
            ).get()
        }
        let target = Array("../f".utf8)
        #expect(try link("D/L/x/y") == LinkOnPath(target: target, componentsBehind: 2))
        #expect(try link("d/l") == LinkOnPath(target: target, componentsBehind: 0))
        #expect(try link("d/l", followingLast: false) == nil)
        #expect(try link("f") == nil)
        #expect(try link("nothing/l") == nil)
        #expect(throws: FileSystemError.pathNotFound) { try link("f/l/x") }
        #expect(throws: FileSystemError.stoppedOnSymbolicLink) {
            try smb.smbOpen("d/l", options: .stopAtSymbolicLinks)
        }
        #expect(throws: FileSystemError.stoppedOnSymbolicLink) {
            try smb.smbOpen("d/l/x", options: [.stopAtSymbolicLinks, .openReparsePoint])
        }
        smb.close(try smb.smbOpen("d/l", options: [.stopAtSymbolicLinks, .openReparsePoint]).open)
        smb.close(try smb.smbOpen("d/l").open)
    }
}
