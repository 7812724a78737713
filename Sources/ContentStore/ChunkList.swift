/// The chunks of one content, ascending by index: sorted blocks of a few hundred.
///
/// A search is two binary searches; an insertion moves one block. So neither a dense file of many gigabytes nor one with a page here
/// and there, up to the largest offset, costs more than its chunks.
struct ChunkList {
    struct Slot {
        /// Offset divided by ``PageChunk/size``.
        var index: UInt64
        var chunk: PageChunk
    }

    /// A place in the list; valid until the list changes.
    struct Position {
        var block: Int
        var slot: Int
    }

    private static let blockLimit = 256
    /// None is empty.
    private var blocks: [[Slot]] = []

    var isEmpty: Bool { blocks.isEmpty }

    subscript(position: Position) -> Slot? {
        guard position.block < blocks.count, position.slot < blocks[position.block].count else { return nil }
        return blocks[position.block][position.slot]
    }

    subscript(index: UInt64) -> PageChunk? {
        guard let slot = self[position(from: index)], slot.index == index else { return nil }
        return slot.chunk
    }

    /// The place of the first chunk whose index is at least `index`.
    func position(from index: UInt64) -> Position {
        guard let last = blocks.last?.last, index <= last.index else { return Position(block: blocks.count, slot: 0) }
        var low = 0
        var high = blocks.count - 1
        while low < high {
            let middle = low + (high - low) / 2
            if let last = blocks[middle].last, last.index < index { low = middle + 1 } else { high = middle }
        }
        let block = low
        low = 0
        high = blocks[block].count
        while low < high {
            let middle = low + (high - low) / 2
            if blocks[block][middle].index < index { low = middle + 1 } else { high = middle }
        }
        return Position(block: block, slot: low)
    }

    func next(_ position: Position) -> Position {
        guard position.block < blocks.count, position.slot + 1 >= blocks[position.block].count else {
            return Position(block: position.block, slot: position.slot + 1)
        }
        return Position(block: position.block + 1, slot: 0)
    }

    /// The chunk at `index`, made when there is none, and this list's own.
    /// - Returns: Nil when it is another content's as well and there is no memory for a copy.
    mutating func make(_ index: UInt64) -> PageChunk? {
        let place = position(from: index)
        if self[place]?.index == index { return own(place) ? self[place]?.chunk : nil }
        let chunk = PageChunk()
        insert(Slot(index: index, chunk: chunk), at: place)
        return chunk
    }

    /// Puts a chunk that others may have too at `index`, in place of the one there.
    mutating func share(_ chunk: PageChunk, at index: UInt64) {
        let place = position(from: index)
        if self[place]?.index == index {
            blocks[place.block][place.slot].chunk = chunk
        } else {
            insert(Slot(index: index, chunk: chunk), at: place)
        }
    }

    /// Makes the chunk at `index`, where there is one, this list's own: what is written to it nobody else shall see.
    /// - Returns: False when there is no memory for a copy.
    mutating func own(_ index: UInt64) -> Bool {
        let place = position(from: index)
        return self[place]?.index == index ? own(place) : true
    }

    private mutating func own(_ place: Position) -> Bool {
        // Whoever else has it only reads, and to get it he would need this content's lock: a sole reference stays one.
        if isKnownUniquelyReferenced(&blocks[place.block][place.slot].chunk) { return true }
        guard let copy = blocks[place.block][place.slot].chunk.copy() else { return false }
        blocks[place.block][place.slot].chunk = copy
        return true
    }

    private mutating func insert(_ slot: Slot, at position: Position) {
        var place = position
        if place.block == blocks.count {
            // Past the end: the last block takes it while it has room, so that a file that grows fills its blocks.
            if let last = blocks.indices.last, blocks[last].count < Self.blockLimit {
                blocks[last].append(slot)
            } else {
                blocks.append([slot])
            }
            return
        }
        if blocks[place.block].count >= Self.blockLimit {
            let half = Self.blockLimit / 2
            let upper = Array(blocks[place.block][half...])
            blocks[place.block].removeSubrange(half...)
            blocks.insert(upper, at: place.block + 1)
            if place.slot > half { place = Position(block: place.block + 1, slot: place.slot - half) }
        }
        blocks[place.block].insert(slot, at: place.slot)
    }

    /// Removes the chunks with `indices` for which `isUnused` says so, and calls it once for each chunk there.
    mutating func remove(in indices: ClosedRange<UInt64>, where isUnused: (UInt64, PageChunk) -> Bool) {
        let start = position(from: indices.lowerBound)
        var block = start.block
        var emptied = false
        while block < blocks.count, let first = blocks[block].first, first.index <= indices.upperBound {
            blocks[block].removeAll { indices.contains($0.index) && isUnused($0.index, $0.chunk) }
            emptied = emptied || blocks[block].isEmpty
            block += 1
        }
        if emptied { blocks.removeAll { $0.isEmpty } }
    }

    /// Calls `body` with each chunk whose index is one of `indices`, ascending.
    func forEach(in indices: ClosedRange<UInt64>, _ body: (UInt64, PageChunk) -> Void) {
        var place = position(from: indices.lowerBound)
        while let slot = self[place], slot.index <= indices.upperBound {
            body(slot.index, slot.chunk)
            place = next(place)
        }
    }
}
