import FileSystemModel

/// The named streams of one file in memory: by name, and by folded name.
struct MemoryStreams {
    private var byName: [FileName: StreamRecord] = [:]
    /// The names with one folded name, sorted; nearly always one.
    private var byFoldedName: [FoldedName: [FileName]] = [:]

    var isEmpty: Bool { byName.isEmpty }

    var count: Int { byName.count }

    /// Sorted by name.
    var all: [StreamRecord] { byName.values.sorted { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) } }

    func stream(named name: FileName) -> StreamRecord? { byName[name] }

    func streams(folded name: FoldedName) -> [StreamRecord] { byFoldedName[name]?.compactMap { byName[$0] } ?? [] }

    /// Returns the stream that it replaces.
    mutating func put(_ record: StreamRecord) -> StreamRecord? {
        if let old = byName.updateValue(record, forKey: record.name) { return old }
        let folded = FoldedName(record.name)
        let names = (byFoldedName[folded] ?? []) + [record.name]
        byFoldedName[folded] = names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return nil
    }

    /// Returns the stream that was there.
    mutating func remove(_ name: FileName) -> StreamRecord? {
        guard let old = byName.removeValue(forKey: name) else { return nil }
        let folded = FoldedName(name)
        byFoldedName[folded]?.removeAll { $0 == name }
        if byFoldedName[folded]?.isEmpty == true { byFoldedName[folded] = nil }
        return old
    }
}
