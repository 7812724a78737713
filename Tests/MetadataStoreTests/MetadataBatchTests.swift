import FileSystemModel
import MetadataStore
import Testing

@Suite("Metadata stores: batches")
struct MetadataBatchTests {
    private static let file = InodeNumber(rawValue: 18)

    /// Preconditions, whether each holds in ``prepare``'s store.
    private static let rows: [(MetadataBatch.Precondition, Bool)] = {
        guard let present = try? FileName("present"), let absent = try? FileName("absent"), let upper = try? FileName("PRESENT")
        else { return [] }
        return [
            (.entryAbsent(parent: .root, name: absent), true),
            (.entryAbsent(parent: .root, name: present), false),
            (.entryAbsent(parent: .root, name: upper), true),
            (.entryAbsent(parent: file, name: present), true),
            (.inodeVersion(file, changeNumber: 7), true),
            (.inodeVersion(file, changeNumber: 6), false),
            (.inodeVersion(file, changeNumber: 8), false),
            (.inodeVersion(InodeNumber(rawValue: 99), changeNumber: 0), false),
            (.directoryEmpty(file), true),
            (.directoryEmpty(.root), false),
        ]
    }()

    private func prepare(_ store: any MetadataStore) throws {
        try store.put(
            .putInode(.sample(17, type: .directory)), .putInode(.sample(18, changeNumber: 7)),
            .putEntry(try .sample("present", cookie: 3)))
    }

    @Test("each precondition decides", arguments: MetadataStoreFactory.all, rows.indices)
    func decides(factory: MetadataStoreFactory, row: Int) throws {
        let (precondition, holds) = Self.rows[row]
        try factory.withStore { store in
            try prepare(store)
            let outcome = try store.apply(
                MetadataBatch(preconditions: [precondition], mutations: [.putInode(.sample(50))]))
            #expect(outcome == (holds ? .applied : .conflict))
            #expect(try store.inode(InodeNumber(rawValue: 50)) == (holds ? .sample(50) : nil))
        }
    }

    @Test("one that fails, first or last, leaves everything as it was", arguments: MetadataStoreFactory.all, [true, false])
    func wholeOrNothing(factory: MetadataStoreFactory, failsFirst: Bool) throws {
        try factory.withStore { store in
            try prepare(store)
            let holding = Self.rows.filter(\.1).map(\.0)
            let failing = MetadataBatch.Precondition.directoryEmpty(.root)
            let name = try FileName("present")
            let batch = MetadataBatch(
                preconditions: failsFirst ? [failing] + holding : holding + [failing],
                mutations: [
                    .putInode(.sample(18, changeNumber: 8)), .deleteEntry(parent: .root, name: name),
                    .putEntry(try .sample("new", cookie: 4)), .putExtendedAttribute(Self.file, name: [1], value: [1]),
                    .putOrphan(Self.file), .putPendingDelete(ContentID(epoch: 1, random: 1)), .deleteInode(.root),
                ])
            #expect(try store.apply(batch) == .conflict)
            #expect(try store.inode(Self.file)?.attributes.changeNumber == 7)
            #expect(try store.inode(.root) != nil)
            #expect(try store.entries(in: .root, after: .start, limit: 10).map(\.name) == [name])
            #expect(try store.extendedAttributes(of: Self.file).isEmpty)
            #expect(try store.orphans().isEmpty)
            #expect(try store.pendingDeletes().isEmpty)
        }
    }

    @Test("mutations are applied in their order", arguments: MetadataStoreFactory.all)
    func order(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            try prepare(store)
            let name = try FileName("present")
            // A rename over: the name goes and comes back in one batch.
            let over = try EntryRecord.sample("present", inode: 60, cookie: 9)
            try store.put(
                .deleteEntry(parent: .root, name: name), .putEntry(over), .putInode(.sample(60)), .deleteInode(Self.file),
                .putOrphan(Self.file), .deleteOrphan(Self.file), .putExtendedAttribute(.root, name: [1], value: [1]),
                .putExtendedAttribute(.root, name: [1], value: [2]))
            #expect(try store.entry(named: name, in: .root) == over)
            #expect(try store.inode(Self.file) == nil)
            #expect(try store.orphans().isEmpty)
            #expect(try store.extendedAttribute([1], of: .root) == [2])

            try store.put(.putEntry(over), .deleteEntry(parent: .root, name: name))
            #expect(try store.isDirectoryEmpty(.root))
        }
    }

    @Test("preconditions look at the store, not at the batch's own mutations", arguments: MetadataStoreFactory.all)
    func preconditionsComeFirst(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let entry = try EntryRecord.sample("a", cookie: 3)
            let absent = MetadataBatch.Precondition.entryAbsent(parent: .root, name: entry.name)
            let batch = MetadataBatch(preconditions: [absent, absent], mutations: [.putEntry(entry)])
            #expect(try store.apply(batch) == .applied)
            #expect(try store.apply(batch) == .conflict)
            let deleting = MetadataBatch(
                preconditions: [absent], mutations: [.deleteEntry(parent: .root, name: entry.name), .putEntry(entry)])
            #expect(try store.apply(deleting) == .conflict)
        }
    }

    @Test("an empty batch is applied", arguments: MetadataStoreFactory.all)
    func empty(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            #expect(try store.apply(MetadataBatch()) == .applied)
            try store.sync()
        }
    }
}
