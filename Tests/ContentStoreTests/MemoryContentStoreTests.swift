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
