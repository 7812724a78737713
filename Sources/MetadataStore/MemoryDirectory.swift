import FileSystemModel

/// The entries of one directory in memory: by name, by folded name, and in the order of their cookies.
///
/// The ordered list is two parallel arrays. New cookies are the highest, so an entry is appended; a removed one leaves a tombstone
/// until tombstones outnumber entries, and then the list is compacted. So a put and a delete cost O(1) on average, and a page of a
/// listing costs one binary search and the entries (and at most as many tombstones) that it returns.
///
/// Not thread-safe: it lives inside the store's lock.
final class MemoryDirectory {
    /// Entries with one folded name; nearly always one.
    enum Folded {
        case one(EntryRecord)
        /// Two or more, oldest first.
        case several([EntryRecord])

        var records: [EntryRecord] {
            switch self {
            case .one(let record): [record]
            case .several(let records): records
            }
        }
    }

    private(set) var byName: [FileName: EntryRecord] = [:]
    private var byFoldedName: [FoldedName: Folded] = [:]
    /// Ascending, those of tombstones included.
    private var cookies: [UInt64] = []
    /// Nil is a tombstone.
    private var records: [EntryRecord?] = []

    var isEmpty: Bool { byName.isEmpty }

    func entries(folded name: FoldedName) -> [EntryRecord] { byFoldedName[name]?.records ?? [] }

    func entries(after cookie: DirectoryCookie, limit: Int) -> [EntryRecord] {
        guard limit > 0, cookie.rawValue < .max else { return [] }
        var index = firstIndex(from: cookie.rawValue &+ 1)
        var result: [EntryRecord] = []
        result.reserveCapacity(min(limit, byName.count, records.count - index))
        while index < records.count, result.count < limit {
            if let record = records[index] { result.append(record) }
            index += 1
        }
        return result
    }

    /// - Returns: The entry that had the name before.
    @discardableResult
    func put(_ record: EntryRecord) -> EntryRecord? {
        let old = byName.updateValue(record, forKey: record.name)
        if let old {
            if old.cookie == record.cookie, old.foldedName == record.foldedName, let index = index(of: old) {
                records[index] = record
                replaceFolded(record)
                return old
            }
            removeOrdered(old)
            removeFolded(old)
        }
        insertOrdered(record)
        insertFolded(record)
        return old
    }

    /// - Returns: The entry that had the name.
    @discardableResult
    func remove(_ name: FileName) -> EntryRecord? {
        guard let old = byName.removeValue(forKey: name) else { return nil }
        removeOrdered(old)
        removeFolded(old)
        return old
    }
}

// MARK: - The ordered list

extension MemoryDirectory {
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

    private func index(of record: EntryRecord) -> Int? {
        var index = firstIndex(from: record.cookie.rawValue)
        while index < cookies.count, cookies[index] == record.cookie.rawValue {
            if records[index]?.name == record.name { return index }
            index += 1
        }
        return nil
    }

    private func insertOrdered(_ record: EntryRecord) {
        let cookie = record.cookie.rawValue
        guard let last = cookies.last, cookie <= last else {
            cookies.append(cookie)
            records.append(record)
            return
        }
        // A cookie that is not the highest: a put that repeats an older record. Its tombstone is used again when it is still there.
        let index = firstIndex(from: cookie)
        if cookies[index] == cookie, records[index] == nil {
            records[index] = record
        } else {
            cookies.insert(cookie, at: index)
            records.insert(record, at: index)
        }
    }

    private func removeOrdered(_ record: EntryRecord) {
        guard let index = index(of: record) else { return }
        if index == cookies.count - 1 {
            cookies.removeLast()
            records.removeLast()
        } else {
            records[index] = nil
        }
        let tombstones = records.count - byName.count
        if tombstones > byName.count + 16 { compact() }
    }

    private func compact() {
        var kept: [UInt64] = []
        var live: [EntryRecord?] = []
        kept.reserveCapacity(byName.count)
        live.reserveCapacity(byName.count)
        for record in records {
            guard let record else { continue }
            kept.append(record.cookie.rawValue)
            live.append(record)
        }
        cookies = kept
        records = live
    }
}

// MARK: - The index without regard to case

extension MemoryDirectory {
    private func insertFolded(_ record: EntryRecord) {
        guard let present = byFoldedName[record.foldedName] else {
            byFoldedName[record.foldedName] = .one(record)
            return
        }
        var all = present.records
        let place = all.firstIndex { $0.cookie > record.cookie } ?? all.endIndex
        all.insert(record, at: place)
        byFoldedName[record.foldedName] = .several(all)
    }

    private func replaceFolded(_ record: EntryRecord) {
        switch byFoldedName[record.foldedName] {
        case .several(var all):
            for index in all.indices where all[index].name == record.name { all[index] = record }
            byFoldedName[record.foldedName] = .several(all)
        default:
            byFoldedName[record.foldedName] = .one(record)
        }
    }

    private func removeFolded(_ record: EntryRecord) {
        switch byFoldedName[record.foldedName] {
        case .several(var all):
            all.removeAll { $0.name == record.name }
            byFoldedName[record.foldedName] = all.count == 1 ? .one(all[0]) : .several(all)
        case .one, nil:
            byFoldedName[record.foldedName] = nil
        }
    }
}
