import FileSystemModel
import MetadataStore
import Testing

@Suite("Metadata stores: records")
struct MetadataRecordTests {
    private static let file = InodeNumber(rawValue: 18)

    @Test("an empty store has nothing", arguments: MetadataStoreFactory.all)
    func empty(factory: MetadataStoreFactory) throws {
        try factory.withStore { store throws in
            #expect(try store.share() == nil)
            #expect(try store.inode(.root) == nil)
            #expect(try store.entry(named: FileName("a"), in: .root) == nil)
            #expect(try store.entries(folded: FoldedName(FileName("a")), in: .root).isEmpty)
            #expect(try store.entries(in: .root, after: .start, limit: 10).isEmpty)
            #expect(try store.isDirectoryEmpty(.root))
            #expect(try store.extendedAttribute([1], of: .root) == nil)
            #expect(try store.extendedAttributes(of: .root).isEmpty)
            #expect(try store.stream(FileName("s"), of: .root) == nil)
            #expect(try store.streams(of: .root).isEmpty)
            #expect(try store.orphans().isEmpty)
            #expect(try store.pendingDeletes().isEmpty)
            #expect(try store.unsynced().isEmpty)
            #expect(try store.durableHandles().isEmpty)
            #expect(try store.inodeCount() == 0)
        }
    }

