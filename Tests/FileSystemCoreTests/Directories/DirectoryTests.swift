import AccessControl
import FileSystemCore
import FileSystemModel
import HostileInput
import Testing

@Suite("Listings: readdir(3), telldir(3), QUERY_DIRECTORY's order")
struct DirectoryTests {
    private func page(
        _ world: World, _ open: Open, after cookie: DirectoryCookie, _ limit: Int
    ) throws -> [DirectoryEntry] {
        try world.fileSystem.readDirectory(open, after: cookie, limit: limit, world.alice.context()).get()
    }

    @Test("`.` and `..` first, then the order of making; any page size gives the same", arguments: [1, 2, 3, 5, 100])
    func order(limit: Int) throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        for index in 0..<20 { try alice.make("d/f\(index)") }
        let open = try alice.open("d", .read)
        defer { alice.close(open) }
        var names: [String] = []
        var cookies: [UInt64] = []
        var cookie = DirectoryCookie.start
        while true {
            let entries = try page(world, open, after: cookie, limit)
            #expect(entries.count <= limit)
            guard let last = entries.last else { break }
            names += entries.map { String(decoding: $0.name, as: UTF8.self) }
            cookies += entries.map(\.cookie.rawValue)
            cookie = last.cookie
        }
        #expect(names == [".", ".."] + (0..<20).map { "f\($0)" })
        #expect(cookies == cookies.sorted())
        #expect(Set(cookies).count == 22)
    }

    @Test("entries carry their attributes; `..` of the root is the root")
    func attributes() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [1, 2, 3])
        let open = try alice.open("", .read)
        defer { alice.close(open) }
        let entries = try page(world, open, after: .start, 10)
        #expect(entries.map(\.attributes.inode) == [.root, .root, try alice.inode("f")])
        #expect(entries.last?.attributes == (try alice.stat("f")))
    }

    @Test("what stays is listed once, whatever comes, goes and is renamed meanwhile", arguments: 0..<10 as Range<UInt64>)
    func stability(seed: UInt64) throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        let staying = Set((0..<100).map { "s\($0)" })
        for index in 0..<100 {
            try alice.make("d/s\(index)")
            try alice.make("d/x\(index)")
        }
        let open = try alice.open("d", .read)
        defer { alice.close(open) }
        var random = SeededGenerator(seed: seed)
        var seen: [String: Int] = [:]
        var cookie = DirectoryCookie.start
        var made = 0
        while true {
            let entries = try page(world, open, after: cookie, Int.random(in: 1...9, using: &random))
            guard let last = entries.last else { break }
            for entry in entries { seen[String(decoding: entry.name, as: UTF8.self), default: 0] += 1 }
            cookie = last.cookie
            for _ in 0..<3 {
                let name = "d/x\(Int.random(in: 0..<100, using: &random))"
                switch UInt.random(in: 0..<3, using: &random) {
                case 0: try? alice.unlink(name)
                case 1: try? alice.rename(name, name + "r")
                default:
                    if made < 50 {
                        made += 1
                        try alice.make("d/n\(made)")
                    }
                }
            }
        }
        for name in staying { #expect(seen[name] == 1, "\(name), seed \(seed)") }
        for (name, count) in seen where count != 1 { Issue.record("\(name) was listed \(count) times, seed \(seed)") }
    }

    @Test("removing everything while listing, as rm -r does, reaches the end")
    func removeAll() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        for index in 0..<2000 { try alice.make("d/f\(index)") }
        let open = try alice.open("d", .read)
        var cookie = DirectoryCookie.dotDot
        var removed = 0
        while let last = try page(world, open, after: cookie, 100).last {
            for entry in try page(world, open, after: cookie, 100) {
                try world.fileSystem.unlink(FileName(entry.name), in: open.inode, alice.context()).get()
                removed += 1
            }
            cookie = last.cookie
        }
        #expect(removed == 2000)
        alice.close(open)
        try alice.removeDirectory("d")
        try world.expectEmpty()
    }

    @Test("one entry by name, without regard to case")
    func single() throws {
        let world = try World()
        let alice = world.alice
        try alice.make("ReadMe")
        try alice.make("README")
        let smb = world.windows(uid: 1000)
        let open = try smb.smbOpen("").open
        func find(_ name: String) throws -> String? {
            try world.fileSystem.entry(named: FileName(name), in: open, smb.context()).get()
                .map { String(decoding: $0.name, as: UTF8.self) }
        }
        #expect(try find("README") == "README")
        #expect(try find("ReadMe") == "ReadMe")
        #expect(try find("readme") == "ReadMe")
        #expect(try find("nothing") == nil)
        smb.close(open)
    }

    @Test("a listing tells the extended attributes of those that have some, and asks nobody else for them")
    func extendedAttributes() throws {
        let world = try World()
        let alice = world.alice
        for name in ["a", "b", "c"] { try alice.put(name, []) }
        let core = world.fileSystem
        try core.setExtendedAttribute(
            Array("user.x".utf8), to: [1, 2], mode: .either, of: alice.inode("b"), alice.context()
        ).get()
        let before = world.metadata.listings
        let open = try alice.open("/", .read)
        let entries = try core.readDirectory(
            open, after: .start, limit: 10, telling: .extendedAttributes, alice.context()
        ).get()
        alice.close(open)
        #expect(entries.map(\.extendedAttributes.count) == [0, 0, 0, 1, 0])
        #expect(entries[3].extendedAttributes.map(\.value) == [[1, 2]])
        #expect(world.metadata.listings == before + 1)
    }

    @Test("reading moves the access time of a directory, and a change its other times")
    func times() throws {
        let world = try World()
        let alice = world.alice
        try alice.makeDirectory("d")
        let fresh = try alice.stat("d")
        try alice.make("d/f")
        let changed = try alice.stat("d")
        #expect(changed.modificationTime > fresh.modificationTime)
        #expect(changed.changeTime == changed.modificationTime)
        #expect(changed.changeNumber > fresh.changeNumber)
        _ = try alice.list("d")
        #expect(try alice.stat("d").accessTime > changed.accessTime)
    }
}
