import FileSystemModel

/// What a record costs in memory, in bytes: about what the heap and the tables hold for it, so that a bound on the sum bounds the
/// process.
enum MemoryMetadataCost {
    static func inode(_ record: InodeRecord) -> Int {
        384 + (record.symbolicLinkTarget?.count ?? 0)
    }

    static func entry(_ record: EntryRecord) -> Int {
        // Two keys, each in a table of its own.
        320 + record.name.bytes.count + record.foldedName.bytes.count
    }

    static func extendedAttribute(name: [UInt8], value: [UInt8]) -> Int { 160 + name.count + value.count }

    static func stream(_ record: StreamRecord) -> Int {
        // Two keys, each in a table of its own.
        352 + 2 * record.name.bytes.count
    }

    static func durableHandle(_ value: [UInt8]) -> Int { 96 + value.count }

    /// A number or a content id in a set.
    static let member = 48

    /// What a mutation can add at most: as if it replaced nothing.
    static func most(_ mutation: MetadataBatch.Mutation) -> Int {
        switch mutation {
        case .putInode(let record): inode(record)
        case .putEntry(let record): entry(record)
        case .putExtendedAttribute(_, let name, let value): extendedAttribute(name: name, value: value)
        case .putStream(let record): stream(record)
        case .putDurableHandle(_, let value): durableHandle(value)
        case .putOrphan, .putPendingDelete, .putUnsynced: member
        case .deleteInode, .deleteEntry, .deleteExtendedAttribute, .deleteStream, .putShare, .deleteOrphan,
            .deletePendingDelete, .deleteUnsynced, .deleteDurableHandle:
            0
        }
    }
}
