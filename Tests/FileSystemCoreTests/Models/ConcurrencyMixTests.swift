import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import HostileInput
import MetadataStore
import Testing

@Suite("Threads at both doors, each doing anything to the same few names")
struct ConcurrencyMixTests {
    private static let directories = ["", "a/", "b/", "a/c/"]
    private static let names = ["f", "F", "g", "h", "d", "e"]

    private struct Walker {
        var posix: Caller
        var smb: Caller
        var random: SeededGenerator
        var opens: [Open] = []

        mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

        mutating func path() -> String {
            ConcurrencyMixTests.directories[number(4)] + ConcurrencyMixTests.names[number(6)]
        }

        mutating func share() -> ShareMode { number(4) == 0 ? ShareMode(rawValue: UInt8(number(8))) : .all }

        /// Any error that the core may give is an answer; that it gives one is what counts.
        mutating func step() throws {
            let (first, second) = (path(), path())
            switch number(18) {
            case 0, 1: opens.append(try posix.create(first, [.read, .write], truncate: number(3) == 0))
            case 2: try posix.makeDirectory(first)
            case 3: try posix.unlink(first)
            case 4: try posix.removeDirectory(first)
            case 5: try posix.link(first, to: second)
            case 6: try posix.rename(first, second, [[], .exchange, .noReplace][number(3)])
            case 7: opens.append(try posix.open(first, number(2) == 0 ? .read : .write))
            case 8:
                opens.append(
                    try smb.smbOpen(
                        first, [.readData, .writeData, .delete], share: share(),
                        CreateDisposition(rawValue: UInt32(number(6))) ?? .open,
                        options: number(3) == 0 ? .deleteOnClose : []
                    ).open)
            case 9: opens.append(try smb.smbOpen(first, [.readAttributes], share: share()).open)
            case 10: opens.append(try smb.smbOpen(first, [.readData, .delete], .openIf, options: .directory).open)
            case 11: _ = try posix.list(first)
            default: try step(with: second)
            }
        }

        private mutating func step(with path: String) throws {
            guard !opens.isEmpty else { return }
            let index = number(opens.count)
            let open = opens[index]
            let caller = open.style == .posix ? posix : smb
            switch number(9) {
            case 0, 1, 2:
                if open.style == .posix { posix.fileSystem.noteClosing(open) }
                caller.close(opens.remove(at: index))
            case 3: try caller.write(open, [UInt8](repeating: UInt8(number(256)), count: number(9000)), at: UInt64(number(20_000)))
            case 4: _ = try caller.read(open, at: UInt64(number(20_000)), count: 5000)
            case 5:
                let size = UInt64(number(30_000))
                try caller.set("", via: open) { $0.size = size }
            case 6:
                let names = try Caller.names(path)
                let replacing = number(2) == 0
                if number(2) == 0 {
                    try smb.fileSystem.rename(open, to: names, replacing: replacing, smb.context()).get()
                } else {
                    try smb.fileSystem.link(open, to: names, replacing: replacing, smb.context()).get()
                }
            case 7: try smb.fileSystem.setDeletePending(number(3) > 0, open, smb.context()).get()
            default:
                let owner: LockOwner =
                    open.style == .windows ? .windows(open.id) : .posix(door: open.door, owner: UInt64(number(3)))
                let first = UInt64(number(100))
                let lock = RangeLock(first: first, last: first + 50, isExclusive: number(2) == 0, owner: owner)
                if case .pending(let ticket) = try caller.fileSystem.lock(open, lock, mayWait: true, caller.context()),
                    number(2) == 0
                {
                    ticket.cancel()
                }
            }
        }
    }

    /// Everything that can be said of a tree from outside: counts of names, parents, and no record that no name leads to.
    private func check(_ world: World) throws {
        let caller = world.root
        var names: [InodeNumber: UInt32] = [:]
        var rest: [(path: String, inode: InodeNumber, parent: InodeNumber)] = [("", .root, .root)]
        while let directory = rest.popLast() {
            var subdirectories: UInt32 = 0
            for name in try caller.list(directory.path) {
                let path = directory.path + "/" + name
                let attributes = try caller.stat(path)
                guard attributes.isDirectory else {
                    names[attributes.inode, default: 0] += 1
                    continue
                }
                subdirectories += 1
                rest.append((path, attributes.inode, directory.inode))
                let names = try Caller.names(path)
                #expect(world.fileSystem.path(of: attributes.inode) == names)
            }
            let record = try #require(try world.metadata.inode(directory.inode))
            #expect(record.parent == directory.parent)
            #expect(record.attributes.linkCount == 2 + subdirectories, "\(directory.path)")
            names[directory.inode] = record.attributes.linkCount
        }
        for (inode, count) in names {
            #expect(try world.metadata.inode(inode)?.attributes.linkCount == count)
        }
        #expect(try world.inodeCount == UInt64(names.count))
    }

    @Test("counts, parents and space agree at the end, and nothing is left when all is removed", arguments: 0..<4 as Range<UInt64>)
    func mix(seed: UInt64) async throws {
        let world = try World(maximumBytes: 4 << 20)
        for name in ["a", "b", "a/c"] { try world.root.makeDirectory(name) }
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 as Range<UInt64> {
                group.addTask {
                    var walker = Walker(
                        posix: world.root, smb: world.windows(uid: 0), random: SeededGenerator(seed: seed * 100 + thread))
                    for _ in 0..<1500 {
                        try? walker.step()
                        if walker.opens.count > 12 {
                            let open = walker.opens.removeFirst()
                            (open.style == .posix ? walker.posix : walker.smb).close(open)
                        }
                    }
                    for open in walker.opens { (open.style == .posix ? walker.posix : walker.smb).close(open) }
                }
            }
        }
        world.clock.advance(milliseconds: 5000)
        #expect(world.fileSystem.isIdle)
        #expect(try world.metadata.orphans().isEmpty)
        try check(world)
        try removeAll("", world.root)
        try world.expectEmpty("seed \(seed)")
        #expect(try world.root.stat("/").linkCount == 2)
    }

    private func removeAll(_ path: String, _ caller: Caller) throws {
        for name in try caller.list(path) {
            let child = path + "/" + name
            guard try caller.stat(child).isDirectory else {
                try caller.unlink(child)
                continue
            }
            try removeAll(child, caller)
            try caller.removeDirectory(child)
        }
    }
}
