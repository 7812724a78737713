@testable import ContentStore
import FileSystemModel
import HostileInput
import Testing

@Suite("The memory content store")
struct MemoryContentStoreTests {
    @Test("it never blocks, and forgets all when it is closed")
    func close() throws {
        let store = MemoryContentStore(maximumBytes: 1 << 20)
        #expect(!store.isBlocking)
        try store.put(.test(1), pattern(10_000))
        store.close()
        #expect(try store.space().free == 1 << 20)
    }

    @Test("memory stays below twice the bound, however thinly pages are spread")
    func memoryBound() throws {
        // The first and the last page of each chunk: the dearest there is.
        let store = MemoryContentStore(maximumBytes: 1 << 20)
        defer { store.close() }
        var count: UInt64 = 0
        let error = #expect(throws: FileSystemError.self) {
            while count < 1000 {
                try store.put(.test(1), [1], at: count * 65_536)
                try store.put(.test(1), [1], at: count * 65_536 + 61_440)
                count += 1
            }
        }
        #expect(error == .noSpace)
        #expect(count >= 16)
        #expect(count <= 32)
        try store.delete(.test(1))
        // Everything was given back: a full file fits.
        try store.put(.test(2), pattern(1 << 20))
    }

    @Test("long writes over what is there leave what is around them, however they lie", arguments: UInt64(1)...4)
    func longOverwrites(seed: UInt64) throws {
        let store = MemoryContentStore(maximumBytes: 1 << 20)
        defer { store.close() }
        var random = SeededGenerator(seed: seed)
        var model = pattern(300_000)
        try store.put(.test(1), model)
        for step in 0..<60 {
            let offset = Int.random(in: 0...170_000, using: &random)
            let new = pattern(Int.random(in: 30_000...130_000, using: &random), seed: UInt64(step + 2))
            try store.put(.test(1), new, at: UInt64(offset))
            model.replaceSubrange(offset..<offset + new.count, with: new)
            try #require(store.bytes(.test(1), 0..<300_000) == model, "seed \(seed), step \(step)")
        }
    }

    /// Chunks of 64 KiB: the first full, the second with a hole, the third a hole, the fourth full.
    private func store(_ id: ContentID) throws -> MemoryContentStore {
        let store = MemoryContentStore(maximumBytes: 1 << 20)
        try store.put(id, pattern(65_536 + 8192, seed: 1))
        try store.put(id, pattern(65_536, seed: 2), at: 3 << 16)
        return store
    }

    @Test("whole chunks are shared, and each content keeps its bytes whatever becomes of the other's")
    func sharing() throws {
        let (one, two) = (ContentID.test(1), ContentID.test(2))
        let store = try store(one)
        let before = try store.bytes(one, 0..<300_000)
        try store.put(two, pattern(200_000, seed: 3))
        #expect(try store.share(one, at: 0, with: two, at: 0, count: 4 << 16) == 4 << 16)
        #expect(try store.bytes(two, 0..<300_000) == before)
        #expect(try store.extents(two) == store.extents(one))
        #expect(try store.space().free == 1 << 20 - 2 * store.allocatedSize(one))
        let changes: [(MemoryContentStore, ContentID) throws -> Void] = [
            { try $0.put($1, pattern(10, seed: 4), at: 5) }, { try $0.put($1, pattern(70_000, seed: 5), at: 60_000) },
            { try $0.punch($1, at: 100, count: 5000) }, { try $0.punch($1, at: 0, count: 1 << 16) },
            { try $0.reserve($1, at: 0, count: 300_000) }, { try $0.truncate($1, to: 3 << 16 + 10) }, { try $0.delete($1) },
        ]
        for change in changes {
            for (changed, kept) in [(one, two), (two, one)] {
                let store = try self.store(one)
                _ = try store.share(one, at: 0, with: two, at: 0, count: 4 << 16)
                try change(store, changed)
                #expect(try store.bytes(kept, 0..<300_000) == before)
                #expect(try store.space().free == 1 << 20 - store.allocatedSize(one) - store.allocatedSize(two))
                try store.delete(kept)
                try store.delete(changed)
                #expect(try store.space().free == 1 << 20)
            }
        }
    }

    @Test("what is not of whole chunks in the same places is left to be copied")
    func notShared() throws {
        let (one, two) = (ContentID.test(1), ContentID.test(2))
        let store = try store(one)
        for (from, to, count) in [(0, 4096, 1 << 17), (4096, 0, 1 << 17), (0, 0, 65_535)] as [(UInt64, UInt64, UInt64)] {
            #expect(try store.share(one, at: from, with: two, at: to, count: count) == 0)
        }
        #expect(try store.share(.test(9), at: 0, with: two, at: 0, count: 1 << 20) == 0)
        #expect(try store.share(one, at: 0, with: two, at: 1 << 40, count: 1 << 16 + 1) == 1 << 16)
        #expect(try store.bytes(two, 1 << 40..<1 << 40 + 100) == store.bytes(one, 0..<100))
        // A hole of any length is one step.
        #expect(try store.share(one, at: 4 << 16, with: two, at: 0, count: 1 << 61) == 1 << 61)
        #expect(try store.allocatedSize(two) == 0)
    }

    @Test("where there is no room, what fits is shared, and the rest stays as it was")
    func sharingBound() throws {
        let (one, two) = (ContentID.test(1), ContentID.test(2))
        let store = MemoryContentStore(maximumBytes: 256 << 10)
        try store.put(one, pattern(128 << 10, seed: 1))
        try store.put(two, pattern(4096, seed: 2), at: 64 << 10)
        try store.put(.test(3), pattern(60 << 10, seed: 3))
        #expect(try store.share(one, at: 0, with: two, at: 0, count: 128 << 10) == 64 << 10)
        #expect(try store.bytes(two, 0..<65_536) == store.bytes(one, 0..<65_536))
        #expect(try store.bytes(two, 65_536..<69_632) == pattern(4096, seed: 2))
        #expect(try store.space().free == 0)
        // To write to what is shared needs no room.
        try store.put(two, pattern(100, seed: 4), at: 100)
        try store.put(one, pattern(100, seed: 5), at: 200)
    }

    @Test("the window over pages is the smallest aligned power of two")
    func windows() {
        for bits in UInt16.min...UInt16.max {
            let window = PageChunk.window(over: bits)
            guard bits != 0 else {
                #expect(window.capacity == 0)
                continue
            }
            let pages = window.base..<window.base + window.capacity
            let first = bits.trailingZeroBitCount
            let last = 15 - bits.leadingZeroBitCount
            let isRight =
                window.capacity.nonzeroBitCount == 1 && window.base % window.capacity == 0 && pages.contains(first)
                && pages.contains(last)
                && (window.capacity == 1 || first / (window.capacity / 2) != last / (window.capacity / 2))
            if !isRight { Issue.record("bits \(bits): \(window)") }
        }
    }

    @Test("the chunk list keeps its order through splits and removals", arguments: 0..<8)
    func chunkList(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var list = ChunkList()
        var expected: Set<UInt64> = []
        for _ in 0..<3000 {
            let index = UInt64.random(in: 0..<5000, using: &random) * (seed % 2 == 0 ? 1 : 1 << 30)
            _ = list.make(index)
            expected.insert(index)
            if UInt.random(in: 0..<50, using: &random) == 0 {
                let low = UInt64.random(in: 0..<5000, using: &random) * (seed % 2 == 0 ? 1 : 1 << 30)
                let range = low...low + 200
                list.remove(in: range) { _, _ in true }
                expected = expected.filter { !range.contains($0) }
            }
        }
        var found: [UInt64] = []
        list.forEach(in: 0...UInt64.max) { index, _ in found.append(index) }
        #expect(found == expected.sorted())
        for index in expected { #expect(list[index] != nil) }
        #expect(list[5_000_000_000_001] == nil)
        list.remove(in: 0...UInt64.max) { _, _ in true }
        #expect(list.isEmpty)
    }
}
