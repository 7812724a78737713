import FileSystemCore
import FileSystemModel
import Testing

@testable import FUSEProtocol

@Suite("Names through the FUSE door")
struct NamesTests {
    @Test("the mount's root is node 1, with the inode number that every door shows")
    func root() throws {
        let fixture = try Fixture()
        let attributes = try fixture.attributes(.root)
        #expect(attributes.inode == .root)
        #expect(attributes.isDirectory)
        #expect(NodeID(InodeNumber.root) == .root)
        #expect(NodeID(rawValue: 4711).inode == InodeNumber(rawValue: 4711))
    }

    struct BadName: Sendable, CustomTestStringConvertible {
        let operation: FUSEOperation
        let errno: Int32
        let testDescription: String
    }

    static let long = [UInt8](repeating: 0x61, count: 256)

    @Test(
        "names that cannot be have their errno",
        arguments: [
            BadName(operation: .lookup(parent: .root, name: []), errno: 22, testDescription: "empty"),
            BadName(operation: .lookup(parent: .root, name: Array("a/b".utf8)), errno: 22, testDescription: "slash"),
            BadName(
                operation: .mkdir(parent: .root, name: Array("..".utf8), mode: 0, umask: 0), errno: 22,
                testDescription: "dots"),
            BadName(operation: .lookup(parent: .root, name: long), errno: 36, testDescription: "long lookup"),
            BadName(operation: .unlink(parent: .root, name: long), errno: 36, testDescription: "long unlink"),
            BadName(operation: .lookup(parent: .root, name: Array("no".utf8)), errno: 2, testDescription: "missing"),
            BadName(
                operation: .lookup(parent: NodeID(rawValue: 9999), name: Array("a".utf8)), errno: 116,
                testDescription: "stale parent"),
            BadName(
                operation: .rmdir(parent: .root, name: Array("no".utf8)), errno: 2, testDescription: "rmdir missing"),
            BadName(
                operation: .mknod(parent: .root, name: Array("n".utf8), mode: 0o040644, umask: 0, device: 0), errno: 22,
                testDescription: "mknod of a directory"),
            BadName(operation: .unsupported(errno: 38), errno: 38, testDescription: "unsupported"),
        ])
    func badNames(row: BadName) throws {
        #expect(try Fixture().errno(row.operation) == row.errno)
    }

    @Test("every lookup, and every other entry, counts; forget takes back what it says")
    func references() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        #expect(fixture.handler.references(of: node) == 1)
        for _ in 0..<3 { _ = try fixture.lookup("a") }
        _ = try fixture.entry(.link(node, newParent: .root, newName: Array("b".utf8)))
        #expect(fixture.handler.references(of: node) == 5)
        #expect(fixture.handler.link(of: node)?.name == (try FileName("b")))

        let recorder = Recorder()
        _ = fixture.send(.forget(node, count: 2), to: recorder)
        guard case .none = recorder.replies[0] else { throw Unexpected(reply: recorder.replies[0]) }
        #expect(fixture.handler.references(of: node) == 3)
        _ = fixture.send(
            .forgetMany([(node: node, count: UInt64(2)), (node: NodeID(rawValue: 12345), count: UInt64(9))]),
            to: Recorder())
        #expect(fixture.handler.references(of: node) == 1)
        _ = fixture.send(.forget(node, count: 1), to: Recorder())
        #expect(fixture.handler.nodeCount == 0)
        _ = try fixture.ask(.release(handle))
    }

    @Test("a failed lookup counts nothing")
    func failedLookup() throws {
        let fixture = try Fixture()
        _ = try fixture.errno(.lookup(parent: .root, name: Array("no".utf8)))
        #expect(fixture.handler.nodeCount == 0)
    }

    @Test("an unlinked file keeps its attributes while the kernel knows it, and goes when it is forgotten")
    func unlinkedNode() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        _ = try fixture.ask(.release(handle))
        #expect(try fixture.errno(.unlink(parent: .root, name: Array("a".utf8))) == 0)
        #expect(try fixture.attributes(node).linkCount == 0)
        _ = fixture.send(.forget(node, count: 1), to: Recorder())
        #expect(try fixture.errno(.getattr(node)) == 116)
    }

    @Test("an answer that the kernel did not take is taken back")
    func undelivered() throws {
        let fixture = try Fixture()
        _ = try fixture.mkdir("d")
        let nodes = fixture.handler.nodeCount
        for operation: FUSEOperation in [
            .create(parent: .root, name: Array("a".utf8), mode: 0o600, umask: 0, flags: .readWrite),
            .lookup(parent: .root, name: Array("a".utf8)),
            .opendir(.root),
        ] {
            _ = fixture.send(operation, to: Recorder(accepts: false))
        }
        #expect(fixture.handler.nodeCount == nodes)
        #expect(fixture.handler.openCount == 0)
        #expect(fixture.fileSystem.openCount == 0)
    }

    @Test(
        "rename's flags: none, NOREPLACE, EXCHANGE; anything else is EINVAL",
        arguments: [(0, 0), (1, 17), (2, 0), (3, 22), (4, 22), (8, 22)] as [(UInt32, Int32)])
    func renameFlags(flags: UInt32, errno: Int32) throws {
        let fixture = try Fixture()
        let one = try fixture.create("1").node
        let two = try fixture.create("2").node
        let answer = try fixture.errno(
            .rename(parent: .root, name: Array("1".utf8), newParent: .root, newName: Array("2".utf8), flags: flags))
        #expect(answer == errno)
        let found = NodeID(try fixture.lookup("2").inode)
        #expect(found == (errno == 0 ? one : two))
        let other = try fixture.errno(.lookup(parent: .root, name: Array("1".utf8)))
        #expect(other == (flags == 0 ? 2 : 0))
        if flags == 2 { #expect(NodeID(try fixture.lookup("1").inode) == two) }
    }

    @Test("umask is the caller's, and types come from the mode")
    func modes() throws {
        let fixture = try Fixture()
        let directory = try fixture.entry(.mkdir(parent: .root, name: Array("d".utf8), mode: 0o1777, umask: 0o027))
        #expect(ModeBits.mode(of: directory) == 0o041750)
        let fifo = try fixture.entry(
            .mknod(parent: .root, name: Array("f".utf8), mode: 0o010666, umask: 0o022, device: 5))
        #expect(ModeBits.mode(of: fifo) == 0o010644)
        #expect(fifo.device == 0)
        let device = try fixture.entry(
            .mknod(parent: .root, name: Array("c".utf8), mode: 0o020600, umask: 0, device: 0x1234_5678))
        #expect(device.device == 0x1234_5678)
        let link = try fixture.entry(
            .symlink(parent: .root, name: Array("s".utf8), target: Array("some/where".utf8)))
        #expect(link.type == .symbolicLink)
        guard case .bytes(let target) = try fixture.ask(.readlink(NodeID(link.inode))) else {
            return #expect(Bool(false))
        }
        #expect(target == Array("some/where".utf8))
        #expect(try fixture.errno(.readlink(NodeID(fifo.inode))) == 22)
    }
}
