import ContentStore
import FileSystemModel
import HostileInput
import Testing

/// What a content store must do, in the plainest way: bytes up to a small size, and a flag for each block.
private struct ModelContent {
    static let size = 300 << 10
    static let block = 4096
    var bytes = [UInt8](repeating: 0, count: Self.size)
    var spent = [Bool](repeating: false, count: Self.size / Self.block)

    var spentBytes: UInt64 { UInt64(spent.count { $0 } * Self.block) }

    func touched(_ range: Range<Int>) -> Range<Int> {
        range.isEmpty ? 0..<0 : range.lowerBound / Self.block..<(range.upperBound - 1) / Self.block + 1
    }

    func cost(_ range: Range<Int>) -> UInt64 { UInt64(touched(range).count { !spent[$0] } * Self.block) }

    mutating func write(_ new: [UInt8], at offset: Int) {
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
        for block in touched(offset..<offset + new.count) { spent[block] = true }
    }

    mutating func reserve(_ range: Range<Int>) {
        for block in touched(range) { spent[block] = true }
    }

    mutating func punch(_ range: Range<Int>) {
        for index in range { bytes[index] = 0 }
        let first = (range.lowerBound + Self.block - 1) / Self.block
        let end = range.upperBound / Self.block
        if first < end { for block in first..<end { spent[block] = false } }
    }

    mutating func truncate(_ size: Int) {
        punch(size..<Self.size)
    }

    /// Ranges of whole blocks.
    mutating func take(_ range: Range<Int>, of other: ModelContent, to offset: Int) {
        bytes.replaceSubrange(offset..<offset + range.count, with: other.bytes[range])
        let blocks = other.spent[range.lowerBound / Self.block..<range.upperBound / Self.block]
        spent.replaceSubrange(offset / Self.block..<(offset + range.count) / Self.block, with: blocks)
    }

    var extents: [Range<UInt64>] {
        var result: [Range<UInt64>] = []
        for (index, isSpent) in spent.enumerated() where isSpent {
            let start = UInt64(index * Self.block)
            if let last = result.last, last.upperBound == start {
                result[result.count - 1] = last.lowerBound..<start + UInt64(Self.block)
            } else {
                result.append(start..<start + UInt64(Self.block))
            }
        }
        return result
    }
}

@Suite("Content stores: random calls against plain arrays")
struct ContentStoreModelTests {
    static let contents: UInt64 = 3
    static let bound: UInt64 = 400 << 10

    @Test("a random run agrees with the model", arguments: ContentStoreFactory.all, 0..<8)
    func agrees(factory: ContentStoreFactory, seed: Int) throws {
        try factory.withStore(maximumBytes: Self.bound) { store in
            var random = SeededGenerator(seed: UInt64(seed))
            var models: [UInt64: ModelContent] = [:]
            for step in 0..<400 {
                let number = UInt64.random(in: 0..<Self.contents, using: &random)
                if UInt.random(in: 0..<8, using: &random) == 0 {
                    try share(on: store, with: number, &models, &random, "seed \(seed), step \(step)")
                }
                var model = models[number] ?? ModelContent()
                let free = Self.bound - models.values.reduce(0) { $0 + $1.spentBytes }
                try perform(on: store, .test(number), &model, free: free, &random, "seed \(seed), step \(step)")
                models[number] = model
                let spent = models.values.reduce(0) { $0 + $1.spentBytes }
                try #require(try store.space().free == Self.bound - spent, "seed \(seed), step \(step)")
            }
            for (number, model) in models {
                try #require(try store.bytes(.test(number), 0..<UInt64(ModelContent.size)) == model.bytes, "seed \(seed)")
            }
        }
    }

    private func share(
        on store: any ContentStore, with target: UInt64, _ models: inout [UInt64: ModelContent],
        _ random: inout SeededGenerator, _ place: Comment
    ) throws {
        let source = UInt64.random(in: 0..<Self.contents, using: &random)
        let unit = [4096, 65_536, 65_536].randomElement(using: &random) ?? 4096
        let (from, to) = (Int.random(in: 0...4, using: &random) * unit, Int.random(in: 0...4, using: &random) * unit)
        let limit = source == target ? abs(from - to) : ModelContent.size
        let count = Int.random(in: 0...min(limit, ModelContent.size - max(from, to)), using: &random)
        let done = Int(
            try store.share(.test(source), at: UInt64(from), with: .test(target), at: UInt64(to), count: UInt64(count)))
        try #require(done <= count && done % ModelContent.block == 0, place)
        let other = models[source] ?? ModelContent()
        models[target, default: ModelContent()].take(from..<from + done, of: other, to: to)
    }

    private func perform(
        on store: any ContentStore, _ id: ContentID, _ model: inout ModelContent, free: UInt64,
        _ random: inout SeededGenerator, _ place: Comment
    ) throws {
        let range = Self.range(&random)
        let offset = UInt64(range.lowerBound)
        switch UInt.random(in: 0..<100, using: &random) {
        case 0..<35:
            let new = pattern(range.count, seed: random.next())
            if model.cost(range) > free {
                #expect(throws: FileSystemError.noSpace, place) { try store.put(id, new, at: offset) }
            } else {
                try store.put(id, new, at: offset)
                model.write(new, at: range.lowerBound)
            }
        case 35..<60:
            let read = try store.bytes(id, offset..<UInt64(range.upperBound))
            try #require(read == Array(model.bytes[range]), place)
        case 60..<70:
            try store.punch(id, at: offset, count: UInt64(range.count))
            model.punch(range)
        case 70..<78:
            try store.truncate(id, to: offset)
            model.truncate(range.lowerBound)
        case 78..<86:
            if model.cost(range) > free {
                #expect(throws: FileSystemError.noSpace, place) { try store.reserve(id, at: offset, count: UInt64(range.count)) }
            } else {
                try store.reserve(id, at: offset, count: UInt64(range.count))
                model.reserve(range)
            }
        case 86..<98:
            try #require(try store.extents(id) == model.extents, place)
            try #require(try store.allocatedSize(id) == model.spentBytes, place)
            let expected = model.extents.first { $0.upperBound > offset }
            let found = try store.extent(id, at: offset)
            try #require(found == expected.map { max($0.lowerBound, offset)..<$0.upperBound }, place)
        default:
            try store.delete(id)
            model = ModelContent()
        }
    }

    /// Ranges of all lengths, that like to begin and end at block and chunk boundaries.
    private static func range(_ random: inout SeededGenerator) -> Range<Int> {
        func place(_ random: inout SeededGenerator) -> Int {
            let unit = [1, 4096, 4096, 65536].randomElement(using: &random) ?? 1
            let jitter = [0, 0, 0, 1, -1].randomElement(using: &random) ?? 0
            let place = Int.random(in: 0...ModelContent.size / unit, using: &random) * unit + jitter
            return min(max(place, 0), ModelContent.size)
        }
        let one = place(&random)
        let other =
            switch UInt.random(in: 0..<3, using: &random) {
            case 0: place(&random)
            case 1: min(one + Int.random(in: 0...200, using: &random), ModelContent.size)
            default: min(one + Int.random(in: 0...20_000, using: &random), ModelContent.size)
            }
        return min(one, other)..<max(one, other)
    }
}
