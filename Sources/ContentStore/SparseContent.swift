import FileSystemModel

/// The bytes of one content in memory: pages where something was written, and nothing elsewhere.
///
/// Space is spent in pages against `space`, the store's bound; memory against `memory`, twice that bound: a window of pages may hold
/// some that were never written. Not thread-safe: it lives inside its content's lock.
struct SparseContent: ~Copyable {
    /// The largest end of a range, as for every signed file offset.
    static let maximumEnd = UInt64(Int64.max)

    private var chunks = ChunkList()
    private(set) var spentPages: UInt64 = 0
    private let space: SpaceBudget
    private let memory: SpaceBudget

    init(space: SpaceBudget, memory: SpaceBudget) {
        self.space = space
        self.memory = memory
    }

    deinit {
        space.giveBack(spentPages << Page.shift)
        var held: UInt64 = 0
        chunks.forEach(in: 0...UInt64.max) { _, chunk in held += UInt64(chunk.capacity) }
        memory.giveBack(held << Page.shift)
    }

    // MARK: - Bytes

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) {
        var place: ChunkList.Position?
        Self.forEachPart(of: offset..<offset &+ UInt64(buffer.count)) { index, part, done in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + part.count])
            let position = place ?? chunks.position(from: index)
            if let slot = chunks[position], slot.index == index {
                slot.chunk.read(part, into: target)
                place = chunks.next(position)
            } else {
                target.initializeMemory(as: UInt8.self, repeating: 0)
                place = position
            }
        }
    }

    /// - Throws: `.noSpace`, with nothing written.
    mutating func write(at offset: UInt64, from buffer: UnsafeRawBufferPointer) throws(FileSystemError) {
        guard !buffer.isEmpty else { return }
        let range = offset..<offset + UInt64(buffer.count)
        let pages = newPages(in: range)
        guard space.take(pages << Page.shift) else { throw .noSpace }
        guard prepare(range) else {
            space.giveBack(pages << Page.shift)
            throw .noSpace
        }
        spentPages += pages
        var place: ChunkList.Position?
        Self.forEachPart(of: range) { index, part, done in
            let position = place ?? chunks.position(from: index)
            chunks[position]?.chunk.write(part, from: UnsafeRawBufferPointer(rebasing: buffer[done..<done + part.count]))
            place = chunks.next(position)
        }
    }

    // MARK: - Space

    /// - Throws: `.noSpace`, with nothing reserved.
    mutating func reserve(_ range: Range<UInt64>) throws(FileSystemError) {
        guard !range.isEmpty else { return }
        let pages = newPages(in: range)
        guard space.take(pages << Page.shift) else { throw .noSpace }
        // Not more chunks than the pages that were just paid for, and those that are there.
        for index in Self.indices(of: range) {
            guard chunks.make(index) == nil else { continue }
            forgetUnspent(in: range)
            space.giveBack(pages << Page.shift)
            throw .noSpace
        }
        spentPages += pages
        chunks.forEach(in: Self.indices(of: range)) { index, chunk in
            chunk.reserve(PageChunk.touched(Self.part(of: range, in: index)))
        }
    }

    /// - Throws: `.noSpace`, with nothing punched, when a chunk is shared and there is no memory for what is left of it.
    mutating func punch(_ range: Range<UInt64>) throws(FileSystemError) {
        guard !range.isEmpty else { return }
        let indices = Self.indices(of: range)
        for index in [indices.lowerBound, indices.upperBound] where Self.part(of: range, in: index).count < PageChunk.size {
            guard chunks.own(index) else { throw .noSpace }
        }
        drop(range)
    }

    /// The same; chunks that lie only partly in the range are this content's own.
    private mutating func drop(_ range: Range<UInt64>) {
        var freedPages: UInt64 = 0
        var freedMemory: UInt64 = 0
        chunks.remove(in: Self.indices(of: range)) { index, chunk in
            let spent = chunk.spentPages
            let capacity = chunk.capacity
            let part = Self.part(of: range, in: index)
            guard part.count < PageChunk.size else {
                // Others may have it.
                freedPages += UInt64(spent)
                freedMemory += UInt64(capacity)
                return true
            }
            chunk.punch(part)
            chunk.shrink()
            freedPages += UInt64(spent - chunk.spentPages)
            freedMemory += UInt64(capacity - chunk.capacity)
            return chunk.spent == 0
        }
        spentPages -= freedPages
        space.giveBack(freedPages << Page.shift)
        memory.giveBack(freedMemory << Page.shift)
    }

    /// The first run of spent pages that ends after `offset`, cut to begin no earlier.
    func extent(at offset: UInt64) -> Range<UInt64>? {
        let first = offset >> Page.shift
        var place = chunks.position(from: offset >> PageChunk.shift)
        var start: UInt64?
        var end: UInt64 = 0
        while let slot = chunks[place] {
            let base = slot.index << (PageChunk.shift - Page.shift)
            if let start, base != end { return Self.bytes(start..<end, from: offset) }
            var bits = UInt32(slot.chunk.spent)
            if base < first { bits &= ~0 << UInt32(first - base) }
            if start == nil {
                guard bits != 0 else {
                    place = chunks.next(place)
                    continue
                }
                let lead = bits.trailingZeroBitCount
                start = base + UInt64(lead)
                bits >>= UInt32(lead)
                end = base + UInt64(lead)
            }
            end += UInt64((~bits).trailingZeroBitCount)
            guard end == base + UInt64(PageChunk.pages) else { break }
            place = chunks.next(place)
        }
        guard let start else { return nil }
        return Self.bytes(start..<end, from: offset)
    }

    private static func bytes(_ pages: Range<UInt64>, from offset: UInt64) -> Range<UInt64> {
        max(offset, pages.lowerBound << Page.shift)..<pages.upperBound << Page.shift
    }

    // MARK: - Preparing a write

    /// The pages of a range that are not spent yet.
    private func newPages(in range: Range<UInt64>) -> UInt64 {
        var present = 0
        chunks.forEach(in: Self.indices(of: range)) { index, chunk in
            present += (PageChunk.touched(Self.part(of: range, in: index)) & chunk.spent).nonzeroBitCount
        }
        let pages = ((range.upperBound - 1) >> Page.shift) - (range.lowerBound >> Page.shift) + 1
        return pages - UInt64(present)
    }

    /// Gets memory for every page of a range.
    /// - Returns: False when there is none: chunks made for this are gone again.
    private mutating func prepare(_ range: Range<UInt64>) -> Bool {
        var previous: PageChunk?
        for index in Self.indices(of: range) {
            guard let chunk = chunks.make(index) else {
                forgetUnspent(in: range)
                return false
            }
            let touched = PageChunk.touched(Self.part(of: range, in: index))
            if touched & ~chunk.written != 0 {
                // What follows a full chunk is likely to become full too: all its memory at once, and no moves while it grows.
                if previous == nil, index > 0, chunk.capacity == 0 { previous = chunks[index - 1] }
                let grows = chunk.capacity == 0 && previous?.isFull == true
                guard cover(chunk, grows ? .max : touched) || (grows && cover(chunk, touched)) else {
                    forgetUnspent(in: range)
                    return false
                }
            }
            previous = chunk
        }
        return true
    }

    /// Removes the chunks that were made for what could not be done.
    private mutating func forgetUnspent(in range: Range<UInt64>) {
        let memory = memory
        chunks.remove(in: Self.indices(of: range)) { _, chunk in
            guard chunk.spent == 0 else { return false }
            memory.giveBack(UInt64(chunk.capacity) << Page.shift)
            return true
        }
    }

    private func cover(_ chunk: PageChunk, _ pages: UInt16) -> Bool {
        let held = chunk.capacity
        let wanted = max(held, PageChunk.window(over: pages | chunk.written).capacity)
        guard memory.take(UInt64(wanted - held) << Page.shift) else { return false }
        let covered = chunk.cover(pages)
        memory.giveBack(UInt64(wanted - chunk.capacity) << Page.shift)
        return covered
    }
}

