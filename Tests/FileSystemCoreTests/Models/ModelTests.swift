import AccessControl
import FileSystemCore
import FileSystemModel
import HostileInput
import Testing

@Suite("Random system calls against a plain tree")
struct ModelTests {
    @Test("every answer is the model's, every error too", arguments: 0..<40 as Range<UInt64>)
    func agrees(seed: UInt64) throws {
        let run = try ModelRun(seed: seed)
        for step in 0..<600 {
            run.place = "seed \(seed), step \(step)"
            try run.step()
        }
        try run.finish()
    }
}

/// One run: the core, the model beside it, and opens of both.
private final class ModelRun {
    private let world: World
    private let caller: Caller
    private let model = ModelTree()
    private var opens: [(open: Open, node: ModelTree.Node)] = []
    private var random: SeededGenerator
    var place: Comment = ""

    init(seed: UInt64) throws {
        world = try World()
        caller = world.root
        random = SeededGenerator(seed: seed)
    }

    func step() throws {
        switch UInt.random(in: 0..<100, using: &random) {
        case 0..<12: try makeSomething()
        case 12..<18: try link()
        case 18..<27: try remove()
        case 27..<42: try rename()
        case 42..<50: try open()
        case 50..<54: try close()
        case 54..<68: try write()
        case 68..<74: try truncate()
        case 74..<80: try allocate()
        case 80..<88: try readOpen()
        default: try compare(path())
        }
    }

    /// Closes everything, compares the whole tree and removes it: nothing must be left.
    func finish() throws {
        while !opens.isEmpty { try close() }
        try compareTree("", model.root)
        try removeTree("", model.root)
        try world.expectEmpty(place)
    }

    // MARK: Calls

    private func expect(_ expected: FileSystemError?, _ call: () throws -> Void) throws {
        do {
            try call()
            try #require(expected == nil, place)
        } catch let error as FileSystemError {
            try #require(error == expected, place)
        }
    }

    private func makeSomething() throws {
        let path = path()
        place = "\(place.rawValue): make \(path)"
        let type = ([.regular, .regular, .directory, .directory, .symbolicLink, .fifo] as [FileType])[Int.random(in: 0..<6, using: &random)]
        guard !path.isEmpty else { return }
        try expect(model.make(path, type)) { try caller.make(path, type, target: "t") }
    }

    private func link() throws {
        let (from, to) = (path(), path())
        place = "\(place.rawValue): link \(from) to \(to)"
        guard !to.isEmpty else { return }
        try expect(model.link(from, to: to)) { try caller.link(from, to: to) }
    }

    private func remove() throws {
        let path = path()
        let isDirectory = Bool.random(using: &random)
        place = "\(place.rawValue): remove \(path), a directory: \(isDirectory)"
        guard !path.isEmpty else { return }
        try expect(model.remove(path, directory: isDirectory)) {
            if isDirectory { try caller.removeDirectory(path) } else { try caller.unlink(path) }
        }
    }

    private func rename() throws {
        let (from, to) = (path(), path())
        guard !from.isEmpty, !to.isEmpty else { return }
        let flags = ([[], [], [], .noReplace, .exchange] as [RenameFlags])[Int.random(in: 0..<5, using: &random)]
        place = "\(place.rawValue): rename \(from) to \(to), flags \(flags.rawValue)"
        try expect(model.rename(from, to, flags)) { try caller.rename(from, to, flags) }
    }

    private func open() throws {
        let path = path()
        guard opens.count < 6, case .success(let node) = model.find(path), node.type == .regular else { return }
        opens.append((open: try caller.open(path, [.read, .write]), node: node))
    }

    private func close() throws {
        guard let index = opens.indices.randomElement(using: &random) else { return }
        let (open, node) = opens.remove(at: index)
        caller.close(open)
        if node.names == 0, !opens.contains(where: { $0.node === node }) {
            #expect(throws: FileSystemError.stale, place) { try self.world.fileSystem.attributes(of: open.inode, self.caller.context()) }
        }
    }

    private func write() throws {
        guard let (open, node) = opens.randomElement(using: &random) else { return }
        let offset = offset()
        let bytes = (0..<Int.random(in: 0...9000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ offset) | 1 }
        try caller.write(open, bytes, at: UInt64(offset))
        ModelTree.write(bytes, at: offset, to: node)
    }

