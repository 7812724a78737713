import ContentStore
import FileSystemModel
import Synchronization

/// A memory store that lets a test look around when content is deleted.
final class HookedContentStore: ContentStore {
    private let store: MemoryContentStore
    private let hook = Mutex<(@Sendable () -> Void)?>(nil)

    init(maximumBytes: UInt64) { store = MemoryContentStore(maximumBytes: maximumBytes) }

    /// Calls `hook` at each deletion, on the thread that deletes.
    func atDeletion(_ hook: @escaping @Sendable () -> Void) { self.hook.withLock { $0 = hook } }

    func delete(_ id: ContentID) throws(FileSystemError) {
        hook.withLock { $0 }?()
        try store.delete(id)
    }

    var isBlocking: Bool { store.isBlocking }
    func read(_ id: ContentID, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        try store.read(id, at: offset, into: buffer)
    }
    func write(_ id: ContentID, at offset: UInt64, from buffer: UnsafeRawBufferPointer) throws(FileSystemError) {
        try store.write(id, at: offset, from: buffer)
    }
    func truncate(_ id: ContentID, to size: UInt64) throws(FileSystemError) { try store.truncate(id, to: size) }
    func punch(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        try store.punch(id, at: offset, count: count)
    }
    func reserve(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        try store.reserve(id, at: offset, count: count)
    }
    func extent(_ id: ContentID, at offset: UInt64) throws(FileSystemError) -> Range<UInt64>? {
        try store.extent(id, at: offset)
    }
    func allocatedSize(_ id: ContentID) throws(FileSystemError) -> UInt64 { try store.allocatedSize(id) }
    func sync(_ id: ContentID) throws(FileSystemError) { try store.sync(id) }
    func space() throws(FileSystemError) -> ContentSpace { try store.space() }
    func close() { store.close() }
}
