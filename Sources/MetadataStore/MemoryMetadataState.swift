import FileSystemModel

/// The dictionaries behind ``MemoryMetadataStore``. Not thread-safe: it lives inside the store's lock.
struct MemoryMetadataState {
    /// A record on the heap: the table of inodes stays small, and growing it moves pointers only.
    final class Inode {
        var record: InodeRecord
        init(_ record: InodeRecord) { self.record = record }
    }

    var share: ShareRecord?
    var inodes: [InodeNumber: Inode] = [:]
    var directories: [InodeNumber: MemoryDirectory] = [:]
    var extendedAttributes: [InodeNumber: [[UInt8]: [UInt8]]] = [:]
    var streams: [InodeNumber: MemoryStreams] = [:]
    var orphans: Set<InodeNumber> = []
    var pendingDeletes: Set<ContentID> = []
    var unsynced: Set<ContentID> = []
    var durableHandles: [UInt64: [UInt8]] = [:]
    /// What all records cost, by ``MemoryMetadataCost``.
    private(set) var cost = 0
    /// Every number below was given out.
    var nextInode: UInt64 = InodeNumber.root.rawValue + 1

    func holds(_ precondition: MetadataBatch.Precondition) -> Bool {
        switch precondition {
        case .entryAbsent(let parent, let name):
            directories[parent]?.entry(named: name) == nil
        case .inodeVersion(let number, let changeNumber):
            inodes[number]?.record.attributes.changeNumber == changeNumber
        case .directoryEmpty(let number):
            directories[number]?.isEmpty ?? true
        }
    }

    /// Whether a batch fits under the bound: exact only where it matters, close to it.
    func fits(_ mutations: [MetadataBatch.Mutation], maximum: Int) -> Bool {
        let most = mutations.reduce(0) { $0 + MemoryMetadataCost.most($1) }
        guard cost > maximum - most else { return true }
        let change = mutations.reduce(0) { $0 + MemoryMetadataCost.most($1) - replacedCost($1) }
        // What adds nothing, a deletion above all, is never refused.
        return change <= 0 || cost <= maximum - change
    }

    /// The cost of the record that a mutation replaces or deletes.
    private func replacedCost(_ mutation: MetadataBatch.Mutation) -> Int {
        switch mutation {
        case .putInode(let record): inodes[record.attributes.inode].map { MemoryMetadataCost.inode($0.record) } ?? 0
        case .deleteInode(let number): inodes[number].map { MemoryMetadataCost.inode($0.record) } ?? 0
        case .putEntry(let record):
            directories[record.parent]?.entry(named: record.name).map(MemoryMetadataCost.entry) ?? 0
        case .deleteEntry(let parent, let name):
            directories[parent]?.entry(named: name).map(MemoryMetadataCost.entry) ?? 0
        case .putExtendedAttribute(let number, let name, _), .deleteExtendedAttribute(let number, let name):
            extendedAttributes[number]?[name].map { MemoryMetadataCost.extendedAttribute(name: name, value: $0) } ?? 0
        case .putStream(let record):
            streams[record.inode]?.stream(named: record.name).map(MemoryMetadataCost.stream) ?? 0
        case .deleteStream(let number, let name):
            streams[number]?.stream(named: name).map(MemoryMetadataCost.stream) ?? 0
        case .putOrphan(let number), .deleteOrphan(let number):
            orphans.contains(number) ? MemoryMetadataCost.member : 0
        case .putPendingDelete(let id), .deletePendingDelete(let id):
            pendingDeletes.contains(id) ? MemoryMetadataCost.member : 0
        case .putUnsynced(let id), .deleteUnsynced(let id): unsynced.contains(id) ? MemoryMetadataCost.member : 0
        case .putDurableHandle(let id, _), .deleteDurableHandle(let id):
            durableHandles[id].map(MemoryMetadataCost.durableHandle) ?? 0
        case .putShare: 0
        }
    }

    mutating func apply(_ mutation: MetadataBatch.Mutation) {
        cost += MemoryMetadataCost.most(mutation)
        switch mutation {
        case .putInode(let record):
            let number = record.attributes.inode
            if let inode = inodes[number] {
                cost -= MemoryMetadataCost.inode(inode.record)
                inode.record = record
            } else {
                inodes[number] = Inode(record)
            }
        case .deleteInode(let number):
            if let old = inodes.removeValue(forKey: number) { cost -= MemoryMetadataCost.inode(old.record) }
            forgetDirectoryIfUnused(number)
        case .putEntry(let record):
            if let old = directory(record.parent).put(record) { cost -= MemoryMetadataCost.entry(old) }
        case .deleteEntry(let parent, let name):
            if let old = directories[parent]?.remove(name) { cost -= MemoryMetadataCost.entry(old) }
            forgetDirectoryIfUnused(parent)
        case .putExtendedAttribute(let number, let name, let value):
            if let old = extendedAttributes[number, default: [:]].updateValue(value, forKey: name) {
                cost -= MemoryMetadataCost.extendedAttribute(name: name, value: old)
            }
        case .deleteExtendedAttribute(let number, let name):
            if let old = extendedAttributes[number]?.removeValue(forKey: name) {
                cost -= MemoryMetadataCost.extendedAttribute(name: name, value: old)
                if extendedAttributes[number]?.isEmpty == true { extendedAttributes[number] = nil }
            }
        case .putStream(let record):
            if let old = streams[record.inode, default: MemoryStreams()].put(record) {
                cost -= MemoryMetadataCost.stream(old)
            }
        case .deleteStream(let number, let name):
            if let old = streams[number]?.remove(name) {
                cost -= MemoryMetadataCost.stream(old)
                if streams[number]?.isEmpty == true { streams[number] = nil }
            }
        case .putShare(let record):
            share = record
        case .putOrphan(let number):
            if !orphans.insert(number).inserted { cost -= MemoryMetadataCost.member }
        case .deleteOrphan(let number):
            if orphans.remove(number) != nil { cost -= MemoryMetadataCost.member }
        case .putPendingDelete(let id):
            if !pendingDeletes.insert(id).inserted { cost -= MemoryMetadataCost.member }
        case .deletePendingDelete(let id):
            if pendingDeletes.remove(id) != nil { cost -= MemoryMetadataCost.member }
        case .putUnsynced(let id):
            if !unsynced.insert(id).inserted { cost -= MemoryMetadataCost.member }
        case .deleteUnsynced(let id):
            if unsynced.remove(id) != nil { cost -= MemoryMetadataCost.member }
        case .putDurableHandle(let id, let value):
            if let old = durableHandles.updateValue(value, forKey: id) { cost -= MemoryMetadataCost.durableHandle(old) }
        case .deleteDurableHandle(let id):
            if let old = durableHandles.removeValue(forKey: id) { cost -= MemoryMetadataCost.durableHandle(old) }
        }
    }

    private mutating func directory(_ number: InodeNumber) -> MemoryDirectory {
        if let directory = directories[number] { return directory }
        let directory = MemoryDirectory()
        directories[number] = directory
        return directory
    }

    /// An empty directory keeps its index, since it is likely to be filled again; one whose inode is gone is not.
    private mutating func forgetDirectoryIfUnused(_ number: InodeNumber) {
        guard inodes[number] == nil, directories[number]?.isEmpty == true else { return }
        directories[number] = nil
    }
}
