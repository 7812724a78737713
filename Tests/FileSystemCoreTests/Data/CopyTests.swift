import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import StoreDoubles
import Testing

@Suite("Server-side copies, chunk by chunk — [MS-SMB2] 3.3.5.15.6")
struct CopyTests {
    private let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3 | 1) }
    private let world: World
    private let smb: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        try world.alice.put("a", bytes)
        try world.alice.put("b", [UInt8](repeating: 0xAA, count: 5000))
    }

    private func copy(
        _ count: Int, from source: Open, skipping sourceOffset: UInt64 = 0, to target: Open, at targetOffset: UInt64 = 0
    ) throws -> Int {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { buffer.deallocate() }
        return try world.fileSystem.copyChunk(
            buffer, from: CopyOrigin(fileSystem: world.fileSystem, open: source, context: smb.context()), at: sourceOffset,
            to: target, at: targetOffset, smb.context()
        ).get()
    }

    private func openBoth() throws -> (source: Open, target: Open) {
        (try smb.smbOpen("a").open, try smb.smbOpen("b", [.readData, .writeData]).open)
    }

    @Test("whole chunks are shared, the rest is written; what becomes of the one is not seen in the other")
    func shares() throws {
        let (source, target) = try openBoth()
        let before = world.content.bytesWritten
        #expect(try copy(bytes.count, from: source, to: target) == bytes.count)
        #expect(world.content.bytesWritten - before == bytes.count % 65_536)
        #expect(try smb.read(target) == bytes)
        try smb.write(target, [7, 7], at: 70_000)
        #expect(try smb.read(source) == bytes)
        // At another place in its chunk nothing can be shared.
        #expect(try copy(bytes.count, from: source, to: target, at: 10) == bytes.count)
        #expect(try smb.read(target) == bytes[..<10] + bytes)
        for open in [source, target] { smb.close(open) }
        for name in ["a", "b"] { try world.alice.unlink(name) }
        try world.expectEmpty()
    }

    @Test("it is refused as a read and a write are, and leaves the target as it was")
    func refusals() throws {
        let (source, target) = try openBoth()
        let old = try smb.read(target)
        let attributesOnly = try smb.smbOpen("b", .readAttributes).open
        #expect(throws: FileSystemError.accessDenied) { try copy(65_536, from: source, to: source) }
        #expect(throws: FileSystemError.accessDenied) { try copy(65_536, from: attributesOnly, to: target) }
        #expect(throws: FileSystemError.noMoreData) { try copy(65_536, from: source, skipping: 196_608, to: target) }
        #expect(throws: FileSystemError.fileTooLarge) {
            try copy(65_536, from: source, to: target, at: UInt64(Int64.max) - 10)
        }
        for (inode, offset) in [(source.inode, UInt64(65_535)), (target.inode, 3)] {
            let holder = try smb.smbOpen(inode == source.inode ? "a" : "b").open
            let lock = RangeLock(first: offset, last: offset, isExclusive: true, owner: .windows(holder.id))
            try world.fileSystem.lock(holder, lock, mayWait: false, smb.context()).get()
            #expect(throws: FileSystemError.rangeLocked) { try copy(65_536, from: source, to: target) }
            smb.close(holder)
        }
        #expect(try smb.read(target) == old)
        for open in [source, target, attributesOnly] { smb.close(open) }
    }

    @Test("a copy that cannot be committed leaves nothing past the end", arguments: [65_536, 70_000])
    func failure(count: Int) throws {
        let (source, target) = try openBoth()
        world.metadata.failNextBatch(.io)
        #expect(throws: FileSystemError.io) { try copy(count, from: source, to: target) }
        #expect(try world.alice.stat("b").size == 5000)
        try world.alice.set("b") { $0.size = 131_072 }
        #expect(try smb.read(target, at: 5000).allSatisfy { $0 == 0 })
        for open in [source, target] { smb.close(open) }
    }
}
