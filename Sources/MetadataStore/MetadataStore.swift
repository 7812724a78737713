package import FileSystemModel

/// Plain records of one share, and no rules: those stand once, above every store.
///
/// A store is thread-safe. Reads see whole batches. The core orders conflicting calls by its own locks; the preconditions of a batch
/// are for stores that several processes share.
package protocol MetadataStore: AnyObject, Sendable {
    /// Whether a call may wait for a device or a network. Doors then call from a pool, never from an event loop.
    var isBlocking: Bool { get }

    /// - Throws: every call throws `.io` for what the engine did not expect, `.noSpace` when it is full.
    func share() throws(FileSystemError) -> ShareRecord?
    func inode(_ number: InodeNumber) throws(FileSystemError) -> InodeRecord?
    func entry(named name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord?
    /// All entries whose folded names are equal, oldest (lowest cookie) first.
    func entries(folded name: FoldedName, in parent: InodeNumber) throws(FileSystemError) -> [EntryRecord]
    /// Up to `limit` entries after `cookie`, in the order of their cookies.
    func entries(
        in parent: InodeNumber, after cookie: DirectoryCookie, limit: Int
    ) throws(FileSystemError) -> [EntryRecord]
    /// The entry in that place of a directory.
    func entry(at cookie: DirectoryCookie, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord?
    func isDirectoryEmpty(_ number: InodeNumber) throws(FileSystemError) -> Bool
    func extendedAttribute(_ name: [UInt8], of number: InodeNumber) throws(FileSystemError) -> [UInt8]?
    /// Sorted by name.
    func extendedAttributes(of number: InodeNumber) throws(FileSystemError) -> [(name: [UInt8], value: [UInt8])]
    func stream(_ name: FileName, of number: InodeNumber) throws(FileSystemError) -> StreamRecord?
    /// Sorted by name.
    func streams(of number: InodeNumber) throws(FileSystemError) -> [StreamRecord]
    /// All streams of the file whose folded names are equal, sorted by name.
    func streams(folded name: FoldedName, of number: InodeNumber) throws(FileSystemError) -> [StreamRecord]
    func streamCount(of number: InodeNumber) throws(FileSystemError) -> Int
    func orphans() throws(FileSystemError) -> [InodeNumber]
    func pendingDeletes() throws(FileSystemError) -> [ContentID]
    func unsynced() throws(FileSystemError) -> [ContentID]
    func durableHandles() throws(FileSystemError) -> [(id: UInt64, value: [UInt8])]

    /// Inodes that exist, the root among them.
    func inodeCount() throws(FileSystemError) -> UInt64

    /// A run of numbers above 17 that were never given out before; the first of `count`.
    func allocateInodeNumbers(_ count: UInt64) throws(FileSystemError) -> InodeNumber

    /// Applies all mutations in their order, or nothing.
    func apply(_ batch: MetadataBatch) throws(FileSystemError) -> BatchOutcome
    /// Returns when everything that was applied survives a crash of the machine. For memory: at once.
    func sync() throws(FileSystemError)
    func close()
}
