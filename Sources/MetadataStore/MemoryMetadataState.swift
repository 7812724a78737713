import FileSystemModel

/// The dictionaries behind ``MemoryMetadataStore``. Not thread-safe: it lives inside the store's lock.
struct MemoryMetadataState {
    var share: ShareRecord?
    var inodes: [InodeNumber: InodeRecord] = [:]
    var directories: [InodeNumber: MemoryDirectory] = [:]
    var extendedAttributes: [InodeNumber: [[UInt8]: [UInt8]]] = [:]
    var streams: [InodeNumber: [FileName: StreamRecord]] = [:]
    var orphans: Set<InodeNumber> = []
    var pendingDeletes: Set<ContentID> = []
    var unsynced: Set<ContentID> = []
    var durableHandles: [UInt64: [UInt8]] = [:]
    /// Every number below was given out.
    var nextInode: UInt64 = InodeNumber.root.rawValue + 1

    func holds(_ precondition: MetadataBatch.Precondition) -> Bool {
        switch precondition {
        case .entryAbsent(let parent, let name):
            directories[parent]?.byName[name] == nil
        case .inodeVersion(let number, let changeNumber):
            inodes[number]?.attributes.changeNumber == changeNumber
        case .directoryEmpty(let number):
            directories[number]?.isEmpty ?? true
        }
    }

    mutating func apply(_ mutation: MetadataBatch.Mutation) {
        switch mutation {
        case .putInode(let record):
            inodes[record.attributes.inode] = record
        case .deleteInode(let number):
            inodes[number] = nil
            forgetDirectoryIfUnused(number)
        case .putEntry(let record):
            directory(record.parent).put(record)
        case .deleteEntry(let parent, let name):
            directories[parent]?.remove(name)
            forgetDirectoryIfUnused(parent)
        case .putExtendedAttribute(let number, let name, let value):
            extendedAttributes[number, default: [:]][name] = value
        case .deleteExtendedAttribute(let number, let name):
            extendedAttributes[number]?[name] = nil
            if extendedAttributes[number]?.isEmpty == true { extendedAttributes[number] = nil }
        case .putStream(let record):
            streams[record.inode, default: [:]][record.name] = record
        case .deleteStream(let number, let name):
            streams[number]?[name] = nil
            if streams[number]?.isEmpty == true { streams[number] = nil }
        case .putShare(let record):
            share = record
        case .putOrphan(let number):
            orphans.insert(number)
        case .deleteOrphan(let number):
            orphans.remove(number)
        case .putPendingDelete(let id):
            pendingDeletes.insert(id)
        case .deletePendingDelete(let id):
            pendingDeletes.remove(id)
        case .putUnsynced(let id):
            unsynced.insert(id)
        case .deleteUnsynced(let id):
            unsynced.remove(id)
        case .putDurableHandle(let id, let value):
            durableHandles[id] = value
        case .deleteDurableHandle(let id):
            durableHandles[id] = nil
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
