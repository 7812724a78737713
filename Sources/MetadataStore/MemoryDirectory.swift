import FileSystemModel

/// The entries of one directory in memory: by name, by folded name, and in the order of their cookies.
///
/// The ordered list is two parallel arrays. New cookies are the highest, so an entry is appended; a removed one leaves a tombstone
/// until tombstones outnumber entries, and then the list is compacted. So a put and a delete cost O(1) on average, and a page of a
/// listing costs one binary search, the entries that it returns and the tombstones between them.
///
/// Not thread-safe: it lives inside the store's lock.
final class MemoryDirectory {
    /// A record on the heap, shared by the three indexes: their tables stay small, and growing them moves pointers only.
    private final class Entry {
        let record: EntryRecord
        init(_ record: EntryRecord) { self.record = record }
    }

    /// Entries with one folded name; nearly always one.
    private enum Folded {
        case one(Entry)
        /// Two or more, oldest first.
        case several([Entry])

        var entries: [Entry] {
            switch self {
            case .one(let entry): [entry]
            case .several(let entries): entries
            }
        }
    }

    private var byName: [FileName: Entry] = [:]
    private var byFoldedName: [FoldedName: Folded] = [:]
    /// Ascending, those of tombstones included.
    private var cookies: [UInt64] = []
    /// Nil is a tombstone.
    private var entries: [Entry?] = []

    var isEmpty: Bool { byName.isEmpty }

    func entry(named name: FileName) -> EntryRecord? { byName[name]?.record }

    func entries(folded name: FoldedName) -> [EntryRecord] {
        switch byFoldedName[name] {
        case .one(let entry): [entry.record]
        case .several(let entries): entries.map(\.record)
        case nil: []
        }
    }

    func entries(after cookie: DirectoryCookie, limit: Int) -> [EntryRecord] {
        guard limit > 0, cookie.rawValue < .max else { return [] }
        var index = firstIndex(from: cookie.rawValue &+ 1)
        var result: [EntryRecord] = []
        result.reserveCapacity(min(limit, byName.count, entries.count - index))
        while index < entries.count, result.count < limit {
            if let entry = entries[index] { result.append(entry.record) }
            index += 1
        }
        return result
    }

    /// - Returns: The entry of that name, which this one replaces.
    func put(_ record: EntryRecord) -> EntryRecord? {
        let entry = Entry(record)
        let old = byName.updateValue(entry, forKey: record.name)
        if let old {
            removeOrdered(old)
            removeFolded(old)
        }
        insertOrdered(entry)
        insertFolded(entry)
        return old?.record
    }

    /// - Returns: The entry that had the name.
    func remove(_ name: FileName) -> EntryRecord? {
        guard let old = byName.removeValue(forKey: name) else { return nil }
        removeOrdered(old)
        removeFolded(old)
        return old.record
    }
}

// MARK: - The ordered list

extension MemoryDirectory {
    func entry(at cookie: DirectoryCookie) -> EntryRecord? {
        let index = firstIndex(from: cookie.rawValue)
        guard index < cookies.count, cookies[index] == cookie.rawValue else { return nil }
        return entries[index]?.record
    }

    /// The first place whose cookie is at least `cookie`.
    private func firstIndex(from cookie: UInt64) -> Int {
        guard let last = cookies.last, cookie <= last else { return cookies.count }
        var low = 0
        var high = cookies.count
        while low < high {
            let middle = low + (high - low) / 2
            if cookies[middle] < cookie { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func insertOrdered(_ entry: Entry) {
        let cookie = entry.record.cookie.rawValue
        guard let last = cookies.last, cookie <= last else {
            cookies.append(cookie)
            entries.append(entry)
            return
        }
        // A cookie that is not the highest: an entry that is put again in its place, whose tombstone may still be there.
        let index = firstIndex(from: cookie)
        if cookies[index] == cookie, entries[index] == nil {
            entries[index] = entry
        } else {
            cookies.insert(cookie, at: index)
            entries.insert(entry, at: index)
        }
    }

    private func removeOrdered(_ entry: Entry) {
        var index = firstIndex(from: entry.record.cookie.rawValue)
        while index < entries.count, entries[index] !== entry { index += 1 }
        guard index < entries.count else { return }
        if index == entries.count - 1 {
            cookies.removeLast()
            entries.removeLast()
        } else {
            entries[index] = nil
        }
        let tombstones = entries.count - byName.count
        if tombstones > byName.count + 16 { compact() }
    }

    private func compact() {
        var kept: [UInt64] = []
        var live: [Entry?] = []
        kept.reserveCapacity(byName.count)
        live.reserveCapacity(byName.count)
        for entry in entries {
            guard let entry else { continue }
            kept.append(entry.record.cookie.rawValue)
            live.append(entry)
        }
        cookies = kept
        entries = live
    }
}

// MARK: - The index without regard to case

extension MemoryDirectory {
    private func insertFolded(_ entry: Entry) {
        let key = entry.record.foldedName
        guard let present = byFoldedName.updateValue(.one(entry), forKey: key) else { return }
        var all = present.entries
        all.insert(entry, at: all.firstIndex { $0.record.cookie > entry.record.cookie } ?? all.endIndex)
        byFoldedName[key] = .several(all)
    }

    private func removeFolded(_ entry: Entry) {
        let key = entry.record.foldedName
        guard case .several(var all)? = byFoldedName.removeValue(forKey: key) else { return }
        all.removeAll { $0 === entry }
        byFoldedName[key] = all.count == 1 ? .one(all[0]) : .several(all)
    }
}
