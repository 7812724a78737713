import AccessControl
import FileSystemCore
import FileSystemModel
import HostileInput
import MetadataStore
import Testing

@Suite("Threads that meet")
struct ConcurrencyTests {
    @Test("closing beside unlinking or renaming over leaves no nameless inode behind", arguments: [true, false])
    func closeBesideUnlink(unlinks: Bool) async throws {
        let world = try World()
        let alice = world.alice
        for _ in 0..<400 {
            let open = try alice.create("f")
            try alice.write(open, [1])
            if !unlinks { try alice.make("g") }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { alice.close(open) }
                group.addTask { if unlinks { try? alice.unlink("f") } else { try? alice.rename("g", "f") } }
            }
            if !unlinks { try alice.unlink("f") }
        }
        try world.expectEmpty()
    }

    @Test("the last close, between an unlink's look at the opens and its commit", arguments: [true, false])
    func closeInsideUnlink(unlinks: Bool) throws {
        let world = try World()
        let alice = world.alice
        let open = try alice.create("f")
        try alice.write(open, [1])
        if !unlinks { try alice.make("g") }
        world.metadata.beforeNextBatch { _ in alice.close(open) }
        if unlinks { try alice.unlink("f") } else { try alice.rename("g", "f") }
        #expect(try world.metadata.orphans().isEmpty)
        if !unlinks { try alice.unlink("f") }
        try world.expectEmpty()
    }

    @Test("renames across directories both ways keep every file, and the link counts")
    func renames() async throws {
        let world = try World()
        let alice = world.alice
        for name in ["a", "b", "c"] { try alice.makeDirectory(name) }
        for index in 0..<10 { try alice.makeDirectory("a/d\(index)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<6 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(thread))
                    for _ in 0..<300 {
                        let from = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
                        let to = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
                        let name = "d\(Int.random(in: 0..<10, using: &random))"
                        do { try alice.rename("\(from)/\(name)", "\(to)/\(name)", .noReplace) } catch FileSystemError.notFound {
                        } catch FileSystemError.exists {}
                    }
                }
            }
            try await group.waitForAll()
        }
        var all: [String] = []
        for name in ["a", "b", "c"] {
            let listed = try alice.list(name)
            #expect(try alice.stat(name).linkCount == UInt32(2 + listed.count))
            for child in listed {
                #expect(world.fileSystem.path(of: try alice.inode("\(name)/\(child)"))?.first?.description == name)
            }
            all += listed
        }
        #expect(all.sorted() == (0..<10).map { "d\($0)" })
    }

    @Test("two directories that move into each other do not make a circle")
    func circle() async throws {
        let world = try World()
        let alice = world.alice
        for _ in 0..<200 {
            try alice.makeDirectory("a")
            try alice.makeDirectory("b")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? alice.rename("a", "b/a") }
                group.addTask { try? alice.rename("b", "a/b") }
            }
            let top = try alice.list("")
            #expect(top.count == 1)
            for name in top {
                for child in try alice.list(name) { try alice.removeDirectory("\(name)/\(child)") }
                try alice.removeDirectory(name)
            }
        }
        try world.expectEmpty()
    }

    @Test("of many exclusive creates of one name one succeeds, at both doors")
    func exclusive() async throws {
        let world = try World()
        for round in 0..<100 {
            let wins = await withTaskGroup(of: Int.self) { group in
                for thread in 0..<4 as Range<UInt32> {
                    group.addTask {
                        if thread % 2 == 0 {
                            guard let open = try? world.alice.create("f\(round)", exclusive: true) else { return 0 }
                            world.alice.close(open)
                        } else {
                            let smb = world.windows(uid: 1000)
                            guard let result = try? smb.smbOpen("F\(round)", .all, .create) else { return 0 }
                            smb.close(result.open)
                        }
                        return 1
                    }
                }
                return await group.reduce(0, +)
            }
            // POSIX tells f from F: one of each at most, one at least.
            #expect((1...2).contains(wins))
            #expect(try world.alice.list("").count { $0.lowercased() == "f\(round)" } == wins)
        }
    }

    @Test("a reader beside a writer sees one size or the other, and no byte that nobody wrote")
    func readersAndWriters() async throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [UInt8](repeating: 1, count: 50_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for value in 1...2 as ClosedRange<UInt8> {
                group.addTask {
                    let open = try alice.open("f", .write)
                    defer { alice.close(open) }
                    for _ in 0..<100 { try alice.write(open, [UInt8](repeating: value, count: 50_000)) }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    let open = try alice.open("f", .read)
                    defer { alice.close(open) }
                    for _ in 0..<100 {
                        let bytes = try alice.read(open, count: 60_000)
                        // A write is one: no reader sees half of it.
                        #expect(Set(bytes).count == 1)
                        #expect(bytes.count == 50_000)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
