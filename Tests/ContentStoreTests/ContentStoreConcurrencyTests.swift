import ContentStore
import FileSystemModel
import Testing

@Suite("Content stores: threads")
struct ContentStoreConcurrencyTests {
    @Test("files are written side by side, and the sum is exact", arguments: ContentStoreFactory.all)
    func separateFiles(factory: ContentStoreFactory) async throws {
        let store = try factory.make(16 << 20)
        defer { store.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<8 as Range<UInt64> {
                group.addTask {
                    let bytes = pattern(3000, seed: thread)
                    for round in 0..<200 as Range<UInt64> {
                        try store.put(.test(thread), bytes, at: round * 2999)
                        if round % 10 == 0 { try store.punch(.test(thread), at: round * 1000, count: 10_000) }
                        if round % 50 == 49 { try store.delete(.test(thread)) }
                    }
                    try store.put(.test(thread), bytes, at: 100_000)
                    #expect(try store.bytes(.test(thread), 100_000..<103_000) == bytes)
                }
            }
            try await group.waitForAll()
        }
        let spent = try (0..<8 as Range<UInt64>).reduce(UInt64(0)) { try $0 + store.allocatedSize(.test($1)) }
        #expect(try store.space().free == 16 << 20 - spent)
    }

    @Test("at the bound exactly as much is written as there is room for", arguments: ContentStoreFactory.all)
    func bound(factory: ContentStoreFactory) async throws {
        let store = try factory.make(1 << 20)
        defer { store.close() }
        let written = try await withThrowingTaskGroup(of: Int.self) { group in
            for thread in 0..<8 as Range<UInt64> {
                group.addTask {
                    var count = 0
                    for round in 0..<100 as Range<UInt64> {
                        do {
                            // One behind the other: pages with gaps between them may come to the bound on memory first.
                            try store.put(.test(thread), [1], at: round * 4096)
                            count += 1
                        } catch FileSystemError.noSpace {}
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        // 800 blocks were wanted, 256 are there.
        #expect(written == 256)
        #expect(try store.space().free == 0)
    }

    @Test("what is shared while it is written is what was there at one moment, and stays so", arguments: ContentStoreFactory.all)
    func sharing(factory: ContentStoreFactory) async throws {
        let store = try factory.make(16 << 20)
        defer { store.close() }
        let source = ContentID.test(0)
        let chunk = 1 << 16
        let rounds = 400
        try store.put(source, [UInt8](repeating: 1, count: chunk))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<rounds { try store.put(source, [UInt8](repeating: UInt8(1 + round % 7), count: chunk)) }
            }
            for thread in 1...4 as ClosedRange<UInt64> {
                group.addTask {
                    let own = ContentID.test(thread)
                    for round in 0..<200 {
                        try #require(try store.share(source, at: 0, with: own, at: 0, count: UInt64(chunk)) == UInt64(chunk))
                        let first = try store.bytes(own, 0..<UInt64(chunk))
                        #expect(first.allSatisfy { $0 == first[0] })
                        #expect(try store.bytes(own, 0..<UInt64(chunk)) == first)
                        var expected = first
                        switch round % 3 {
                        case 0:
                            try store.put(own, [0xEE], at: 5000)
                            expected[5000] = 0xEE
                        case 1:
                            try store.punch(own, at: 5000, count: 10_000)
                            for index in 5000..<15_000 { expected[index] = 0 }
                        default:
                            try store.truncate(own, to: 5000)
                            for index in 5000..<chunk { expected[index] = 0 }
                        }
                        #expect(try store.bytes(own, 0..<UInt64(chunk)) == expected)
                        if round % 9 == 0 { try store.delete(own) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let last = UInt8(1 + (rounds - 1) % 7)
        #expect(try store.bytes(source, 0..<UInt64(chunk)).allSatisfy { $0 == last })
        for number in 0...4 as ClosedRange<UInt64> { try store.delete(.test(number)) }
        #expect(try store.space().free == store.space().total)
    }

    @Test("readers and a writer of one file; deletion under their feet", arguments: ContentStoreFactory.all)
    func oneFile(factory: ContentStoreFactory) async throws {
        let store = try factory.make(16 << 20)
        defer { store.close() }
        let id = ContentID.test(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        // Each byte is one that somebody wrote there, or a zero.
                        let bytes = try store.bytes(id, 60_000..<70_000)
                        #expect(bytes.allSatisfy { $0 == 0 || $0 == 0xAB })
                        _ = try store.extents(id)
                    }
                }
            }
            group.addTask {
                let bytes = [UInt8](repeating: 0xAB, count: 20_000)
                for round in 0..<300 as Range<UInt64> {
                    try store.put(id, bytes, at: 50_000 + round)
                    if round % 7 == 0 { try store.truncate(id, to: 60_500) }
                    if round % 31 == 0 { try store.delete(id) }
                }
            }
            try await group.waitForAll()
        }
        try store.delete(id)
        #expect(try store.space().free == store.space().total)
    }
}
