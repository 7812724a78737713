import FileSystemModel
import MetadataStore
import Testing

@Suite("Metadata stores: directories")
struct MetadataDirectoryTests {
    private static let directory = InodeNumber(rawValue: 40)

    @Test("names are found exactly, byte by byte", arguments: MetadataStoreFactory.all)
    func exact(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let composed = try EntryRecord.sample("caf\u{E9}", inode: 20, cookie: 3)
            let decomposed = try EntryRecord.sample("cafe\u{301}", inode: 21, cookie: 4)
            let upper = try EntryRecord.sample("CAF\u{C9}", inode: 22, cookie: 5)
            let raw = try FileName([0x66, 0xFF, 0xFE])
            let notText = EntryRecord(
                parent: .root, name: raw, foldedName: FoldedName(raw), inode: Self.directory, cookie: DirectoryCookie(rawValue: 6))
            try store.put(.putEntry(composed), .putEntry(decomposed), .putEntry(upper), .putEntry(notText))
            for entry in [composed, decomposed, upper, notText] {
                #expect(try store.entry(named: entry.name, in: .root) == entry)
                #expect(try store.entry(named: entry.name, in: Self.directory) == nil)
            }
            #expect(try store.entry(named: FileName("Caf\u{E9}"), in: .root) == nil)
        }
    }

    @Test("names whose folded forms are equal come oldest first", arguments: MetadataStoreFactory.all)
    func folded(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            let names = ["readme", "README", "ReadMe", "readmE"]
            var entries: [EntryRecord] = []
            for (index, name) in names.enumerated() {
                entries.append(try EntryRecord.sample(name, inode: UInt64(30 + index), cookie: UInt64(10 + index)))
            }
            // Put out of order: what counts is the cookie.
            for index in [2, 0, 3, 1] { try store.put(.putEntry(entries[index])) }
            try store.put(.putEntry(try .sample("readme2", cookie: 4)), .putEntry(try .sample("README", in: Self.directory, cookie: 4)))

            let key = FoldedName(try FileName("rEADmE"))
            #expect(try store.entries(folded: key, in: .root) == entries)
            try store.put(.deleteEntry(parent: .root, name: entries[0].name), .deleteEntry(parent: .root, name: entries[2].name))
            #expect(try store.entries(folded: key, in: .root) == [entries[1], entries[3]])
            try store.put(.deleteEntry(parent: .root, name: entries[1].name))
            #expect(try store.entries(folded: key, in: .root) == [entries[3]])
            try store.put(.deleteEntry(parent: .root, name: entries[3].name))
            #expect(try store.entries(folded: key, in: .root).isEmpty)
            #expect(try store.entries(folded: key, in: Self.directory).count == 1)
        }
    }

    @Test("an entry that is put again replaces the old one everywhere", arguments: MetadataStoreFactory.all)
    func replace(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            try store.put(
                .putEntry(try .sample("a", inode: 20, cookie: 3)), .putEntry(try .sample("b", inode: 21, cookie: 4)),
                .putEntry(try .sample("c", inode: 22, cookie: 5)))
            // The same place, another inode: a rename over it.
            let inPlace = try EntryRecord.sample("b", inode: 99, cookie: 4)
            try store.put(.putEntry(inPlace))
            #expect(try store.entries(in: .root, after: .start, limit: 10).map(\.inode.rawValue) == [20, 99, 22])
            #expect(try store.entries(folded: inPlace.foldedName, in: .root) == [inPlace])
            // A new place.
            let moved = try EntryRecord.sample("a", inode: 20, cookie: 6)
            try store.put(.putEntry(moved))
            #expect(try store.entries(in: .root, after: .start, limit: 10).map(\.cookie.rawValue) == [4, 5, 6])
            #expect(try store.entry(named: moved.name, in: .root) == moved)
            #expect(try store.entries(folded: moved.foldedName, in: .root) == [moved])
        }
    }

    @Test("a listing goes in pages of every size and misses nothing", arguments: MetadataStoreFactory.all, [1, 2, 7, 100, 1000])
    func pages(factory: MetadataStoreFactory, limit: Int) throws {
        try factory.withStore { store in
            var expected: [EntryRecord] = []
            for index in 0..<200 {
                let entry = try EntryRecord.sample("e\(index)", inode: UInt64(100 + index), cookie: UInt64(3 + index * 2))
                try store.put(.putEntry(entry))
                expected.append(entry)
            }
            for index in stride(from: 199, to: 0, by: -3) {
                let entry = expected.remove(at: index)
                try store.put(.deleteEntry(parent: .root, name: entry.name))
            }
            #expect(try Self.list(store, limit: limit) == expected)
            // A cookie between two entries, as one whose entry is gone.
            #expect(
                try store.entries(in: .root, after: DirectoryCookie(rawValue: 100), limit: 1)
                    == Array(expected.filter { $0.cookie.rawValue > 100 }.prefix(1)))
            #expect(try store.entries(in: .root, after: .start, limit: 0).isEmpty)
        }
    }

    @Test("a listing continues while entries come and go before and behind it", arguments: MetadataStoreFactory.all)
    func stable(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            for index in 0..<300 { try store.put(.putEntry(try .sample("e\(index)", inode: 100, cookie: UInt64(3 + index)))) }
            var seen: [String] = []
            var cookie = DirectoryCookie.start
            var next: UInt64 = 1000
            while true {
                let page = try store.entries(in: .root, after: cookie, limit: 50)
                guard let last = page.last else { break }
                seen += page.map(\.name.description)
                cookie = last.cookie
                // Everything that was listed goes, as `rm -r` has it; one new entry comes.
                for entry in page { try store.put(.deleteEntry(parent: .root, name: entry.name)) }
                if next < 1003 {
                    try store.put(.putEntry(try .sample("n\(next)", inode: 100, cookie: next)))
                    next += 1
                }
            }
            #expect(seen == (0..<300).map { "e\($0)" } + ["n1000", "n1001", "n1002"])
            #expect(try store.isDirectoryEmpty(.root))
        }
    }

    @Test("a directory is empty when its last entry is gone", arguments: MetadataStoreFactory.all)
    func emptiness(factory: MetadataStoreFactory) throws {
        try factory.withStore { store in
            try store.put(.putInode(.sample(40, type: .directory)))
            #expect(try store.isDirectoryEmpty(Self.directory))
            let entries = [
                try EntryRecord.sample("a", in: Self.directory, cookie: 3),
                try EntryRecord.sample("b", in: Self.directory, cookie: 4),
            ]
            for entry in entries { try store.put(.putEntry(entry)) }
            for entry in entries {
                #expect(try !store.isDirectoryEmpty(Self.directory))
                try store.put(.deleteEntry(parent: Self.directory, name: entry.name))
            }
            #expect(try store.isDirectoryEmpty(Self.directory))
            try store.put(.deleteEntry(parent: Self.directory, name: entries[0].name))
        }
    }

    static func list(
        _ store: any MetadataStore, _ directory: InodeNumber = .root, limit: Int
    ) throws -> [EntryRecord] {
        var result: [EntryRecord] = []
        var cookie = DirectoryCookie.start
        while true {
            let page = try store.entries(in: directory, after: cookie, limit: limit)
            try #require(page.count <= limit)
            guard let last = page.last else { return result }
            result += page
            cookie = last.cookie
        }
    }
}