// MARK: - Sharing

extension SparseContent {
    /// The chunks of a range that begins and ends with chunks, numbered from its beginning.
    func chunks(of range: Range<UInt64>) -> [ChunkList.Slot] {
        guard !range.isEmpty else { return [] }
        let indices = Self.indices(of: range)
        var found: [ChunkList.Slot] = []
        chunks.forEach(in: indices) { index, chunk in
            found.append(ChunkList.Slot(index: index - indices.lowerBound, chunk: chunk))
        }
        return found
    }

    /// Takes over what ``chunks(of:)`` has found in a content for a range here, of whole chunks as well: those chunks, and holes where
    /// there are none. Space and memory are counted as if each content had its own, so that to change one of them needs no more.
    ///
    /// - Returns: How much of the range was done before there was no room, in bytes.
    mutating func share(_ others: [ChunkList.Slot], in range: Range<UInt64>) -> UInt64 {
        var end = range.lowerBound
        for slot in others {
            let start = range.lowerBound + slot.index << PageChunk.shift
            if end < start { drop(end..<start) }
            end = start
            guard share(slot.chunk, at: start >> PageChunk.shift) else { return end - range.lowerBound }
            end += UInt64(PageChunk.size)
        }
        if end < range.upperBound { drop(end..<range.upperBound) }
        return range.upperBound - range.lowerBound
    }

    private mutating func share(_ chunk: PageChunk, at index: UInt64) -> Bool {
        let old = chunks[index]
        let (spent, newSpent) = (UInt64(old?.spentPages ?? 0), UInt64(chunk.spentPages))
        let (held, newHeld) = (UInt64(old?.capacity ?? 0), UInt64(chunk.capacity))
        let growth = newSpent - min(spent, newSpent)
        guard space.take(growth << Page.shift) else { return false }
        guard memory.take((newHeld - min(held, newHeld)) << Page.shift) else {
            space.giveBack(growth << Page.shift)
            return false
        }
        space.giveBack((spent - min(spent, newSpent)) << Page.shift)
        memory.giveBack((held - min(held, newHeld)) << Page.shift)
        spentPages = spentPages - spent + newSpent
        chunks.share(chunk, at: index)
        return true
    }
}

// MARK: - Ranges and chunks

extension SparseContent {
    /// The chunks that a range that is not empty touches.
    private static func indices(of range: Range<UInt64>) -> ClosedRange<UInt64> {
        range.lowerBound >> PageChunk.shift...(range.upperBound - 1) >> PageChunk.shift
    }

    /// What of a range lies in a chunk, relative to the chunk.
    private static func part(of range: Range<UInt64>, in index: UInt64) -> Range<Int> {
        let start = index << PageChunk.shift
        let low = max(range.lowerBound, start) - start
        let high = min(range.upperBound - start, UInt64(PageChunk.size))
        return Int(low)..<Int(high)
    }

    /// Calls `body` with each chunk's index, the part of the range in it and how much of the range came before.
    private static func forEachPart(of range: Range<UInt64>, _ body: (UInt64, Range<Int>, Int) -> Void) {
        guard !range.isEmpty else { return }
        var done = 0
        for index in indices(of: range) {
            let part = part(of: range, in: index)
            body(index, part, done)
            done += part.count
        }
    }
}
