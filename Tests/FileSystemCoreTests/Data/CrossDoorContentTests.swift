import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("Bytes at their limits")
struct CrossDoorContentTests {
    @Test("copying all there is, asked for as more than there could be")
    func copyAll() throws {
        let world = try World()
        let posix = world.root
        try posix.put("a", [1, 2, 3, 4])
        let source = try posix.open("a", .read)
        let target = try posix.create("b", [.read, .write])
        func copy(_ from: UInt64, _ to: UInt64, _ count: UInt64) throws -> UInt64 {
            try world.fileSystem.copyRange(from: source, at: from, to: target, at: to, count: count, posix.context()).get()
        }
        #expect(try copy(0, 0, .max) == 4)
        #expect(try copy(3, 4, UInt64(Int64.max)) == 1)
        #expect(try copy(4, 0, 10) == 0)
        #expect(try copy(.max, 0, .max) == 0)
        #expect(throws: FileSystemError.fileTooLarge) { try copy(0, UInt64(Int64.max) - 1, 4) }
        #expect(try posix.contents("b") == [1, 2, 3, 4, 4])
        posix.close(source)
        posix.close(target)
    }

    @Test("a copy that meets a full disk says how much it copied")
    func copyPart() throws {
        let world = try World(maximumBytes: 5 << 20)
        let posix = world.root
        try posix.put("a", [UInt8](repeating: 1, count: 3 << 20))
        let source = try posix.open("a", .read)
        let target = try posix.create("b", [.read, .write])
        let copied = try world.fileSystem.copyRange(
            from: source, at: 0, to: target, at: 0, count: 3 << 20, posix.context()
        ).get()
        #expect(copied == 2 << 20)
        #expect(try posix.stat("b").size == 2 << 20)
        posix.close(source)
        posix.close(target)
        try posix.unlink("a")
        try posix.unlink("b")
        try world.expectEmpty()
    }

    /// What others do between a WRITE over SMB and the word that the file was written.
    enum Meanwhile: String, CaseIterable, CustomTestStringConvertible {
        case nothing, chmod, clearArchive, utimes, write, freeze, thisVeryCall
        var testDescription: String { rawValue }
    }

    @Test("to say of a file that it was written moves its times, unless they have moved", arguments: Meanwhile.allCases)
    func noteWritten(_ meanwhile: Meanwhile) throws {
        let world = try World()
        let alice = world.alice
        let windows = world.windows(uid: 1000)
        try alice.put("f", [1])
        let open = try windows.smbOpen("f", [.writeData, .writeAttributes]).open
        try windows.write(open, [2])
        let last = try alice.stat("f").modificationTime
        func say() throws { try world.fileSystem.noteWritten(open, since: last, windows.context()).get() }
        switch meanwhile {
        case .nothing: break
        case .chmod: try alice.chmod("f", 0o6755)
        case .clearArchive: try alice.set("f") { $0.dosAttributes = [] }
        case .utimes: try alice.set("f") { $0.modificationTime = .set(Timestamp(seconds: 5, nanoseconds: 0)) }
        case .write:
            let other = try alice.open("f", .write)
            try alice.write(other, [3])
            alice.close(other)
        case .freeze: try windows.set("f", via: open) { $0.freeze = .modification }
        case .thisVeryCall: try say()
        }
        var expected = try alice.stat("f")
        try say()
        let after = try alice.stat("f")
        if [.nothing, .chmod, .clearArchive].contains(meanwhile) {
            #expect(after.modificationTime > expected.changeTime)
            (expected.modificationTime, expected.changeTime) = (after.modificationTime, after.modificationTime)
            expected.changeNumber += 1
        }
        #expect(after == expected)
        windows.close(open)
    }

    @Test("only who may write says of a file that it was written")
    func noteWrittenByReader() throws {
        let world = try World()
        let windows = world.windows(uid: 1000)
        try world.alice.put("f", [1])
        let before = try world.alice.stat("f")
        let open = try windows.smbOpen("f", [.readData, .writeAttributes]).open
        #expect(throws: FileSystemError.accessDenied) {
            try world.fileSystem.noteWritten(open, since: before.modificationTime, windows.context()).get()
        }
        #expect(try world.alice.stat("f") == before)
        windows.close(open)
    }

    @Test("zeroing a range of a full disk refuses whole, or zeroes whole")
    func zeroRange() throws {
        let world = try World(maximumBytes: 1 << 20)
        let posix = world.root
        let open = try posix.create("f")
        try posix.write(open, [UInt8](repeating: 7, count: 1 << 20))
        func zero(_ offset: UInt64, _ count: UInt64) throws {
            try world.fileSystem.allocate(
                open, at: offset, count: count, mode: .zeroRange(keepingSize: false), posix.context()
            ).get()
        }
        #expect(throws: FileSystemError.noSpace) { try zero(4096, 1 << 20) }
        #expect(try posix.read(open, at: 4096, count: 1) == [7])
        try zero(4096, 4096)
        #expect(try posix.read(open, at: 4095, count: 2) == [7, 0])
        #expect(try world.free == 0)
        posix.close(open)
        try posix.unlink("f")
        try world.expectEmpty()
    }

    @Test("what was reserved beyond the end goes with a truncation to the same size")
    func reservedTail() throws {
        let world = try World()
        let posix = world.root
        let open = try posix.create("f")
        try posix.write(open, [1])
        try world.fileSystem.allocate(
            open, at: 0, count: 1 << 20, mode: .reserve(keepingSize: true), posix.context()
        ).get()
        #expect(try posix.stat("f").allocatedSize == 1 << 20)
        #expect(try posix.set("f", via: open) { $0.size = 1 }.allocatedSize == 4096)
        posix.close(open)
    }

    @Test("an attribute can be replaced however near the limit the file is")
    func attributesAtLimit() throws {
        let world = try World()
        let posix = world.root
        let inode = try posix.make("f").inode
        func set(_ name: String, _ count: Int) throws {
            try world.fileSystem.setExtendedAttribute(
                Array(name.utf8), to: [UInt8](repeating: 1, count: count), mode: .either, of: inode, posix.context()
            ).get()
        }
        for index in 10..<25 { try set("user.a\(index)", 65_536) }
        let names = 16 * "user.a10".utf8.count
        try set("user.a25", 65_536 - names)
        try set("user.a25", 65_536 - names)
        try set("user.a10", 65_536)
        #expect(throws: FileSystemError.noSpace) { try set("user.a25", 65_537 - names) }
        #expect(throws: FileSystemError.attributeTooLarge) { try set("user.a10", 65_537) }
        try posix.unlink("f")
        try world.expectEmpty()
    }

    @Test("a link's target is no longer than a path")
    func linkTargets() throws {
        let world = try World()
        #expect(throws: FileSystemError.nameTooLong) {
            try world.root.make("l", .symbolicLink, target: String(repeating: "x", count: 4096))
        }
        #expect(try world.root.make("l", .symbolicLink, target: String(repeating: "x", count: 4095)).size == 4095)
    }

    @Test("read-only comes before rights, as on Linux")
    func readOnly() throws {
        let world = try World(isReadOnly: true, rootMode: 0o755)
        let alice = world.alice
        #expect(throws: FileSystemError.readOnly) { try alice.fileSystem.unlink(FileName("x"), in: .root, alice.context()).get() }
        #expect(throws: FileSystemError.readOnly) { try alice.rename("x", "y") }
        #expect(throws: FileSystemError.readOnly) { try alice.make("x") }
        #expect(throws: FileSystemError.readOnly) { try alice.chmod("/", 0o777) }
    }
}
