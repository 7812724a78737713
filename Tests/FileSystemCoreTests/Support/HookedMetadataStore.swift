import FileSystemModel
import MetadataStore
import Synchronization

/// A memory store that lets a test step in just before a batch is applied: the moment that a race would have to hit, or a failure.
final class HookedMetadataStore: MetadataStore {
    typealias Hook = @Sendable (MetadataBatch) -> Void

    private let store = MemoryMetadataStore()
    private let hook = Mutex<Hook?>(nil)
    private let failure = Mutex<FileSystemError?>(nil)
    private let listed = Mutex(0)

    /// How often a file's streams or extended attributes were listed, whole.
    var listings: Int { listed.withLock { $0 } }

    /// Calls `hook` before the next batch, on the thread that applies it, with all its locks held; once.
    func beforeNextBatch(_ hook: @escaping Hook) { self.hook.withLock { $0 = hook } }

    /// Refuses the next batch; once.
    func failNextBatch(_ error: FileSystemError) { failure.withLock { $0 = error } }

    func apply(_ batch: MetadataBatch) throws(FileSystemError) -> BatchOutcome {
        let hook = hook.withLock { hook in
            defer { hook = nil }
            return hook
        }
        hook?(batch)
        let failure = failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
        if let failure { throw failure }
        return try store.apply(batch)
    }

    var isBlocking: Bool { store.isBlocking }
    func share() throws(FileSystemError) -> ShareRecord? { try store.share() }
    func inode(_ number: InodeNumber) throws(FileSystemError) -> InodeRecord? { try store.inode(number) }
    func entry(named name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        try store.entry(named: name, in: parent)
    }
    func entries(folded name: FoldedName, in parent: InodeNumber) throws(FileSystemError) -> [EntryRecord] {
        try store.entries(folded: name, in: parent)
    }
    func entries(
        in parent: InodeNumber, after cookie: DirectoryCookie, limit: Int
    ) throws(FileSystemError) -> [EntryRecord] { try store.entries(in: parent, after: cookie, limit: limit) }
    func entry(at cookie: DirectoryCookie, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        try store.entry(at: cookie, in: parent)
    }
    func isDirectoryEmpty(_ number: InodeNumber) throws(FileSystemError) -> Bool { try store.isDirectoryEmpty(number) }
    func extendedAttribute(_ name: [UInt8], of number: InodeNumber) throws(FileSystemError) -> [UInt8]? {
        try store.extendedAttribute(name, of: number)
    }
    func extendedAttributes(of number: InodeNumber) throws(FileSystemError) -> [(name: [UInt8], value: [UInt8])] {
        listed.withLock { $0 += 1 }
        return try store.extendedAttributes(of: number)
    }
    func stream(_ name: FileName, of number: InodeNumber) throws(FileSystemError) -> StreamRecord? {
        try store.stream(name, of: number)
    }
    func streams(of number: InodeNumber) throws(FileSystemError) -> [StreamRecord] {
        listed.withLock { $0 += 1 }
        return try store.streams(of: number)
    }
    func streams(folded name: FoldedName, of number: InodeNumber) throws(FileSystemError) -> [StreamRecord] {
        try store.streams(folded: name, of: number)
    }
    func streamCount(of number: InodeNumber) throws(FileSystemError) -> Int { try store.streamCount(of: number) }
    func orphans() throws(FileSystemError) -> [InodeNumber] { try store.orphans() }
    func pendingDeletes() throws(FileSystemError) -> [ContentID] { try store.pendingDeletes() }
    func unsynced() throws(FileSystemError) -> [ContentID] { try store.unsynced() }
    func durableHandles() throws(FileSystemError) -> [(id: UInt64, value: [UInt8])] { try store.durableHandles() }
    func inodeCount() throws(FileSystemError) -> UInt64 { try store.inodeCount() }
    func allocateInodeNumbers(_ count: UInt64) throws(FileSystemError) -> InodeNumber {
        try store.allocateInodeNumbers(count)
    }
    func sync() throws(FileSystemError) { try store.sync() }
    func close() { store.close() }
}
