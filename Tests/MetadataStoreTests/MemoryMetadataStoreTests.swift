import FileSystemModel
import MetadataStore
import Testing

@Suite("The memory metadata store")
struct MemoryMetadataStoreTests {
    @Test("at its bound it refuses what adds, applies nothing of it, and still deletes")
    func bound() throws {
        let store = MemoryMetadataStore(maximumBytes: 100_000)
        defer { store.close() }
        var count: UInt64 = 0
        let refused = #expect(throws: FileSystemError.self) {
            while count < 10_000 {
                let entry = try EntryRecord.sample("f\(count)", inode: 18 + count, cookie: 3 + count)
                try store.put(.putInode(.sample(18 + count)), .putEntry(entry))
                count += 1
            }
        }
        #expect(refused == .noSpace)
        #expect(count > 50)
        #expect(try store.inodeCount() == count)
        #expect(try store.entries(in: .root, after: .start, limit: 10_000).count == Int(count))

        // What replaces a record by one of the same cost is no growth.
        try store.put(.putInode(.sample(18, changeNumber: 2)))
        // Deleting makes room for as much again, any number of times: nothing is counted twice.
        for round in 0..<50 {
            let name = try FileName("f\(round == 0 ? 0 : count + UInt64(round) - 1)")
            try store.put(
                .deleteEntry(parent: .root, name: name),
                .deleteInode(InodeNumber(rawValue: round == 0 ? 18 : 18 + count + UInt64(round) - 1)))
            let next = count + UInt64(round)
            try store.put(
                .putInode(.sample(18 + next)), .putEntry(try .sample("f\(next)", inode: 18 + next, cookie: 3 + next)))
        }
        #expect(try store.inodeCount() == count)
    }

    @Test("all kinds of records count, and give back what they took")
    func accounting() throws {
        let store = MemoryMetadataStore(maximumBytes: 4000)
        defer { store.close() }
        let inode = InodeNumber(rawValue: 18)
        let content = ContentID(epoch: 1, random: 1)
        let name = try FileName("s")
        for _ in 0..<100 {
            try store.put(
                .putExtendedAttribute(inode, name: [1], value: [UInt8](repeating: 0, count: 1000)),
                .putStream(StreamRecord(inode: inode, number: InodeNumber(rawValue: 19), name: name)), .putOrphan(inode),
                .putPendingDelete(content), .putUnsynced(content), .putDurableHandle(1, value: [UInt8](repeating: 0, count: 500)))
            try store.put(
                .putExtendedAttribute(inode, name: [1], value: []), .putDurableHandle(1, value: []), .putOrphan(inode),
                .putPendingDelete(content), .putUnsynced(content))
            try store.put(
                .deleteExtendedAttribute(inode, name: [1]), .deleteStream(inode, name: name), .deleteOrphan(inode),
                .deletePendingDelete(content), .deleteUnsynced(content), .deleteDurableHandle(1))
        }
        #expect(throws: FileSystemError.noSpace) {
            try store.put(.putExtendedAttribute(inode, name: [1], value: [UInt8](repeating: 0, count: 4000)))
        }
    }

    @Test("creating and deleting one name for long leaves no trace in the listing")
    func tombstones() throws {
        let store = MemoryMetadataStore()
        defer { store.close() }
        try store.put(.putEntry(try .sample("first", cookie: 3)))
        for round in 0..<10_000 as Range<UInt64> {
            try store.put(.putEntry(try .sample("x", cookie: 4 + round * 2)), .putEntry(try .sample("y", cookie: 5 + round * 2)))
            try store.put(.deleteEntry(parent: .root, name: try FileName("x")), .deleteEntry(parent: .root, name: try FileName("y")))
        }
        try store.put(.putEntry(try .sample("last", cookie: 50_000)))
        #expect(try store.entries(in: .root, after: .start, limit: 10).map(\.name.description) == ["first", "last"])
    }

    @Test("it never blocks")
    func isBlocking() {
        #expect(!MemoryMetadataStore().isBlocking)
    }
}
