import ContentStore
import FileSystemModel
import HostileInput
import Testing

@Suite("Content stores: space")
struct ContentStoreSpaceTests {
    private static let id = ContentID.test(1)
    private static let block: UInt64 = 4096

    @Test("holes cost nothing and show as holes", arguments: ContentStoreFactory.all)
    func holes(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let far: UInt64 = 1 << 40
            try store.put(Self.id, [1], at: 10_000)
            try store.put(Self.id, pattern(5000), at: 65_530)
            try store.put(Self.id, [2], at: far)
            #expect(try store.extents(Self.id) == [8192..<12_288, 61_440..<73_728, far..<far + Self.block])
            #expect(try store.allocatedSize(Self.id) == 5 * Self.block)
            #expect(try store.extent(Self.id, at: 9000) == 9000..<12_288)
            #expect(try store.extent(Self.id, at: 12_287) == 12_287..<12_288)
            #expect(try store.extent(Self.id, at: 12_288) == 61_440..<73_728)
            #expect(try store.extent(Self.id, at: 70_000) == 70_000..<73_728)
            #expect(try store.extent(Self.id, at: far + Self.block) == nil)
            #expect(try store.extent(Self.id, at: .max) == nil)
        }
    }

    @Test("a punched range reads as zeros; its whole blocks are given back", arguments: ContentStoreFactory.all)
    func punch(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let size: UInt64 = 262_144
            var bytes = pattern(Int(size))
            try store.put(Self.id, bytes)
            for (offset, count): (UInt64, UInt64) in [(1, 10), (5000, 9000), (65_536, 65_536), (100_000, 100_000)] {
                try store.punch(Self.id, at: offset, count: count)
                for index in offset..<offset + count { bytes[Int(index)] = 0 }
                #expect(try store.bytes(Self.id, 0..<size) == bytes)
            }
            #expect(try store.extents(Self.id) == [0..<8192, 12_288..<65_536, 196_608..<size])
            #expect(try store.allocatedSize(Self.id) == 8192 + 53_248 + 65_536)
            try store.punch(Self.id, at: 0, count: .max)
            #expect(try store.allocatedSize(Self.id) == 0)
            #expect(try store.space().free == store.space().total)
        }
    }

    @Test("reserving spends the space once and changes no byte", arguments: ContentStoreFactory.all)
    func reserve(factory: ContentStoreFactory) throws {
        try factory.withStore(maximumBytes: 1 << 20) { store in
            let bytes = pattern(10_000)
            try store.put(Self.id, bytes, at: 60_000)
            try store.reserve(Self.id, at: 50_000, count: 100_000)
            #expect(try store.bytes(Self.id, 60_000..<70_000) == bytes)
            #expect(try store.bytes(Self.id, 50_000..<60_000).allSatisfy { $0 == 0 })
            #expect(try store.extents(Self.id) == [49_152..<151_552])
            let free = try store.space().free
            #expect(free == 1 << 20 - 102_400)
            try store.reserve(Self.id, at: 50_000, count: 100_000)
            try store.put(Self.id, pattern(100_000, seed: 2), at: 50_000)
            #expect(try store.space().free == free)
            #expect(try store.bytes(Self.id, 50_000..<150_000) == pattern(100_000, seed: 2))
            #expect(throws: FileSystemError.noSpace) { try store.reserve(Self.id, at: 0, count: 1 << 40) }
            #expect(throws: FileSystemError.noSpace) { try store.reserve(Self.id, at: 0, count: UInt64(Int64.max)) }
            #expect(try store.space().free == free)
        }
    }

    @Test("what was reserved can be written when all else is full", arguments: ContentStoreFactory.all)
    func reservedIsGuaranteed(factory: ContentStoreFactory) throws {
        try factory.withStore(maximumBytes: 1 << 20) { store in
            try store.reserve(Self.id, at: 0, count: 1 << 19)
            try store.put(.test(2), pattern(1 << 19))
            #expect(try store.space().free == 0)
            #expect(throws: FileSystemError.noSpace) { try store.put(.test(3), [1]) }
            let bytes = pattern(1 << 19, seed: 3)
            for start in stride(from: 0, to: bytes.count, by: 10_000) {
                try store.put(Self.id, Array(bytes[start..<min(start + 10_000, bytes.count)]), at: UInt64(start))
            }
            #expect(try store.bytes(Self.id, 0..<1 << 19) == bytes)
        }
    }

    @Test("the bound is exact, and a write that exceeds it writes nothing", arguments: ContentStoreFactory.all)
    func bound(factory: ContentStoreFactory) throws {
        try factory.withStore(maximumBytes: 1 << 20) { store in
            #expect(try store.space() == ContentSpace(total: 1 << 20, free: 1 << 20, blockSize: 4096))
            let bytes = pattern(1 << 20)
            try store.put(Self.id, bytes)
            #expect(try store.space().free == 0)
            #expect(throws: FileSystemError.noSpace) { try store.put(.test(2), [1]) }
            // Partly over what is there: the part that would fit is not written either.
            #expect(throws: FileSystemError.noSpace) {
                try store.put(Self.id, [UInt8](repeating: 0, count: 100), at: 1 << 20 - 50)
            }
            #expect(try store.bytes(Self.id, 0..<1 << 20) == bytes)
            #expect(try store.allocatedSize(.test(2)) == 0)
            // Writing over costs nothing.
            try store.put(Self.id, [9, 9], at: 77_777)

            try store.truncate(Self.id, to: 1 << 20 - 1)
            #expect(try store.space().free == 0)
            try store.truncate(Self.id, to: 1 << 20 - 4096)
            #expect(try store.space().free == 4096)
            try store.put(.test(2), [1])
            #expect(try store.space().free == 0)
            try store.delete(Self.id)
            #expect(try store.space().free == 1 << 20 - 4096)
        }
    }

    @Test("a bound that is no multiple of the block is rounded down", arguments: ContentStoreFactory.all)
    func odd(factory: ContentStoreFactory) throws {
        try factory.withStore(maximumBytes: 10_000) { store in
            #expect(try store.space().total == 8192)
            #expect(throws: FileSystemError.noSpace) { try store.put(Self.id, pattern(8193)) }
            try store.put(Self.id, pattern(8192))
        }
    }

    @Test("nothing ends beyond the largest signed offset", arguments: ContentStoreFactory.all)
    func tooLarge(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            let end = UInt64(Int64.max)
            for offset in [end, end - 1, end + 1, .max, .max - 1] as [UInt64] {
                #expect(throws: FileSystemError.fileTooLarge) { try store.put(Self.id, [1, 2], at: offset) }
                #expect(throws: FileSystemError.fileTooLarge) { try store.reserve(Self.id, at: offset, count: 2) }
            }
            #expect(throws: FileSystemError.fileTooLarge) { try store.reserve(Self.id, at: 1, count: .max) }
            #expect(throws: FileSystemError.fileTooLarge) { try store.truncate(Self.id, to: end + 1) }
            try store.put(Self.id, [5], at: end - 1)
            #expect(try store.bytes(Self.id, end - 1..<end + 1) == [5, 0])
            try store.truncate(Self.id, to: end)
            #expect(try store.bytes(Self.id, end - 1..<end) == [5])
            try store.punch(Self.id, at: end - 1, count: .max)
            #expect(try store.bytes(Self.id, end - 1..<end) == [0])
            try store.truncate(Self.id, to: end - 4096)
            #expect(try store.space().free == store.space().total)
        }
    }

    @Test("thousands of islands far apart", arguments: ContentStoreFactory.all)
    func islands(factory: ContentStoreFactory) throws {
        try factory.withStore { store in
            var random = SeededGenerator(seed: 11)
            var places = (0..<3000 as Range<UInt64>).map { $0 << 21 }
            places.shuffle(using: &random)
            for place in places { try store.put(Self.id, [UInt8(truncatingIfNeeded: place >> 21) | 1], at: place) }
            #expect(try store.allocatedSize(Self.id) == 3000 * Self.block)
            let extents = try store.extents(Self.id)
            #expect(extents == (0..<3000).map { $0 << 21..<$0 << 21 + Self.block })
            for place in places.prefix(1500) { try store.punch(Self.id, at: place, count: Self.block) }
            #expect(try store.extents(Self.id).map(\.lowerBound) == places.dropFirst(1500).sorted())
            for place in places.dropFirst(1500) {
                #expect(try store.bytes(Self.id, place..<place + 2) == [UInt8(truncatingIfNeeded: place >> 21) | 1, 0])
            }
        }
    }
}