    private func truncate() throws {
        guard let (open, node) = opens.randomElement(using: &random) else { return }
        let size = offset()
        try caller.set("", via: open) { $0.size = UInt64(size) }
        ModelTree.resize(node, to: size)
    }

    private func allocate() throws {
        guard let (open, node) = opens.randomElement(using: &random) else { return }
        let (start, count) = (offset(), Int.random(in: 1...20_000, using: &random))
        let keepsSize = Bool.random(using: &random)
        let mode: AllocationMode
        switch UInt.random(in: 0..<3, using: &random) {
        case 0: mode = .reserve(keepingSize: keepsSize)
        case 1: mode = .punchHole
        default: mode = .zeroRange(keepingSize: keepsSize)
        }
        try world.fileSystem.allocate(open, at: UInt64(start), count: UInt64(count), mode: mode, caller.context()).get()
        let end = start + count
        var zeroes = true
        var grows = !keepsSize
        if case .reserve = mode { zeroes = false }
        if case .punchHole = mode { grows = false }
        if zeroes { for index in start..<end where index < node.bytes.count { node.bytes[index] = 0 } }
        if grows, end > node.bytes.count { ModelTree.resize(node, to: end) }
    }

    // MARK: Comparison

    private func readOpen() throws {
        guard let (open, node) = opens.randomElement(using: &random) else { return }
        let offset = offset()
        let count = Int.random(in: 0...30_000, using: &random)
        let read = try caller.read(open, at: UInt64(offset), count: count)
        let end = min(offset + count, node.bytes.count)
        try #require(read == (offset < end ? Array(node.bytes[offset..<end]) : []), place)
        let attributes = try world.fileSystem.attributes(open, caller.context()).get()
        try #require(attributes.linkCount == UInt32(node.names), place)
        try #require(attributes.size == UInt64(node.bytes.count), place)
        try compareHoles(open, node)
    }

    /// Data that is not zero lies in data; what SEEK_HOLE calls a hole is zeros.
    private func compareHoles(_ open: Open, _ node: ModelTree.Node) throws {
        var offset: UInt64 = 0
        let size = UInt64(node.bytes.count)
        while offset < size {
            let data: UInt64
            do {
                data = try world.fileSystem.seek(open, from: offset, to: .data, caller.context()).get()
            } catch FileSystemError.noMoreData {
                data = size
            }
            let isZero = node.bytes[Int(offset)..<Int(data)].allSatisfy { $0 == 0 }
            try #require(isZero, place)
            guard data < size else { return }
            offset = try world.fileSystem.seek(open, from: data, to: .hole, caller.context()).get()
            try #require(offset > data, place)
        }
    }

    private func compare(_ path: String) throws {
        switch model.find(path) {
        case .failure(let error):
            try expect(error) { _ = try caller.stat(path) }
        case .success(let node):
            let attributes = try caller.stat(path)
            try #require(attributes.type == node.type, place)
            try #require(attributes.linkCount == node.linkCount, place)
            if node.type == .regular {
                try #require(attributes.size == UInt64(node.bytes.count), place)
                try #require(try caller.contents(path) == node.bytes, place)
            } else if node.isDirectory {
                try #require(try caller.list(path) == node.children.map(\.name), place)
                try #require(
                    world.fileSystem.path(of: attributes.inode)?.map(\.description).joined(separator: "/") == path, place)
            }
        }
    }

    private func compareTree(_ path: String, _ node: ModelTree.Node) throws {
        try compare(path)
        for (name, child) in node.children { try compareTree(path.isEmpty ? name : path + "/" + name, child) }
    }

    private func removeTree(_ path: String, _ node: ModelTree.Node) throws {
        for (name, child) in node.children {
            let below = path.isEmpty ? name : path + "/" + name
            if child.isDirectory {
                try removeTree(below, child)
                try caller.removeDirectory(below)
            } else {
                try caller.unlink(below)
            }
        }
    }

    // MARK: Choices

    /// Short paths over few names, so that calls meet.
    private func path() -> String {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            ["a", "b", "c", "A"][Int.random(in: 0..<4, using: &random)]
        }.joined(separator: "/")
    }

    private func offset() -> Int {
        switch UInt.random(in: 0..<3, using: &random) {
        case 0: Int.random(in: 0...100, using: &random)
        case 1: Int.random(in: 0...20, using: &random) * 4096
        default: Int.random(in: 0...80_000, using: &random)
        }
    }
}
