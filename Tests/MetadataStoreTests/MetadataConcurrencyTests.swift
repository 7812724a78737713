import FileSystemModel
import MetadataStore
import Synchronization
import Testing

@Suite("Metadata stores: threads")
struct MetadataConcurrencyTests {
    private static let threads = 8

    /// How often each name was made.
    private final class Wins: Sendable {
        let counts = Mutex<[String: Int]>([:])
    }

    @Test("of many that create one name, one does", arguments: MetadataStoreFactory.all)
    func exclusiveCreate(factory: MetadataStoreFactory) async throws {
        let store = try factory.make()
        defer { store.close() }
        let wins = Wins()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for thread in 0..<Self.threads {
                group.addTask {
                    for index in 0..<200 {
                        let number = try store.allocateInodeNumbers(1)
                        let entry = try EntryRecord.sample("f\(index)", inode: number.rawValue, cookie: UInt64(3 + index))
                        let outcome = try store.apply(
                            MetadataBatch(
                                preconditions: [.entryAbsent(parent: .root, name: entry.name)],
                                mutations: [.putInode(.sample(number.rawValue)), .putEntry(entry)]))
                        if outcome == .applied { wins.counts.withLock { $0["f\(index)", default: 0] += 1 } }
                        if thread == 0, index % 10 == 0 {
                            // Readers see whole batches: every entry has its inode.
                            for entry in try store.entries(in: .root, after: .start, limit: 1000) {
                                #expect(try store.inode(entry.inode) != nil)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(wins.counts.withLock { $0.count } == 200)
        #expect(wins.counts.withLock { $0.values.allSatisfy { $0 == 1 } })
        #expect(try store.inodeCount() == 200)
        #expect(try MetadataDirectoryTests.list(store, limit: 7).count == 200)
    }

    @Test("a counter under a version precondition loses no step", arguments: MetadataStoreFactory.all)
    func versions(factory: MetadataStoreFactory) async throws {
        let store = try factory.make()
        defer { store.close() }
        try store.put(.putInode(.sample(18, changeNumber: 1)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.threads {
                group.addTask {
                    var done = 0
                    while done < 100 {
                        var record = try #require(try store.inode(InodeNumber(rawValue: 18)))
                        let version = record.attributes.changeNumber
                        record.attributes.changeNumber += 1
                        record.attributes.size += 3
                        let outcome = try store.apply(
                            MetadataBatch(
                                preconditions: [.inodeVersion(InodeNumber(rawValue: 18), changeNumber: version)],
                                mutations: [.putInode(record)]))
                        if outcome == .applied { done += 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        let record = try #require(try store.inode(InodeNumber(rawValue: 18)))
        #expect(record.attributes.changeNumber == 1 + UInt64(Self.threads) * 100)
        #expect(record.attributes.size == InodeRecord.sample(18).attributes.size + UInt64(Self.threads) * 300)
    }

    @Test("numbers that threads allocate are all different", arguments: MetadataStoreFactory.all)
    func numbers(factory: MetadataStoreFactory) async throws {
        let store = try factory.make()
        defer { store.close() }
        let runs = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for thread in 0..<Self.threads {
                group.addTask {
                    try (0..<100).flatMap { _ in
                        let count = UInt64(thread + 1)
                        let first = try store.allocateInodeNumbers(count).rawValue
                        return Array(first..<first + count)
                    }
                }
            }
            var all: [UInt64] = []
            for try await run in group { all += run }
            return all
        }
        #expect(Set(runs).count == runs.count)
    }
}
