package import ContentStore
package import FileSystemModel
import Synchronization

/// A memory store that lets a test look around when content is deleted, and that may say of itself that its calls block.
package final class HookedContentStore: ContentStore {
    private let store: MemoryContentStore
    private let written = Mutex(0)
    private let hook = Mutex<(@Sendable () -> Void)?>(nil)

    /// With it every call of the share goes through a pool's thread, though nothing blocks in truth.
    package let isBlocking: Bool

    package init(maximumBytes: UInt64, isBlocking: Bool = false) {
        store = MemoryContentStore(maximumBytes: maximumBytes)
        self.isBlocking = isBlocking
    }

    /// The bytes of all writes so far.
    package var bytesWritten: Int { written.withLock { $0 } }

    /// Calls `hook` at each deletion, on the thread that deletes.
    package func atDeletion(_ hook: @escaping @Sendable () -> Void) { self.hook.withLock { $0 = hook } }

    package func delete(_ id: ContentID) throws(FileSystemError) {
        hook.withLock { $0 }?()
        try store.delete(id)
    }

    package func read(_ id: ContentID, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) {
        try store.read(id, at: offset, into: buffer)
    }
    package func write(_ id: ContentID, at offset: UInt64, from buffer: UnsafeRawBufferPointer) throws(FileSystemError) {
        written.withLock { $0 += buffer.count }
        try store.write(id, at: offset, from: buffer)
    }
    package func truncate(_ id: ContentID, to size: UInt64) throws(FileSystemError) { try store.truncate(id, to: size) }
    package func punch(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        try store.punch(id, at: offset, count: count)
    }
    package func reserve(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError) {
        try store.reserve(id, at: offset, count: count)
    }
    package func share(
        _ source: ContentID, at sourceOffset: UInt64, with target: ContentID, at targetOffset: UInt64, count: UInt64
    ) throws(FileSystemError) -> UInt64 {
        try store.share(source, at: sourceOffset, with: target, at: targetOffset, count: count)
    }
    package func extent(_ id: ContentID, at offset: UInt64) throws(FileSystemError) -> Range<UInt64>? {
        try store.extent(id, at: offset)
    }
    package func allocatedSize(_ id: ContentID) throws(FileSystemError) -> UInt64 { try store.allocatedSize(id) }
    package func sync(_ id: ContentID) throws(FileSystemError) { try store.sync(id) }
    package func space() throws(FileSystemError) -> ContentSpace { try store.space() }
    package func close() { store.close() }
}
