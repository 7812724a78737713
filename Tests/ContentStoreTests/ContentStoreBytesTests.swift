import ContentStore
import FileSystemModel
import Testing

@Suite("Content stores: bytes")
struct ContentStoreBytesTests {
    private static let id = ContentID.test(1)
    /// Around every boundary that an implementation may have: blocks, chunks, powers of two.
    private static let sizes = [1, 2, 4095, 4096, 4097, 8191, 65535, 65536, 65537, 131_072, 262_143, 262_145, 1_048_577]

    @Test("what was never written reads as zeros and costs nothing", arguments: ContentStoreFactory.all)
    func unwritten(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let before = try store.space()
            #expect(try store.bytes(Self.id, 0..<10_000) == [UInt8](repeating: 0, count: 10_000))
            #expect(try store.bytes(Self.id, UInt64(Int64.max) - 5..<UInt64(Int64.max) + 5) == [UInt8](repeating: 0, count: 10))
            try store.truncate(Self.id, to: 1 << 40)
            try store.punch(Self.id, at: 5, count: 1 << 40)
            #expect(try store.extent(Self.id, at: 0) == nil)
            #expect(try store.allocatedSize(Self.id) == 0)
            #expect(try store.space() == before)
            try store.sync(Self.id)
            try store.delete(Self.id)
        }
    }

    @Test("bytes come back, at whatever offset and in whatever pieces", arguments: ContentStoreFactory.all, sizes)
    func roundTrip(factory: ContentStoreFactory, size: Int) throws {
        try factory.withStore { store in
            let bytes = pattern(size)
            for offset: UInt64 in [0, 1, 4095, 4096, 65_535, 1 << 33, UInt64(Int64.max) - UInt64(size)] {
                let id = ContentID.test(offset)
                try store.put(id, bytes, at: offset)
                #expect(try store.bytes(id, offset..<offset + UInt64(size)) == bytes, "at \(offset)")
                // In two pieces, and with what surrounds it.
                let middle = offset + UInt64(size / 3)
                let pieces = try store.bytes(id, offset..<middle) + store.bytes(id, middle..<offset + UInt64(size))
                #expect(pieces == bytes, "at \(offset)")
                if offset > 0 { #expect(try store.bytes(id, offset - 1..<offset) == [0]) }
                #expect(try store.bytes(id, offset + UInt64(size)..<offset + UInt64(size) + 1) == [0])
                try store.delete(id)
            }
        }
    }

    @Test("contents do not see each other", arguments: ContentStoreFactory.all)
    func separate(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let ids = (0..<200 as Range<UInt64>).map { ContentID(epoch: $0 / 100, random: $0 % 100) }
            for (index, id) in ids.enumerated() { try store.put(id, pattern(100, seed: UInt64(index))) }
            for (index, id) in ids.enumerated() where index % 2 == 0 { try store.delete(id) }
            for (index, id) in ids.enumerated() {
                let expected = index % 2 == 0 ? [UInt8](repeating: 0, count: 100) : pattern(100, seed: UInt64(index))
                #expect(try store.bytes(id, 0..<100) == expected)
            }
        }
    }

    @Test("small appends make one content", arguments: ContentStoreFactory.all, [1, 100, 4095, 5000])
    func appends(factory: ContentStoreFactory, step: Int) throws {
        try factory.withStore { store in
            let bytes = pattern(step * 60)
            for start in stride(from: 0, to: bytes.count, by: step) {
                try store.put(Self.id, Array(bytes[start..<start + step]), at: UInt64(start))
            }
            #expect(try store.bytes(Self.id, 0..<UInt64(bytes.count)) == bytes)
            #expect(try store.extents(Self.id).count == 1)
        }
    }

    @Test("a content written backwards, block by block", arguments: ContentStoreFactory.all)
    func backwards(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let bytes = pattern(1 << 20)
            for start in stride(from: bytes.count - 4096, through: 0, by: -4096) {
                try store.put(Self.id, Array(bytes[start..<start + 4096]), at: UInt64(start))
            }
            #expect(try store.bytes(Self.id, 0..<1 << 20) == bytes)
            #expect(try store.extents(Self.id) == [0..<1 << 20])
        }
    }

    @Test("after a truncation, growth reads zeros", arguments: ContentStoreFactory.all, [0, 1, 4095, 4096, 4097, 65_535, 65_536, 70_000])
    func truncation(factory: ContentStoreFactory, size: Int) throws {
        try factory.withStore { store in
            let bytes = pattern(200_000)
            try store.put(Self.id, bytes)
            try store.truncate(Self.id, to: UInt64(size))
            let zeros = [UInt8](repeating: 0, count: 200_000 - size)
            #expect(try store.bytes(Self.id, 0..<200_000) == Array(bytes[..<size]) + zeros)
            #expect(try store.allocatedSize(Self.id) == UInt64((size + 4095) / 4096 * 4096))
            // One byte written further on does not bring the old ones back.
            try store.put(Self.id, [7], at: 150_000)
            #expect(try store.bytes(Self.id, UInt64(size)..<150_000).allSatisfy { $0 == 0 })
        }
    }

    @Test("empty calls change nothing", arguments: ContentStoreFactory.all)
    func empty(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let before = try store.space()
            try store.put(Self.id, [], at: 5)
            try store.put(Self.id, [], at: .max)
            try store.reserve(Self.id, at: 5, count: 0)
            try store.punch(Self.id, at: 5, count: 0)
            #expect(try store.bytes(Self.id, 3..<3) == [])
            #expect(try store.space() == before)
        }
    }

    @Test("a deleted content is gone, and its id can be used by nobody's bytes", arguments: ContentStoreFactory.all)
    func deletion(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let before = try store.space()
            try store.put(Self.id, pattern(100_000))
            try store.delete(Self.id)
            try store.delete(Self.id)
            #expect(try store.space() == before)
            #expect(try store.extent(Self.id, at: 0) == nil)
            try store.put(Self.id, [1], at: 50_000)
            #expect(try store.bytes(Self.id, 0..<50_000).allSatisfy { $0 == 0 })
        }
    }
}
