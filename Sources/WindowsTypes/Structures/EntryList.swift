import WireCoding

/// The chain of variable entries that several classes are: each begins with a 32-bit NextEntryOffset, counted from the
/// entry's own start, 0 in the last — [MS-FSCC] 2.4.8 and others.
enum EntryList {
    /// Where a message has more entries than this it is not honest.
    static let maximumCount = 65536

    /// Calls `body` with a reader of each entry, which stands behind NextEntryOffset and ends with the entry.
    ///
    /// Links go forward only, at least `minimum` bytes, and stay inside; so the loop ends.
    static func forEach(
        _ reader: inout WireReader, minimum: Int, _ body: (inout WireReader) throws(WireError) -> Void
    ) throws(WireError) {
        if reader.isAtEnd { return }
        let list = WireReader(try reader.span(reader.remaining))
        let end = list.remaining
        var start = 0
        for _ in 0..<maximumCount {
            var link = WireReader(try list.slice(at: start, count: end - start))
            let next = Int(clamping: try link.integer(as: UInt32.self))
            if next != 0 {
                guard next >= minimum, next <= end - start else { throw .outOfBounds(offset: start, count: next) }
            }
            var entry = WireReader(try list.slice(at: start, count: next == 0 ? end - start : next))
            try entry.skip(4)
            try body(&entry)
            if next == 0 { return }
            start += next
        }
        throw .tooMany(field: "NextEntryOffset", limit: maximumCount)
    }

    /// Begins an entry: pads to `alignment` from `start` (the list's), patches the link of the one before and reserves
    /// this one's.
    static func begin(
        at start: Int, after previous: inout Int?, alignment: Int, _ writer: inout WireWriter
    ) {
        if let before = previous {
            let misalignment = (writer.count - start) % alignment
            writer.zeros(misalignment == 0 ? 0 : alignment - misalignment)
            writer.patch(UInt32(clamping: writer.count - before), at: before)
        }
        previous = writer.count
        writer.integer(UInt32(0))
    }
}
