import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import StoreDoubles
import Testing

@Suite("Sparse files and clones — [MS-FSA] 2.1.5.10")
struct SparseTests {
    private let bytes = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) }

    @Test("the mark is a DOS attribute that nothing else sets or takes away")
    func mark() throws {
        let world = try World()
        let alice = world.alice
        let open = try alice.create("f")
        let before = try alice.stat("f")
        try world.fileSystem.setSparse(true, open, alice.context()).get()
        let after = try alice.stat("f")
        #expect(after.dosAttributes.contains(.sparse) && after.changeTime > before.changeTime)
        #expect(
            after.changeNumber > before.changeNumber && after.modificationTime == before.modificationTime)
        #expect(
            try alice.set("f") { $0.dosAttributes = [.hidden] }.dosAttributes == [.hidden, .sparse])
        try world.fileSystem.setSparse(false, open, alice.context()).get()
        #expect(try alice.stat("f").dosAttributes == .hidden)
        alice.close(open)
        try alice.makeDirectory("d")
        let directory = try alice.open("d", .read)
        #expect(throws: FileSystemError.invalidArgument) {
            try world.fileSystem.setSparse(true, directory, alice.context())
        }
    }

    @Test("zeros keep their space in a file that is not sparse, and give it back in one that is")
    func zeros() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("f", bytes)
        let open = try alice.open("f", [.read, .write])
        let core = world.fileSystem
        func zero(_ offset: UInt64, _ count: UInt64) throws {
            try core.allocate(open, at: offset, count: count, mode: .zeroData, alice.context()).get()
        }
        try zero(4096, 8192)
        #expect(try alice.stat("f").allocatedSize == 65_536)
        try core.setSparse(true, open, alice.context()).get()
        try zero(4096, 8192)
        #expect(try alice.stat("f").allocatedSize == 65_536 - 8192)
        // What is a hole already stays one when the mark is gone.
        try core.setSparse(false, open, alice.context()).get()
        try zero(0, 16_384)
        #expect(try alice.stat("f").allocatedSize == 65_536 - 8192)
        try zero(60_000, 1 << 40)
        #expect(try alice.stat("f").size == 65_536)
        var expected = bytes
        for index in (0..<16_384).lazy.map({ $0 }) + Array(60_000..<65_536) { expected[index] = 0 }
        #expect(try alice.read(open) == expected)
        alice.close(open)
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("a lock of another's stops zeros, and does not stop a clone")
    func locks() throws {
        let world = try World()
        let alice = world.windows(uid: 1000)
        let core = world.fileSystem
        let open = try alice.smbOpen("f", [.readData, .writeData], .openIf).open
        try alice.write(open, bytes)
        let other = try alice.smbOpen("f", [.readData, .writeData]).open
        try core.lock(
            other, RangeLock(first: 0, last: 99, isExclusive: true, owner: .windows(other.id)),
            mayWait: false,
            alice.context()
        ).get()
        #expect(throws: FileSystemError.rangeLocked) {
            try core.allocate(open, at: 50, count: 1, mode: .zeroData, alice.context())
        }
        try core.allocate(open, at: 100, count: 1, mode: .zeroData, alice.context()).get()
        #expect(
            try core.clone(from: open, at: 4096, to: open, at: 0, count: 4096, alice.context()).get()
                == CloneResult(count: 4096))
    }

    @Test("a clone has the source's bytes and holes, whatever lay there before")
    func clones() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("b", bytes + bytes)
        let source = try alice.create("a")
        for offset in [UInt64(8192), 40_000, 3_000_000] {
            try alice.write(source, Array(bytes[..<4096]), at: offset)
        }
        let target = try alice.open("b", [.read, .write])
        let core = world.fileSystem
        #expect(
            try core.clone(from: source, at: 4096, to: target, at: 0, count: 65_536, alice.context())
                .get() == CloneResult(count: 65_536))
        let expected = try alice.read(source, at: 4096, count: 65_536)
        #expect(try alice.read(target, at: 0, count: 131_072) == expected + bytes)
        #expect(try core.seek(target, from: 0, to: .data, alice.context()).get() == 4096)
        #expect(try core.seek(target, from: 4096, to: .hole, alice.context()).get() == 8192)
        // More than one piece, past the target's end.
        let whole = try core.clone(
            from: source, at: 0, to: target, at: 0, count: 3_004_096, alice.context()
        ).get()
        #expect(whole == CloneResult(count: 3_004_096))
        #expect(try alice.read(target, count: 4 << 20) == alice.read(source, count: 4 << 20))
        #expect(try alice.stat("b").allocatedSize == alice.stat("a").allocatedSize)
        #expect(throws: FileSystemError.invalidArgument) {
            try core.clone(from: target, at: 0, to: target, at: 10, count: 11, alice.context())
        }
        #expect(throws: FileSystemError.fileTooLarge) {
            try core.clone(from: source, at: 0, to: target, at: .max, count: 2, alice.context())
        }
        for open in [source, target] { alice.close(open) }
        for name in ["a", "b"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a clone that fails in the middle keeps what is there, and says how far it came")
    func partialClone() throws {
        let world = try World(maximumBytes: 256 << 10)
        let alice = world.alice
        let (source, target) = (try alice.create("a"), try alice.create("b"))
        try alice.write(source, bytes, at: 0)
        try alice.write(source, bytes, at: 262_144)
        try alice.put("filler", bytes)
        let outcome = try world.fileSystem.clone(from: source, at: 0, to: target, at: 0, count: 327_680, alice.context())
        #expect(try outcome.get() == CloneResult(count: 262_144, failure: .noSpace))
        #expect(try alice.stat("b").size == 262_144)
        #expect(try alice.stat("b").allocatedSize == 65_536)
        try alice.set("b") { $0.size = 327_680 }
        #expect(try alice.read(target) == bytes + [UInt8](repeating: 0, count: 262_144))
        // Nothing of it is there when the first bytes fail already.
        try alice.set("b") { $0.size = 0 }
        try alice.put("filler", bytes + bytes)
        #expect(throws: FileSystemError.noSpace) {
            try world.fileSystem.clone(from: source, at: 0, to: target, at: 0, count: 327_680, alice.context())
        }
        #expect(try alice.stat("b").size == 0)
        for open in [source, target] { alice.close(open) }
        for name in ["a", "b", "filler"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a large clone writes no byte that lies in a whole chunk of both files")
    func sharedClone() throws {
        let world = try World()
        let alice = world.alice
        let (source, target) = (try alice.create("a"), try alice.create("b"))
        for offset in 0..<40 as Range<UInt64> { try alice.write(source, bytes, at: offset << 16) }
        try alice.write(source, [1, 2, 3], at: 40 << 16)
        let before = world.content.bytesWritten
        let count: UInt64 = 40 << 16 + 3
        #expect(try world.fileSystem.clone(from: source, at: 0, to: target, at: 0, count: count, alice.context()).get().count == count)
        #expect(world.content.bytesWritten - before == 3)
        try alice.write(source, [9], at: 5)
        try alice.write(target, [8], at: 1 << 20)
        #expect(try alice.read(target, count: 10) == Array(bytes[..<10]))
        #expect(try alice.read(source, at: 1 << 20, count: 10) == Array(bytes[..<10]))
        #expect(try alice.read(target, at: 40 << 16) == [1, 2, 3])
        for open in [source, target] { alice.close(open) }
        for name in ["a", "b"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a clone that cannot be committed leaves nothing past the end")
    func failedClone() throws {
        let world = try World()
        let alice = world.alice
        try alice.put("a", bytes)
        try alice.put("b", [UInt8](repeating: 0xAA, count: 5000))
        let (source, target) = (try alice.open("a", .read), try alice.open("b", [.read, .write]))
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) {
            try world.fileSystem.clone(from: source, at: 0, to: target, at: 4096, count: 65_536, alice.context())
        }
        #expect(try alice.stat("b").size == 5000)
        try alice.set("b") { $0.size = 131_072 }
        #expect(try alice.read(target, at: 5000).allSatisfy { $0 == 0 })
        for open in [source, target] { alice.close(open) }
        for name in ["a", "b"] { try alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("a hole is cloned in one step, however long it is", .timeLimit(.minutes(1)))
    func clonesHoles() throws {
        let world = try World()
        let alice = world.alice
        let size: UInt64 = 1 << 61
        let (source, target) = (try alice.create("a"), try alice.create("b"))
        try alice.set("a") { $0.size = size }
        try alice.write(source, bytes, at: 5 << 40)
        try alice.write(target, bytes, at: 7 << 40)
        #expect(try world.fileSystem.clone(from: source, at: 0, to: target, at: 0, count: size, alice.context()).get().count == size)
        #expect(try alice.stat("b").size == size)
        #expect(try alice.read(target, at: 5 << 40, count: bytes.count) == bytes)
        #expect(try alice.stat("b").allocatedSize == alice.stat("a").allocatedSize)
        for open in [source, target] { alice.close(open) }
    }

    @Test("extents are counted, and end with the file")
    func extents() throws {
        let world = try World()
        let alice = world.alice
        let open = try alice.create("f")
        try world.fileSystem.setSparse(true, open, alice.context()).get()
        for part in 0..<10 { try alice.write(open, [1], at: UInt64(part) << 16) }
        func extents(_ range: Range<UInt64>, _ limit: Int) throws -> [Range<UInt64>] {
            try world.fileSystem.extents(open, range, limit: limit, alice.context()).get()
        }
        #expect(try extents(0..<(1 << 40), 100).count == 10)
        #expect(try extents(0..<(1 << 40), 3).count == 3)
        #expect(try extents(9 << 16..<(1 << 40), 9) == [9 << 16..<9 << 16 + 1])
        #expect(try extents(5..<5, 9).isEmpty)
        #expect(try extents(0..<(1 << 40), 0).isEmpty)
    }
}
