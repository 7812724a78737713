import ContentStore
import FileSystemModel
import Testing

/// A kind of content store that the conformance suite runs on. A new engine joins by one line in ``all``.
struct ContentStoreFactory: Sendable, CustomTestStringConvertible {
    let name: String
    /// Makes an empty store with a bound in bytes.
    let make: @Sendable (_ maximumBytes: UInt64) throws -> any ContentStore

    var testDescription: String { name }

    static let all: [ContentStoreFactory] = [
        ContentStoreFactory(name: "memory") { MemoryContentStore(maximumBytes: $0) }
    ]

    func withStore<Result>(
        maximumBytes: UInt64 = 64 << 20, _ body: (any ContentStore) throws -> Result
    ) throws -> Result {
        let store = try make(maximumBytes)
        defer { store.close() }
        return try body(store)
    }
}

extension ContentID {
    /// Ids of tests: one epoch, numbered.
    static func test(_ number: UInt64) -> ContentID { ContentID(epoch: 0, random: number) }
}

extension ContentStore {
    func bytes(_ id: ContentID, _ range: Range<UInt64>) throws(FileSystemError) -> [UInt8] {
        // Filled with what a store must overwrite.
        var bytes = [UInt8](repeating: 0xEE, count: Int(range.upperBound - range.lowerBound))
        do {
            try bytes.withUnsafeMutableBytes { try read(id, at: range.lowerBound, into: $0) }
        } catch let error as FileSystemError {
            throw error
        } catch {
            throw .io
        }
        return bytes
    }

    func put(_ id: ContentID, _ bytes: [UInt8], at offset: UInt64 = 0) throws(FileSystemError) {
        do {
            try bytes.withUnsafeBytes { try write(id, at: offset, from: $0) }
        } catch let error as FileSystemError {
            throw error
        } catch {
            throw .io
        }
    }

    /// All extents, as SEEK_DATA and SEEK_HOLE would walk them.
    func extents(_ id: ContentID) throws(FileSystemError) -> [Range<UInt64>] {
        var result: [Range<UInt64>] = []
        var offset: UInt64 = 0
        while let extent = try extent(id, at: offset) {
            result.append(extent)
            offset = extent.upperBound
        }
        return result
    }
}

/// Bytes that differ from place to place and from seed to seed.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
}
