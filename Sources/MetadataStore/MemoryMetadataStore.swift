package import FileSystemModel
import Synchronization

/// Metadata in dictionaries, for shares that end with their process, and the model that other engines are compared with.
///
/// One lock covers all: a call holds it for a microsecond, and never across anything that waits.
package final class MemoryMetadataStore: MetadataStore {
    private let state: Mutex<MemoryMetadataState>

    private let maximumBytes: Int

    /// - Parameter maximumBytes: About what the records may hold of the process's memory. A file costs some 800 bytes.
    package init(maximumBytes: Int = 8 << 30) {
        state = Mutex(MemoryMetadataState())
        self.maximumBytes = max(0, maximumBytes)
    }

    package var isBlocking: Bool { false }

    package func share() throws(FileSystemError) -> ShareRecord? {
        state.withLock { $0.share }
    }

    package func inode(_ number: InodeNumber) throws(FileSystemError) -> InodeRecord? {
        state.withLock { $0.inodes[number]?.record }
    }

    package func entry(named name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        state.withLock { $0.directories[parent]?.entry(named: name) }
    }

    package func entries(
        folded name: FoldedName, in parent: InodeNumber
    ) throws(FileSystemError) -> [EntryRecord] {
        state.withLock { $0.directories[parent]?.entries(folded: name) ?? [] }
    }

    package func entries(
        in parent: InodeNumber, after cookie: DirectoryCookie, limit: Int
    ) throws(FileSystemError) -> [EntryRecord] {
        state.withLock { $0.directories[parent]?.entries(after: cookie, limit: limit) ?? [] }
    }

    package func entry(at cookie: DirectoryCookie, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        state.withLock { $0.directories[parent]?.entry(at: cookie) }
    }

    package func isDirectoryEmpty(_ number: InodeNumber) throws(FileSystemError) -> Bool {
        state.withLock { $0.directories[number]?.isEmpty ?? true }
    }

    package func extendedAttribute(
        _ name: [UInt8], of number: InodeNumber
    ) throws(FileSystemError) -> [UInt8]? {
        state.withLock { $0.extendedAttributes[number]?[name] }
    }

    package func extendedAttributes(
        of number: InodeNumber
    ) throws(FileSystemError) -> [(name: [UInt8], value: [UInt8])] {
        let all = state.withLock { $0.extendedAttributes[number] } ?? [:]
        return all.map { (name: $0.key, value: $0.value) }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    package func stream(_ name: FileName, of number: InodeNumber) throws(FileSystemError) -> StreamRecord? {
        state.withLock { $0.streams[number]?.stream(named: name) }
    }

    package func streams(of number: InodeNumber) throws(FileSystemError) -> [StreamRecord] {
        state.withLock { $0.streams[number] }?.all ?? []
    }

    package func streams(folded name: FoldedName, of number: InodeNumber) throws(FileSystemError) -> [StreamRecord] {
        state.withLock { $0.streams[number]?.streams(folded: name) ?? [] }
    }

    package func streamCount(of number: InodeNumber) throws(FileSystemError) -> Int {
        state.withLock { $0.streams[number]?.count ?? 0 }
    }

    package func orphans() throws(FileSystemError) -> [InodeNumber] {
        state.withLock { $0.orphans }.sorted()
    }

    package func pendingDeletes() throws(FileSystemError) -> [ContentID] {
        Array(state.withLock { $0.pendingDeletes })
    }

    package func unsynced() throws(FileSystemError) -> [ContentID] {
        Array(state.withLock { $0.unsynced })
    }

    package func durableHandles() throws(FileSystemError) -> [(id: UInt64, value: [UInt8])] {
        state.withLock { $0.durableHandles }.map { (id: $0.key, value: $0.value) }.sorted { $0.id < $1.id }
    }

    package func inodeCount() throws(FileSystemError) -> UInt64 {
        state.withLock { UInt64($0.inodes.count) }
    }

    /// - Throws: `.noSpace` when the numbers are used up.
    package func allocateInodeNumbers(_ count: UInt64) throws(FileSystemError) -> InodeNumber {
        try state.withLock { (state) throws(FileSystemError) -> InodeNumber in
            let first = state.nextInode
            let (next, overflow) = first.addingReportingOverflow(count)
            guard !overflow else { throw .noSpace }
            state.nextInode = next
            return InodeNumber(rawValue: first)
        }
    }

    /// - Throws: `.noSpace` when the batch would grow the records beyond the bound; nothing is applied.
    package func apply(_ batch: MetadataBatch) throws(FileSystemError) -> BatchOutcome {
        try state.withLock { (state) throws(FileSystemError) -> BatchOutcome in
            for precondition in batch.preconditions where !state.holds(precondition) { return .conflict }
            guard state.fits(batch.mutations, maximum: maximumBytes) else { throw .noSpace }
            for mutation in batch.mutations { state.apply(mutation) }
            return .applied
        }
    }

    package func sync() throws(FileSystemError) {}

    package func close() {
        state.withLock { $0 = MemoryMetadataState() }
    }
}
