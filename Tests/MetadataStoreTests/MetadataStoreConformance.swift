import FileSystemModel
import MetadataStore
import Testing

/// A kind of metadata store that the conformance suites run on. A new engine joins by one line in ``all``.
struct MetadataStoreFactory: Sendable, CustomTestStringConvertible {
    let name: String
    /// Makes an empty store.
    let make: @Sendable () throws -> any MetadataStore

    var testDescription: String { name }

    static let all: [MetadataStoreFactory] = [
        MetadataStoreFactory(name: "memory") { MemoryMetadataStore() }
    ]

    func withStore<Result>(_ body: (any MetadataStore) throws -> Result) throws -> Result {
        let store = try make()
        defer { store.close() }
        return try body(store)
    }
}

extension MetadataStore {
    /// Applies mutations that nothing hinders.
    func put(_ mutations: MetadataBatch.Mutation...) throws {
        try #require(try apply(MetadataBatch(mutations: mutations)) == .applied)
    }
}

extension InodeRecord {
    /// A record in which every field is told apart from its neighbours.
    static func sample(_ number: UInt64, type: FileType = .regular, changeNumber: UInt64 = 1) -> InodeRecord {
        var attributes = Attributes(
            inode: InodeNumber(rawValue: number), type: type, permissions: Permissions(rawValue: 0o4751), uid: 1001, gid: 1002,
            linkCount: 3, device: 0x0801_0002, dosAttributes: [.hidden, .archive], time: Timestamp(seconds: -5, nanoseconds: 7))
        attributes.size = 0x1_0000_0001
        attributes.allocatedSize = 8192
        attributes.accessTime = Timestamp(seconds: 1, nanoseconds: 999_999_999)
        attributes.modificationTime = Timestamp(seconds: 910_692_730_085, nanoseconds: 477_580_700)
        attributes.creationTime = Timestamp(seconds: -11_644_473_600, nanoseconds: 0)
        attributes.changeNumber = changeNumber
        var record = InodeRecord(attributes: attributes, parent: type == .directory ? .root : nil)
        record.contentID = ContentID(epoch: number, random: .max)
        record.symbolicLinkTarget = [0x2F, 0xFF, 0x80]
        record.nextCookie = DirectoryCookie(rawValue: .max - 1)
        record.exclusiveCreateVerifier = .max
        return record
    }
}

extension EntryRecord {
    static func sample(
        _ name: String, in parent: InodeNumber = .root, inode: UInt64 = 18, cookie: UInt64
    ) throws -> EntryRecord {
        let name = try FileName(name)
        return EntryRecord(
            parent: parent, name: name, foldedName: FoldedName(name), inode: InodeNumber(rawValue: inode),
            cookie: DirectoryCookie(rawValue: cookie))
    }
}
