import AccessControl
import FileSystemCore
import FileSystemModel
import MetadataStore
import StoreDoubles
import Testing

@Suite("Bytes: read(2), write(2), truncate(2), fallocate(2), lseek(2), copy_file_range(2)")
struct ContentTests {
    @Test("reading ends at the end of the file")
    func end() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [1, 2, 3, 4, 5])
        let open = try alice.open("f", .read)
        #expect(try alice.read(open, at: 0, count: 3) == [1, 2, 3])
        #expect(try alice.read(open, at: 3, count: 10) == [4, 5])
        #expect(try alice.read(open, at: 5, count: 10) == [])
        #expect(try alice.read(open, at: .max, count: 10) == [])
        #expect(try alice.read(open, at: 2, count: 0) == [])
        alice.close(open)
    }

    @Test("writing past the end leaves a hole that reads as zeros and costs nothing")
    func hole() throws {
        let world = try World()
        let alice = world.alice
        let open = try alice.create("f")
        try alice.write(open, [7], at: 1 << 30)
        let attributes = try alice.stat("f")
        #expect(attributes.size == 1 << 30 + 1)
        #expect(attributes.allocatedSize == 4096)
        #expect(try alice.read(open, at: 1 << 30 - 3, count: 10) == [0, 0, 0, 7])
        #expect(try world.fileSystem.seek(open, from: 0, to: .data, alice.context()).get() == 1 << 30)
        #expect(try world.fileSystem.seek(open, from: 0, to: .hole, alice.context()).get() == 0)
        #expect(try world.fileSystem.seek(open, from: 1 << 30, to: .hole, alice.context()).get() == 1 << 30 + 1)
        #expect(throws: FileSystemError.noMoreData) { try world.fileSystem.seek(open, from: 1 << 30 + 1, to: .data, alice.context()) }
        #expect(throws: FileSystemError.noMoreData) { try world.fileSystem.seek(open, from: 1 << 30 + 1, to: .hole, alice.context()) }
        alice.close(open)
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("what was cut off does not come back", arguments: [0, 1, 4095, 4096, 5000])
    func truncate(size: UInt64) throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [UInt8](repeating: 0xAA, count: 10_000))
        #expect(try alice.set("f") { $0.size = size }.size == size)
        #expect(try alice.contents("f").count == Int(size))
        try alice.set("f") { $0.size = 10_000 }
        let bytes = try alice.contents("f")
        #expect(bytes.count == 10_000)
        #expect(bytes.prefix(Int(size)).allSatisfy { $0 == 0xAA })
        #expect(bytes.dropFirst(Int(size)).allSatisfy { $0 == 0 })
    }

    /// `start` is inside, at the end and past the end of a file of 5000 bytes.
    @Test("what a failed write has left past the end does not show when the file grows", arguments: [4999, 5000, 9000])
    func failedWrite(start: UInt64) throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [UInt8](repeating: 0xAA, count: 5000))
        let open = try alice.open("f", [.read, .write])
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) { try alice.write(open, [UInt8](repeating: 0xBB, count: 9000), at: start) }
        #expect(try alice.stat("f").size == 5000)
        try alice.set("f") { $0.size = 20_000 }
        let bytes = try alice.read(open)
        #expect(bytes.prefix(Int(min(start, 5000))).allSatisfy { $0 == 0xAA })
        #expect(bytes.count == 20_000 && bytes.dropFirst(5000).allSatisfy { $0 == 0 })
        alice.close(open)
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("O_TRUNC empties, through open and through create")
    func openTruncates() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [1, 2, 3])
        let before = try alice.stat("f")
        alice.close(try alice.open("f", .write, truncate: true))
        let after = try alice.stat("f")
        #expect(after.size == 0)
        #expect(after.modificationTime > before.modificationTime)
        try alice.put("f", [1, 2, 3, 4])
        try alice.put("f", [5])
        #expect(try alice.contents("f") == [5])
        #expect(try alice.inode("f") == before.inode)
    }

    @Test("O_APPEND writes at the true end, whatever offset it is given")
    func append() throws {
        let world = try World()
        let (alice, bob) = (world.alice, world.bob)
        try alice.put("f", [1, 2], mode: 0o666)
        let one = try alice.open("f", .write, append: true)
        let two = try bob.open("f", [.read, .write], append: true)
        try alice.write(one, [3], at: 0)
        try bob.write(two, [4, 5], at: 1)
        try alice.write(one, [6], at: nil)
        #expect(try bob.read(two) == [1, 2, 3, 4, 5, 6])
        alice.close(one)
        bob.close(two)
    }

    @Test("threads that append lose no line")
    func concurrentAppends() async throws {
        let world = try World()
        try world.alice.put("log", [], mode: 0o666)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<6 as Range<UInt8> {
                group.addTask {
                    let caller = writer % 2 == 0 ? world.alice : world.windows(uid: 1000)
                    let open =
                        writer % 2 == 0 ? try caller.open("log", .write, append: true) : try caller.smbOpen("log", .appendData).open
                    for _ in 0..<300 { try caller.write(open, [UInt8](repeating: writer, count: 10), at: 0) }
                    caller.close(open)
                }
            }
            try await group.waitForAll()
        }
        let bytes = try world.alice.contents("log")
        #expect(bytes.count == 18_000)
        for writer in 0..<6 as Range<UInt8> { #expect(bytes.count { $0 == writer } == 3000) }
        // Each line is whole.
        for start in stride(from: 0, to: bytes.count, by: 10) {
            if Set(bytes[start..<start + 10]).count != 1 { Issue.record("torn at \(start)") }
        }
    }

    @Test("nothing is written beyond the largest offset")
    func tooLarge() throws {
        let world = try World()
        let open = try world.alice.create("f")
        let end = UInt64(Int64.max)
        #expect(throws: FileSystemError.fileTooLarge) { try world.alice.write(open, [1], at: end) }
        #expect(throws: FileSystemError.fileTooLarge) { try world.alice.write(open, [1], at: .max) }
        try world.alice.write(open, [1], at: end - 1)
        #expect(try world.alice.stat("f").size == end)
        #expect(throws: FileSystemError.fileTooLarge) {
            try world.fileSystem.allocate(open, at: end, count: 1, mode: .reserve(keepingSize: true), world.alice.context())
        }
        world.alice.close(open)
    }

    @Test("a full disk refuses a write whole, and recovers")
    func diskFull() throws {
        let world = try World(maximumBytes: 1 << 20)
        let alice = world.alice
        let open = try alice.create("f")
        try alice.write(open, [UInt8](repeating: 1, count: 1 << 20 - 4096))
        #expect(throws: FileSystemError.noSpace) {
            try alice.write(open, [UInt8](repeating: 2, count: 8192), at: 1 << 20 - 4096)
        }
        #expect(try alice.stat("f").size == 1 << 20 - 4096)
        #expect(throws: FileSystemError.noSpace) { try alice.put("g", [UInt8](repeating: 3, count: 5000)) }
        #expect(try alice.stat("g").size == 0)
        #expect(throws: FileSystemError.noSpace) {
            try world.fileSystem.allocate(open, at: 0, count: 2 << 20, mode: .reserve(keepingSize: false), alice.context())
        }
        #expect(try alice.stat("f").size == 1 << 20 - 4096)
        let statistics = try world.fileSystem.statistics(alice.context()).get()
        #expect((statistics.totalBytes, statistics.freeBytes, statistics.blockSize) == (1 << 20, 4096, 4096))
        try alice.write(open, [9], at: 5)
        try alice.set("f") { $0.size = 0 }
        try alice.put("g", [UInt8](repeating: 3, count: 5000))
        alice.close(open)
        try alice.unlink("f")
        try alice.unlink("g")
        try world.expectEmpty()
    }

    @Test("fallocate: reserve, punch, zero")
    func allocate() throws {
        let world = try World()
        let alice = world.alice
        let open = try alice.create("f")
        func allocate(_ mode: AllocationMode, _ offset: UInt64, _ count: UInt64) throws {
            try world.fileSystem.allocate(open, at: offset, count: count, mode: mode, alice.context()).get()
        }
        try allocate(.reserve(keepingSize: true), 0, 100_000)
        #expect(try alice.stat("f").size == 0)
        #expect(try alice.stat("f").allocatedSize == 102_400)
        try allocate(.reserve(keepingSize: false), 0, 100_000)
        #expect(try alice.stat("f").size == 100_000)
        #expect(try alice.read(open).allSatisfy { $0 == 0 })
        try alice.write(open, [UInt8](repeating: 7, count: 100_000))
        try allocate(.punchHole, 5000, 20_000)
        #expect(try alice.stat("f").size == 100_000)
        #expect(try alice.stat("f").allocatedSize == 102_400 - 16_384)
        try allocate(.zeroRange(keepingSize: false), 90_000, 20_000)
        #expect(try alice.stat("f").size == 110_000)
        var expected = [UInt8](repeating: 7, count: 110_000)
        for index in 5000..<25_000 { expected[index] = 0 }
        for index in 90_000..<110_000 { expected[index] = 0 }
        #expect(try alice.read(open) == expected)
        #expect(
            try world.fileSystem.extents(open, 0..<200_000, limit: 9, alice.context()).get() == [0..<110_000])
        _ = try world.fileSystem.setSparse(true, open, alice.context())
        #expect(
            try world.fileSystem.extents(open, 0..<200_000, limit: 9, alice.context()).get()
                == [0..<8192, 24_576..<110_000])
        #expect(throws: FileSystemError.invalidArgument) { try allocate(.punchHole, 5, 0) }
        alice.close(open)
    }

    @Test("copy_file_range, from file to file and within one")
    func copy() throws {
        let world = try World()
        let alice = world.alice
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try alice.put("a", bytes)
        let source = try alice.open("a", [.read, .write])
        let target = try alice.create("b")
        let core = world.fileSystem
        #expect(
            try core.copyRange(from: source, at: 10, to: target, at: 5, count: .max >> 2, alice.context()).get() == 2_999_990)
        #expect(try alice.read(target, count: 4_000_000) == [0, 0, 0, 0, 0] + bytes[10...])
        #expect(throws: FileSystemError.invalidArgument) {
            try core.copyRange(from: source, at: 0, to: source, at: 100, count: 101, alice.context())
        }
        #expect(try core.copyRange(from: source, at: 0, to: source, at: 100, count: 100, alice.context()).get() == 100)
        #expect(try alice.read(source, at: 100, count: 100) == Array(bytes[..<100]))
        // Whole chunks are shared: no byte of them is written.
        let before = world.content.bytesWritten
        #expect(try core.copyRange(from: source, at: 65_536, to: target, at: 0, count: 1 << 20, alice.context()).get() == 1 << 20)
        #expect(try alice.read(target, count: 1 << 20) == alice.read(source, at: 65_536, count: 1 << 20))
        #expect(world.content.bytesWritten == before)
        #expect(try core.copyRange(from: source, at: 5_000_000, to: target, at: 0, count: 1, alice.context()).get() == 0)
        let appending = try alice.open("b", .write, append: true)
        #expect(throws: FileSystemError.badHandle) {
            try core.copyRange(from: source, at: 0, to: appending, at: 0, count: 1, alice.context())
        }
        for open in [source, target, appending] { alice.close(open) }
    }

    @Test("of a copy that the disk has no room for, what was shared before is told, and is a write like any other")
    func copyUntilFull() throws {
        let world = try World(maximumBytes: 256 << 10)
        let alice = world.alice
        let bytes = (0..<128 << 10).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) }
        try alice.put("a", bytes)
        try alice.put("c", [UInt8](repeating: 3, count: 60 << 10))
        let source = try alice.open("a", .read)
        let target = try alice.create("b", [.read, .write])
        try alice.write(target, [UInt8](repeating: 2, count: 4096), at: 64 << 10)
        let before = try alice.stat("b")
        func copy(at offset: UInt64) throws -> UInt64 {
            try world.fileSystem.copyRange(
                from: source, at: offset, to: target, at: offset, count: 128 << 10, alice.context()
            ).get()
        }
        #expect(try copy(at: 0) == 65_536)
        let after = try alice.stat("b")
        #expect((after.size, after.allocatedSize) == (68 << 10, 68 << 10))
        #expect(after.modificationTime > before.modificationTime && after.changeNumber > before.changeNumber)
        #expect(try alice.read(target) == bytes[..<65_536] + [UInt8](repeating: 2, count: 4096))
        #expect(throws: FileSystemError.noSpace) { try copy(at: 65_536) }
        #expect(try alice.stat("b").changeNumber == after.changeNumber)
        // With room there is nothing left of the first attempt.
        try alice.unlink("c")
        #expect(try copy(at: 65_536) == 65_536)
        #expect(try alice.read(target) == bytes)
        for open in [source, target] { alice.close(open) }
        for name in ["a", "b"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a file that was unlinked lives until its last open closes")
    func orphan() throws {
        let world = try World()
        let (alice, bob) = (world.alice, world.bob)
        let one = try alice.create("f", mode: 0o666)
        try alice.write(one, [1, 2, 3])
        let two = try bob.open("f", [.read, .write])
        try alice.unlink("f")
        #expect(try world.fileSystem.attributes(one, alice.context()).get().linkCount == 0)
        #expect(try world.metadata.orphans() == [one.inode])
        try alice.write(one, [9], at: 3)
        alice.close(one)
        #expect(try bob.read(two) == [1, 2, 3, 9])
        // Its name is free.
        try alice.put("f", [5])
        #expect(try bob.read(two) == [1, 2, 3, 9])
        bob.close(two)
        #expect(throws: FileSystemError.stale) { try world.fileSystem.attributes(of: two.inode, alice.context()) }
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("what was replaced by a rename lives on in its opens")
    func replacedOrphan() throws {
        let world = try World()
        let alice = world.alice
        let old = try alice.create("old")
        try alice.write(old, [1])
        try alice.put("new", [2])
        try alice.rename("new", "old")
        #expect(try alice.read(old) == [1])
        #expect(try alice.contents("old") == [2])
        alice.close(old)
        try alice.unlink("old")
        try world.expectEmpty()
    }

    @Test("a pinned inode answers stat after its last name, and goes with the pin")
    func pins() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [1, 2, 3])
        let inode = try alice.inode("f")
        world.fileSystem.pin(inode)
        world.fileSystem.pin(inode)
        try alice.unlink("f")
        #expect(try world.fileSystem.attributes(of: inode, alice.context()).get().linkCount == 0)
        #expect(try world.free == 64 << 20)
        #expect(throws: FileSystemError.stale) { try world.fileSystem.open(inode, PosixOpenRequest(access: .read), alice.context()) }
        world.fileSystem.unpin(inode, count: 1)
        _ = try world.fileSystem.attributes(of: inode, alice.context())
        world.fileSystem.unpin(inode, count: 1)
        #expect(throws: FileSystemError.stale) { try world.fileSystem.attributes(of: inode, alice.context()) }
        try world.expectEmpty()
    }

    @Test("writes move times and the archive bit; reads the access time, as relatime has it")
    func times() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", [1])
        let written = try alice.stat("f")
        #expect(written.dosAttributes.contains(.archive))
        _ = try alice.contents("f")
        let read = try alice.stat("f")
        #expect(read.accessTime > written.modificationTime)
        #expect(read.modificationTime == written.modificationTime)
        _ = try alice.contents("f")
        #expect(try alice.stat("f").accessTime == read.accessTime)
        world.clock.advance(milliseconds: 86_401_000)
        _ = try alice.contents("f")
        #expect(try alice.stat("f").accessTime > read.accessTime)
        let open = try alice.open("f", .write)
        try alice.write(open, [2])
        try alice.write(open, [])
        alice.close(open)
        let rewritten = try alice.stat("f")
        #expect(rewritten.modificationTime > read.modificationTime)
        #expect(rewritten.changeTime == rewritten.modificationTime)
        #expect(rewritten.changeNumber > read.changeNumber)
    }

    @Test("closing twice is closing once")
    func closeTwice() throws {
        let world = try World()
        let open = try world.alice.create("f")
        let other = try world.alice.open("f", .read)
        world.alice.close(open)
        world.alice.close(open)
        #expect(world.fileSystem.openCount == 1)
        try world.alice.unlink("f")
        #expect(try world.inodeCount == 2)
        world.alice.close(other)
        try world.expectEmpty()
    }
}