    @Test("an inode comes back field by field, is replaced, and is deleted", arguments: MetadataStoreFactory.all)
    func inodes(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            for (index, type) in FileType.allCases.enumerated() {
                let record = InodeRecord.sample(UInt64(18 + index), type: type)
                try store.put(.putInode(record))
                #expect(try store.inode(record.attributes.inode) == record)
            }
            #expect(try store.inodeCount() == UInt64(FileType.allCases.count))

            var changed = InodeRecord(
                attributes: Attributes(inode: Self.file, type: .regular, permissions: [], uid: 0, gid: 0, time: .epoch))
            changed.symbolicLinkTarget = []
            try store.put(.putInode(changed))
            #expect(try store.inode(Self.file) == changed)
            #expect(try store.inodeCount() == UInt64(FileType.allCases.count))

            try store.put(.deleteInode(Self.file))
            #expect(try store.inode(Self.file) == nil)
            #expect(try store.inodeCount() == UInt64(FileType.allCases.count - 1))
            try store.put(.deleteInode(Self.file))
        }
    }

    @Test("the largest numbers survive", arguments: MetadataStoreFactory.all)
    func largest(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            var record = InodeRecord.sample(.max, changeNumber: .max)
            record.attributes.size = UInt64(Int64.max)
            record.attributes.device = .max
            record.attributes.uid = .max
            try store.put(.putInode(record))
            #expect(try store.inode(InodeNumber(rawValue: .max)) == record)
            let entry = try EntryRecord.sample("last", inode: .max, cookie: .max)
            try store.put(.putEntry(entry))
            #expect(try store.entries(in: .root, after: DirectoryCookie(rawValue: .max - 1), limit: 2) == [entry])
            #expect(try store.entries(in: .root, after: DirectoryCookie(rawValue: .max), limit: 2).isEmpty)
        }
    }

    @Test("the share's record comes back and is replaced", arguments: MetadataStoreFactory.all)
    func share(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            for version: UInt32 in 1...2 {
                let record = ShareRecord(
                    identifier: .max, version: version, created: Timestamp(seconds: 5, nanoseconds: 999_999_999))
                try store.put(.putShare(record))
                #expect(try store.share() == record)
            }
        }
    }

    @Test("extended attributes are bytes, listed in the order of their names", arguments: MetadataStoreFactory.all)
    func extendedAttributes(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let large = [UInt8](repeating: 0xA5, count: 65_536)
            try store.put(
                .putExtendedAttribute(Self.file, name: [0x75, 0xFF], value: large),
                .putExtendedAttribute(Self.file, name: [0x75], value: []),
                .putExtendedAttribute(Self.file, name: [0x61], value: [1]),
                .putExtendedAttribute(.root, name: [0x61], value: [2]))
            #expect(try store.extendedAttribute([0x75, 0xFF], of: Self.file) == large)
            #expect(try store.extendedAttribute([0x75], of: Self.file) == [])
            #expect(try store.extendedAttribute([0x55], of: Self.file) == nil)
            #expect(try store.extendedAttributes(of: Self.file).map(\.name) == [[0x61], [0x75], [0x75, 0xFF]])
            try store.put(.putExtendedAttribute(Self.file, name: [0x61], value: [3]))
            #expect(try store.extendedAttributes(of: Self.file).map(\.value) == [[3], [], large])

            try store.put(
                .deleteExtendedAttribute(Self.file, name: [0x75]), .deleteExtendedAttribute(Self.file, name: [0x77]))
            #expect(try store.extendedAttributes(of: Self.file).map(\.name) == [[0x61], [0x75, 0xFF]])
            #expect(try store.extendedAttribute([0x61], of: .root) == [2])
        }
    }

    @Test("streams belong to their inode", arguments: MetadataStoreFactory.all)
    func streams(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let first = StreamRecord(
                inode: Self.file, number: InodeNumber(rawValue: 30), name: try FileName("first"),
                contentID: ContentID(epoch: 1, random: 2), size: 3, allocatedSize: 4)
            let second = StreamRecord(
                inode: Self.file, number: InodeNumber(rawValue: 31), name: try FileName("Second"))
            var other = first
            other.inode = .root
            try store.put(.putStream(first), .putStream(second), .putStream(other))
            #expect(try store.stream(first.name, of: Self.file) == first)
            #expect(try store.streams(of: Self.file).count == 2)
            #expect(try store.streams(of: Self.file).contains(second))
            #expect(try store.streamCount(of: Self.file) == 2)
            #expect(try store.streams(folded: FoldedName(FileName("SECOND")), of: Self.file) == [second])
            #expect(try store.streams(folded: FoldedName(FileName("third")), of: Self.file).isEmpty)
            other.size = 9
            try store.put(.putStream(other), .deleteStream(Self.file, name: first.name))
            #expect(try store.streams(of: Self.file) == [second])
            #expect(try store.stream(first.name, of: .root) == other)
            #expect(try store.streams(folded: FoldedName(first.name), of: Self.file).isEmpty)
            #expect(try store.streams(folded: FoldedName(first.name), of: .root) == [other])
            // Two names may fold alike, and a rename may change only the case.
            var capitals = other
            capitals.name = try FileName("FIRST")
            try store.put(.putStream(capitals))
            #expect(try store.streams(folded: FoldedName(first.name), of: .root) == [capitals, other])
            try store.put(.deleteStream(.root, name: first.name))
            #expect(try store.streams(folded: FoldedName(first.name), of: .root) == [capitals])
            #expect(try store.streamCount(of: .root) == 1)
            try store.put(.deleteStream(.root, name: capitals.name), .deleteStream(.root, name: capitals.name))
            #expect(try store.streamCount(of: .root) == 0)
        }
    }

    @Test("orphans, pending deletes, unsynced contents and durable handles are sets", arguments: MetadataStoreFactory.all)
    func sets(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let one = ContentID(epoch: 1, random: .max)
            let two = ContentID(epoch: .max, random: 1)
            for _ in 0..<2 {
                try store.put(
                    .putOrphan(Self.file), .putOrphan(.root), .putPendingDelete(one), .putPendingDelete(two), .putUnsynced(two),
                    .putUnsynced(one), .putDurableHandle(.max, value: [1]), .putDurableHandle(2, value: []))
            }
            #expect(Set(try store.orphans()) == [Self.file, .root])
            #expect(try store.orphans().count == 2)
            #expect(Set(try store.pendingDeletes()) == [one, two])
            #expect(Set(try store.unsynced()) == [one, two])
            try store.put(.putDurableHandle(2, value: [7]))
            let handles = Dictionary(try store.durableHandles().map { ($0.id, $0.value) }) { _, last in last }
            #expect(handles == [.max: [1], 2: [7]])

            for _ in 0..<2 {
                try store.put(
                    .deleteOrphan(Self.file), .deletePendingDelete(one), .deleteUnsynced(two), .deleteDurableHandle(.max))
            }
            #expect(try store.orphans() == [.root])
            #expect(try store.pendingDeletes() == [two])
            #expect(try store.unsynced() == [one])
            #expect(try store.durableHandles().map(\.id) == [2])
        }
    }

    @Test("deleting an inode deletes that record alone", arguments: MetadataStoreFactory.all)
    func deletesOneRecord(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let entry = try EntryRecord.sample("child", in: Self.file, inode: 20, cookie: 3)
            try store.put(
                .putInode(.sample(18, type: .directory)), .putEntry(entry),
                .putExtendedAttribute(Self.file, name: [1], value: [2]))
            try store.put(.deleteInode(Self.file))
            #expect(try store.extendedAttribute([1], of: Self.file) == [2])
            #expect(try store.entry(named: entry.name, in: Self.file) == entry)
        }
    }

    @Test("inode numbers come in runs above 17 and never twice", arguments: MetadataStoreFactory.all)
    func numbers(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            var given: Set<UInt64> = []
            for count: UInt64 in [1, 1, 100, 1, 3, 1000] {
                let first = try store.allocateInodeNumbers(count)
                for number in first.rawValue..<first.rawValue + count {
                    #expect(number > 17)
                    #expect(given.insert(number).inserted)
                }
            }
            #expect(throws: FileSystemError.noSpace) { try store.allocateInodeNumbers(.max) }
            #expect(!given.contains(try store.allocateInodeNumbers(1).rawValue))
        }
    }
}
