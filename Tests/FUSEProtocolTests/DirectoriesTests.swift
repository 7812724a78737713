import FileSystemModel
import Testing

@testable import FUSEProtocol

@Suite("Listings through the FUSE door")
struct DirectoriesTests {
    struct Listed: Equatable {
        var name: String
        var inode: UInt64
        var cookie: UInt64
        var type: UInt32
        /// Of READDIRPLUS.
        var node: UInt64?
        var size: UInt64?
    }

    /// Takes an answer apart as the kernel does: fuse_dirent and fuse_direntplus — linux/fuse.h.
    static func parse(_ bytes: UnsafeRawBufferPointer, plus: Bool) -> [Listed] {
        var result: [Listed] = []
        var position = 0
        while position < bytes.count {
            let start = position + (plus ? 128 : 0)
            let length = Int(bytes.loadUnaligned(fromByteOffset: start + 16, as: UInt32.self))
            var listed = Listed(
                name: String(decoding: bytes[start + 24..<start + 24 + length], as: UTF8.self),
                inode: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self),
                cookie: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self),
                type: bytes.loadUnaligned(fromByteOffset: start + 20, as: UInt32.self))
            if plus {
                listed.node = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                listed.size = bytes.loadUnaligned(fromByteOffset: position + 40 + 8, as: UInt64.self)
            }
            result.append(listed)
            position = start + (24 + length + 7) / 8 * 8
        }
        return result
    }

    /// Lists a whole directory in answers of `size` bytes.
    func list(_ fixture: Fixture, _ node: NodeID, size: Int, plus: Bool) throws -> (entries: [Listed], answers: Int) {
        let handle = try fixture.opendir(node)
        defer { _ = try? fixture.ask(.release(handle)) }
        var all: [Listed] = []
        var answers = 0
        while answers < 10_000 {
            let offset = all.last?.cookie ?? 0
            let reply = try fixture.ask(
                plus ? .readdirplus(handle, offset: offset, size: size) : .readdir(handle, offset: offset, size: size))
            let part: [Listed]
            switch reply {
            case .data(let buffer): part = Self.parse(buffer.bytes, plus: false)
            case .directoryPlus(let buffer, _): part = Self.parse(buffer.bytes, plus: true)
            default: throw Unexpected(reply: reply)
            }
            guard !part.isEmpty else { return (all, answers) }
            all += part
            answers += 1
        }
        return (all, answers)
    }

    @Test("every entry once, whatever the size of the answers", arguments: [200, 512, 4096, 65_536], [false, true])
    func paging(size: Int, plus: Bool) throws {
        let fixture = try Fixture()
        let directory = try fixture.mkdir("d")
        let names = (0..<150).map { "entry-\($0)" + String(repeating: "x", count: $0 % 7) }
        for name in names {
            let (_, handle) = try fixture.create(name, in: directory)
            _ = try fixture.ask(.release(handle))
        }
        let (entries, answers) = try list(fixture, directory, size: size, plus: plus)
        #expect(entries.map(\.name) == [".", ".."] + names)
        #expect(entries[0].inode == directory.rawValue)
        #expect(entries[1].inode == InodeNumber.root.rawValue)
        #expect(entries[0].type == 4 && entries[2].type == 8)
        #expect(size >= 65_536 || answers > 1)
    }

    @Test("an answer that is too small for the next entry is EINVAL, not the end")
    func tooSmall() throws {
        let fixture = try Fixture()
        let handle = try fixture.opendir(.root)
        #expect(try fixture.errno(.readdir(handle, offset: 0, size: 24)) == 22)
        #expect(try fixture.errno(.readdirplus(handle, offset: 0, size: 152)) == 22)
        #expect(try fixture.errno(.readdir(handle, offset: 0, size: -1)) == 22)
    }

    @Test("READDIRPLUS counts a reference for each entry but . and .., and only for those that were sent")
    func references() throws {
        let fixture = try Fixture()
        let directory = try fixture.mkdir("d")
        let nodes = try (0..<5).map { try fixture.mkdir("sub\($0)", in: directory) }
        let handle = try fixture.opendir(directory)
        let before = fixture.handler.references(of: directory)
        // Room for ., .. and two more: 160 bytes each.
        guard
            case .directoryPlus(let buffer, let sent) = try fixture.ask(.readdirplus(handle, offset: 0, size: 4 * 160))
        else { return #expect(Bool(false)) }
        let entries = Self.parse(buffer.bytes, plus: true)
        #expect(entries.count <= 4 && entries.count >= 2)
        #expect(entries[0].node == 0 && entries[1].node == 0)
        #expect(sent == entries.dropFirst(2).compactMap { $0.node.map(NodeID.init) })
        for (index, node) in nodes.enumerated() {
            #expect(fixture.handler.references(of: node) == (index < sent.count ? 2 : 1))
        }
        #expect(fixture.handler.references(of: directory) == before)
    }

    @Test("entries that are removed while others list are not listed, and those that stay are listed once")
    func removedMeanwhile() throws {
        let fixture = try Fixture()
        for index in 0..<40 { _ = try fixture.mkdir("d\(index)") }
        let handle = try fixture.opendir(.root)
        guard case .data(let first) = try fixture.ask(.readdir(handle, offset: 0, size: 512)) else {
            return #expect(Bool(false))
        }
        let seen = Self.parse(first.bytes, plus: false)
        let last = try #require(seen.last)
        for name in [last.name, "d39"] {
            #expect(try fixture.errno(.rmdir(parent: .root, name: Array(name.utf8))) == 0)
        }
        guard case .data(let rest) = try fixture.ask(.readdir(handle, offset: last.cookie, size: 65_536)) else {
            return #expect(Bool(false))
        }
        let names = seen.map(\.name) + Self.parse(rest.bytes, plus: false).map(\.name)
        #expect(names == [".", ".."] + (0..<39).map { "d\($0)" })
    }

    @Test("a file is no directory")
    func notDirectory() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        #expect(try fixture.errno(.readdir(handle, offset: 0, size: 4096)) == 20)
    }
}
