import FileSystemModel

/// The inodes' locks: a fixed number of stripes, since a lock an inode would need a table with a lock of its own.
///
/// Order: the namespace lock, then stripes by ascending index, then leaves. Several inodes are locked in one call, never one
/// after another, so two calls cannot wait for each other.
struct InodeLocks: Sendable {
    private let stripes: [ReadWriteLock]
    private static let count = 256

    init() { stripes = (0..<Self.count).map { _ in ReadWriteLock() } }

    private func index(_ inode: InodeNumber) -> Int { Int(truncatingIfNeeded: inode.rawValue) & (Self.count - 1) }

    @inline(__always)
    func reading<Result>(
        _ inode: InodeNumber, _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        try stripes[index(inode)].reading(body)
    }

    @inline(__always)
    func writing<Result>(
        _ inode: InodeNumber, _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        try stripes[index(inode)].writing(body)
    }

    func writing<Result>(
        _ first: InodeNumber, _ second: InodeNumber, _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        let (low, high) = (min(index(first), index(second)), max(index(first), index(second)))
        guard low != high else { return try stripes[low].writing(body) }
        return try stripes[low].writing { () throws(FileSystemError) in try stripes[high].writing(body) }
    }

    func writing<Result>(
        _ inodes: [InodeNumber], _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        try descend(inodes.map(index).sorted()[...], body)
    }

    /// Ascending, each stripe once however many of the inodes share it.
    private func descend<Result>(
        _ indices: ArraySlice<Int>, _ body: () throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        guard let first = indices.first else { return try body() }
        return try stripes[first].writing { () throws(FileSystemError) in try descend(indices.drop { $0 == first }, body) }
    }
}
