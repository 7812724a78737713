package import FileSystemModel
import Synchronization

/// Bytes in memory, bounded, for shares that end with their process.
///
/// Locks: a shard's table (held for one look-up, never across a copy), then one content's. Two files share a table's lock for some
/// tens of nanoseconds at most, and nothing else. Contents that share chunks share no lock: a shared chunk is only read, and who
/// writes to one has a copy of his own first.
package final class MemoryContentStore: ContentStore {
    private typealias Content = ReadWriteLocked<SparseContent>

    private final class Shard: Sendable {
        let contents = Mutex<[ContentID: Content]>([:])
    }

    private static let shardCount = 64
    private let shards: [Shard]
    private let spent: SpaceBudget
    private let held: SpaceBudget

    /// - Parameter maximumBytes: What all contents together may cost, in whole pages of 4096 bytes. The memory held for them stays
    ///   below twice that.
    package init(maximumBytes: UInt64) {
        shards = (0..<Self.shardCount).map { _ in Shard() }
        let whole = maximumBytes & ~UInt64(Page.size - 1)
        spent = SpaceBudget(maximum: whole)
        held = SpaceBudget(maximum: whole.multipliedReportingOverflow(by: 2).overflow ? .max : whole * 2)
    }

    package var isBlocking: Bool { false }

    package func read(
        _ id: ContentID, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) {
        guard !buffer.isEmpty else { return }
        guard let content = content(id), offset < SparseContent.maximumEnd else {
            buffer.initializeMemory(as: UInt8.self, repeating: 0)
            return
        }
        content.withRead { $0.read(at: offset, into: buffer) }
    }

    package func write(
        _ id: ContentID, at offset: UInt64, from buffer: UnsafeRawBufferPointer
    ) throws(FileSystemError) {
        guard !buffer.isEmpty else { return }
        try Self.check(offset, UInt64(buffer.count))
        try make(id).withWrite { (content) throws(FileSystemError) in try content.write(at: offset, from: buffer) }
    }

    package func truncate(_ id: ContentID, to size: UInt64) throws(FileSystemError) {
        try Self.check(size, 0)
        try content(id)?.withWrite { (content) throws(FileSystemError) in try content.punch(size..<UInt64.max) }
    }

    package func punch(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        guard count > 0, let content = content(id) else { return }
        let (end, overflow) = offset.addingReportingOverflow(count)
        let range = offset..<(overflow ? .max : end)
        try content.withWrite { (content) throws(FileSystemError) in try content.punch(range) }
    }

    package func reserve(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        guard count > 0 else { return }
        try Self.check(offset, count)
        try make(id).withWrite { (content) throws(FileSystemError) in try content.reserve(offset..<offset + count) }
    }

    /// Chunks that both ranges have in the same places are shared: so both begin at multiples of 64 KiB.
    package func share(
        _ source: ContentID, at sourceOffset: UInt64, with target: ContentID, at targetOffset: UInt64, count: UInt64
    ) throws(FileSystemError) -> UInt64 {
        let unit = UInt64(PageChunk.size)
        let whole = count - count % unit
        guard whole > 0, sourceOffset % unit == 0, targetOffset % unit == 0, let content = content(source) else { return 0 }
        try Self.check(sourceOffset, whole)
        try Self.check(targetOffset, whole)
        // One lock after the other, so that two calls that cross do not wait for each other: whoever changes the source in between
        // finds its chunks shared, and leaves these as they are.
        let chunks = content.withRead { $0.chunks(of: sourceOffset..<sourceOffset + whole) }
        return make(target).withWrite { $0.share(chunks, in: targetOffset..<targetOffset + whole) }
    }

    package func extent(_ id: ContentID, at offset: UInt64) throws(FileSystemError) -> Range<UInt64>? {
        content(id)?.withRead { $0.extent(at: offset) }
    }

    package func allocatedSize(_ id: ContentID) throws(FileSystemError) -> UInt64 {
        content(id)?.withRead { $0.spentPages << Page.shift } ?? 0
    }

    package func sync(_ id: ContentID) throws(FileSystemError) {}

    /// A read or write of the same content that is under way ends first or meets what is no longer found; the space is free when the
    /// last such call returns.
    package func delete(_ id: ContentID) throws(FileSystemError) {
        // The value leaves the lock with this reference and ends outside it: freeing a large file takes milliseconds.
        let removed = shard(id).contents.withLock { $0.removeValue(forKey: id) }
        _ = removed
    }

    package func space() throws(FileSystemError) -> ContentSpace {
        ContentSpace(total: spent.maximum, free: spent.free, blockSize: UInt32(Page.size))
    }

    package func close() {
        for shard in shards { shard.contents.withLock { $0 = [:] } }
    }
}

extension MemoryContentStore {
    /// - Throws: `.fileTooLarge` for what ends beyond the largest signed offset.
    private static func check(_ offset: UInt64, _ count: UInt64) throws(FileSystemError) {
        guard offset <= SparseContent.maximumEnd, count <= SparseContent.maximumEnd - offset else { throw .fileTooLarge }
    }

    private func shard(_ id: ContentID) -> Shard {
        // Ids are random bits, but a test's may be small numbers: mix both words.
        let mixed = (id.random ^ id.epoch) &* 0x9E37_79B9_7F4A_7C15
        return shards[Int(mixed >> 58)]
    }

    private func content(_ id: ContentID) -> Content? {
        shard(id).contents.withLock { $0[id] }
    }

    private func make(_ id: ContentID) -> Content {
        shard(id).contents.withLock { contents in
            if let content = contents[id] { return content }
            let content = Content(SparseContent(space: spent, memory: held))
            contents[id] = content
            return content
        }
    }
}
