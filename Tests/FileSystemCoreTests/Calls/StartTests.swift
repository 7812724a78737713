import AccessControl
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import StoreDoubles
import Testing

@Suite("Starting on stores that were used before")
struct StartTests {
    private func start(_ world: World) throws -> FileSystem {
        try FileSystem(
            options: world.fileSystem.options, metadata: world.metadata, content: world.content,
            environment: world.fileSystem.environment)
    }

    @Test("a new share gets its root as the options say, once")
    func root() throws {
        let metadata = MemoryMetadataStore()
        let content = MemoryContentStore(maximumBytes: 1 << 20)
        var environment = try World().fileSystem.environment
        environment.randomness = { 42 }
        func start(_ mode: UInt16) throws -> FileSystem {
            try FileSystem(
                options: FileSystemOptions(
                    name: "s", rootUID: 7, rootGID: 8, rootPermissions: Permissions(rawValue: mode)), metadata: metadata,
                content: content, environment: environment)
        }
        let first = try start(0o1750)
        let attributes = try #require(try metadata.inode(.root)).attributes
        #expect((attributes.uid, attributes.gid, attributes.permissions.rawValue) == (7, 8, 0o1750))
        #expect(attributes.linkCount == 2)
        #expect(first.share.identifier == 42)
        environment.randomness = { 43 }
        let second = try start(0o777)
        #expect(second.share == first.share)
        #expect(try metadata.inode(.root)?.attributes == attributes)
    }

    @Test("what was open without a name at an unclean end is gone at the next start, with its bytes and attributes")
    func orphans() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("kept", [1, 2, 3])
        let open = try alice.create("gone")
        try alice.write(open, [UInt8](repeating: 1, count: 50_000))
        _ = try world.fileSystem.setExtendedAttribute(
            Array("user.a".utf8), to: [1], mode: .either, of: open.inode, alice.context())
        try alice.unlink("gone")
        #expect(try world.metadata.orphans() == [open.inode])

        _ = try start(world)
        #expect(try world.metadata.orphans().isEmpty)
        #expect(try world.metadata.inode(open.inode) == nil)
        #expect(try world.metadata.extendedAttributes(of: open.inode).isEmpty)
        #expect(try world.metadata.pendingDeletes().isEmpty)
        #expect(try world.free == 64 << 20 - 4096)
        #expect(try alice.contents("kept") == [1, 2, 3])
    }

    @Test("content that nobody names is deleted at the next start")
    func pendingDeletes() throws {
        let world = try World()
        let id = ContentID(epoch: 1, random: 2)
        try [UInt8](repeating: 1, count: 5000).withUnsafeBytes { try world.content.write(id, at: 0, from: $0) }
        _ = try world.metadata.apply(MetadataBatch(mutations: [.putPendingDelete(id)]))
        _ = try start(world)
        try world.expectEmpty()
    }

    @Test("numbers, cookies and content ids go on where they were")
    func continues() throws {
        let world = try World()
        let alice = world.alice
        let old = try alice.make("a")
        let again = try start(world)
        let new = try again.make(
            NewFile(type: .regular, permissions: []), named: FileName("b"), in: .root, alice.context()
        ).get()
        #expect(new.inode > old.inode)
        #expect(try alice.list("") == ["a", "b"])
    }
}

@Suite("When the store fails")
struct StoreFailureTests {
    @Test("a change that cannot be committed is no change", arguments: 0..<6)
    func fullMetadata(call: Int) throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", [1])
        try alice.put("b", [2])
        try alice.makeDirectory("d")
        let before = try (alice.list(""), alice.stat(""), alice.stat("a"), world.inodeCount, world.free)
        world.metadata.failNextBatch(.noSpace)
        #expect(throws: FileSystemError.noSpace) {
            switch call {
            case 0: try alice.make("new")
            case 1: try alice.link("a", to: "new")
            case 2: try alice.unlink("a")
            case 3: try alice.rename("a", "b")
            case 4: try alice.rename("a", "d", .exchange)
            default: try alice.chmod("a", 0o600)
            }
        }
        let after = try (alice.list(""), alice.stat(""), alice.stat("a"), world.inodeCount, world.free)
        #expect(after == before)
        #expect(try alice.contents("a") == [1])
        #expect(try alice.contents("b") == [2])
    }

    @Test("an SMB create that cannot be committed leaves no open")
    func failedCreate() throws {
        let world = try World()
        let smb = world.windows(uid: 1000)
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) { try smb.smbOpen("f", .writeData, .create) }
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) { try world.alice.create("f") }
        try world.expectEmpty()
        // The name is not taken.
        smb.close(try smb.smbOpen("f", .writeData, .create).open)
    }

    @Test("an overwrite that fails closes what it had opened", arguments: [true, false])
    func failedOverwrite(isWindows: Bool) throws {
        let world = try World()
        try world.alice.put("f", [1])
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) {
            if isWindows {
                _ = try world.windows(uid: 1000).smbOpen("f", .writeData, .overwrite)
            } else {
                _ = try world.alice.open("f", .write, truncate: true)
            }
        }
        #expect(world.fileSystem.openCount == 0)
    }
}
