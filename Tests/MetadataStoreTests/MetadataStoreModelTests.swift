import FileSystemModel
import HostileInput
import MetadataStore
import Testing

/// What a metadata store must do, in the plainest way: arrays that are searched from end to end.
private struct ModelStore {
    var inodes: [InodeRecord] = []
    var entries: [EntryRecord] = []
    var attributes: [(owner: InodeNumber, name: [UInt8], value: [UInt8])] = []

    func holds(_ precondition: MetadataBatch.Precondition) -> Bool {
        switch precondition {
        case .entryAbsent(let parent, let name): !entries.contains { $0.parent == parent && $0.name == name }
        case .inodeVersion(let number, let version):
            inodes.contains { $0.attributes.inode == number && $0.attributes.changeNumber == version }
        case .directoryEmpty(let number): !entries.contains { $0.parent == number }
        }
    }

    mutating func apply(_ batch: MetadataBatch) -> BatchOutcome {
        guard batch.preconditions.allSatisfy(holds) else { return .conflict }
        for mutation in batch.mutations {
            switch mutation {
            case .putInode(let record):
                inodes.removeAll { $0.attributes.inode == record.attributes.inode }
                inodes.append(record)
            case .deleteInode(let number):
                inodes.removeAll { $0.attributes.inode == number }
            case .putEntry(let record):
                entries.removeAll { $0.parent == record.parent && $0.name == record.name }
                entries.append(record)
            case .deleteEntry(let parent, let name):
                entries.removeAll { $0.parent == parent && $0.name == name }
            case .putExtendedAttribute(let number, let name, let value):
                attributes.removeAll { $0.owner == number && $0.name == name }
                attributes.append((owner: number, name: name, value: value))
            case .deleteExtendedAttribute(let number, let name):
                attributes.removeAll { $0.owner == number && $0.name == name }
            default:
                break
            }
        }
        return .applied
    }

    func list(_ parent: InodeNumber) -> [EntryRecord] {
        entries.filter { $0.parent == parent }.sorted { $0.cookie < $1.cookie }
    }
}

@Suite("Metadata stores: random batches against plain arrays")
struct MetadataStoreModelTests {
    private static let directories: ClosedRange<UInt64> = 17...19
    private static let names = ["a", "A", "b", "B", "ab", "Ab", "aB", "AB", "\u{E9}", "\u{C9}", "x", "y", "z"]

    @Test("a random run agrees with the model", arguments: MetadataStoreFactory.all, 0..<24)
    func agrees(factory: MetadataStoreFactory, seed: Int) throws {
        try factory.withStore { store in
            var random = SeededGenerator(seed: UInt64(seed))
            var model = ModelStore()
            var cookie: UInt64 = 3
            for step in 0..<400 {
                let place = Comment("seed \(seed), step \(step)")
                let batch = try Self.batch(&random, &cookie)
                try #require(try store.apply(batch) == model.apply(batch), place)
                try compare(store, model, &random, place)
            }
        }
    }

    private func compare(
        _ store: any MetadataStore, _ model: ModelStore, _ random: inout SeededGenerator, _ place: Comment
    ) throws {
        let parent = Self.directory(&random)
        let name = try Self.name(&random)
        let listed = model.list(parent)
        try #require(try store.entry(named: name, in: parent) == listed.first { $0.name == name }, place)
        let key = FoldedName(name)
        try #require(try store.entries(folded: key, in: parent) == listed.filter { $0.foldedName == key }, place)
        try #require(try store.isDirectoryEmpty(parent) == listed.isEmpty, place)
        try #require(try MetadataDirectoryTests.list(store, parent, limit: Int.random(in: 1...9, using: &random)) == listed, place)
        let number = Self.inode(&random)
        try #require(try store.inode(number) == model.inodes.first { $0.attributes.inode == number }, place)
        try #require(try store.inodeCount() == UInt64(model.inodes.count), place)
        let attributes = model.attributes.filter { $0.owner == number }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        let found = try store.extendedAttributes(of: number)
        try #require(found.map(\.name) == attributes.map(\.name) && found.map(\.value) == attributes.map(\.value), place)
    }

    private static func batch(_ random: inout SeededGenerator, _ cookie: inout UInt64) throws -> MetadataBatch {
        var batch = MetadataBatch()
        for _ in 0..<Int.random(in: 0...2, using: &random) where Bool.random(using: &random) {
            switch UInt.random(in: 0..<4, using: &random) {
            case 0, 1: batch.preconditions.append(.entryAbsent(parent: directory(&random), name: try name(&random)))
            case 2: batch.preconditions.append(.inodeVersion(inode(&random), changeNumber: .random(in: 1...2, using: &random)))
            default: batch.preconditions.append(.directoryEmpty(directory(&random)))
            }
        }
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            batch.mutations.append(try mutation(&random, &cookie))
        }
        return batch
    }

    private static func mutation(
        _ random: inout SeededGenerator, _ cookie: inout UInt64
    ) throws -> MetadataBatch.Mutation {
        switch UInt.random(in: 0..<10, using: &random) {
        case 0, 1: return .putInode(.sample(inode(&random).rawValue, changeNumber: .random(in: 1...2, using: &random)))
        case 2: return .deleteInode(inode(&random))
        case 3, 4, 5:
            let name = try name(&random)
            cookie += 1
            return .putEntry(
                EntryRecord(
                    parent: directory(&random), name: name, foldedName: FoldedName(name), inode: inode(&random),
                    cookie: DirectoryCookie(rawValue: cookie)))
        case 6, 7: return .deleteEntry(parent: directory(&random), name: try name(&random))
        case 8:
            return .putExtendedAttribute(
                inode(&random), name: [.random(in: 0...3, using: &random)], value: [.random(in: 0...255, using: &random)])
        default: return .deleteExtendedAttribute(inode(&random), name: [.random(in: 0...3, using: &random)])
        }
    }

    private static func directory(_ random: inout SeededGenerator) -> InodeNumber {
        InodeNumber(rawValue: .random(in: directories, using: &random))
    }

    private static func inode(_ random: inout SeededGenerator) -> InodeNumber {
        InodeNumber(rawValue: .random(in: 17...24, using: &random))
    }

    private static func name(_ random: inout SeededGenerator) throws -> FileName {
        try FileName(names[Int.random(in: names.indices, using: &random)])
    }
}
