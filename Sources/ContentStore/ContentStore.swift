package import FileSystemModel

/// Bytes by content id, and nothing about files.
///
/// A store is thread-safe; bytes that one call writes while another reads them may be seen in part, so the core holds the inode's
/// lock. Content that was never written reads as zeros and costs nothing.
package protocol ContentStore: AnyObject, Sendable {
    /// Whether a call may wait for a device or a network.
    var isBlocking: Bool { get }

    /// Fills `buffer` with the bytes from `offset` on; holes, and what lies past the last byte written, are zeros.
    func read(_ id: ContentID, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError)
    /// - Throws: `.noSpace` at the store's bound, with nothing of this call written; `.fileTooLarge`.
    func write(_ id: ContentID, at offset: UInt64, from buffer: UnsafeRawBufferPointer) throws(FileSystemError)
    /// Drops what lies at and beyond `size`.
    func truncate(_ id: ContentID, to size: UInt64) throws(FileSystemError)
    /// Makes a range a hole: it reads as zeros and its whole blocks cost nothing.
    func punch(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError)
    /// Spends the space of a range without changing what it reads as.
    func reserve(_ id: ContentID, at offset: UInt64, count: UInt64) throws(FileSystemError)
    /// Gives a range of `target` the bytes and holes of a range of `source` without copying: both have them until one of them changes.
    /// The two are different contents, or ranges that do not overlap. Space is spent as for a copy.
    ///
    /// - Returns: How much of the range was done so, from its beginning on. Less than all, and nothing, mean no more than that the
    ///   rest is to be copied: the store shares what it can, and only where there is room.
    func share(
        _ source: ContentID, at sourceOffset: UInt64, with target: ContentID, at targetOffset: UInt64, count: UInt64
    ) throws(FileSystemError) -> UInt64
    /// The first allocated extent that ends after `offset`, cut to begin no earlier than it; nil when only a hole follows.
    func extent(_ id: ContentID, at offset: UInt64) throws(FileSystemError) -> Range<UInt64>?
    /// What the content costs, in bytes.
    func allocatedSize(_ id: ContentID) throws(FileSystemError) -> UInt64
    /// Returns when the bytes survive a crash of the machine. For memory: at once.
    func sync(_ id: ContentID) throws(FileSystemError)
    /// Deleting what is not there is no error.
    func delete(_ id: ContentID) throws(FileSystemError)
    /// The store's bound and what is left, in bytes.
    func space() throws(FileSystemError) -> ContentSpace
    func close()
}

package struct ContentSpace: Equatable, Sendable {
    package var total: UInt64
    package var free: UInt64
    /// The unit in which space is spent, in bytes.
    package var blockSize: UInt32

    package init(total: UInt64, free: UInt64, blockSize: UInt32) {
        self.total = total
        self.free = free
        self.blockSize = blockSize
    }
}
