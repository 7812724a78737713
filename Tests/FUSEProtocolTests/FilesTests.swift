import FileSystemCore
import FileSystemModel
import Testing

@testable import FUSEProtocol

@Suite("Files through the FUSE door")
struct FilesTests {
    @Test("what is written is read, and a read ends where the file does")
    func readAndWrite() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        guard case .written(5) = try fixture.write("hello", to: handle, at: 3) else { return #expect(Bool(false)) }
        #expect(try fixture.read(handle) == "\0\0\0hello")
        #expect(try fixture.read(handle, at: 6, size: 100) == "lo")
        #expect(try fixture.read(handle, at: 8) == "")
        #expect(try fixture.attributes(node).size == 8)
    }

    @Test("every open bypasses the page cache and lets writers run side by side")
    func openFlags() throws {
        let fixture = try Fixture()
        guard
            case .created(_, _, let file) = try fixture.ask(
                .create(parent: .root, name: Array("a".utf8), mode: 0o600, umask: 0, flags: .readWrite))
        else { return #expect(Bool(false)) }
        #expect(file.flags == OpenedFile.directIO | OpenedFile.parallelDirectWrites)
    }

    @Test("O_APPEND ignores the kernel's offset, follows fcntl, and leaves mapped pages in their place")
    func append() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a", flags: [.writeOnly, .append])
        _ = try fixture.write("one", to: handle, at: 0, flags: [.writeOnly, .append])
        let other = try fixture.open(node)
        _ = try fixture.write("two", to: other, at: 3)
        _ = try fixture.write("three", to: handle, at: 3, flags: [.writeOnly, .append])
        #expect(try fixture.read(other) == "onetwothree")
        _ = try fixture.write("ONE", to: handle, at: 0, flags: [.writeOnly, .append], isWriteBack: true)
        #expect(try fixture.read(other) == "ONEtwothree")
        _ = try fixture.write("TWO", to: handle, at: 3, flags: .writeOnly)
        #expect(try fixture.read(other) == "ONETWOthree")
    }

    @Test("O_TRUNC empties, O_EXCL refuses what is there")
    func createFlags() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        _ = try fixture.write("hello", to: handle)
        #expect(
            try fixture.errno(
                .create(parent: .root, name: Array("a".utf8), mode: 0o600, umask: 0, flags: [.readWrite, .exclusive]))
                == 17)
        #expect(try fixture.attributes(node).size == 5)
        _ = try fixture.open(node, [.writeOnly, .truncate])
        #expect(try fixture.attributes(node).size == 0)
    }

    @Test("access modes: what the open may not do is EBADF, what the mode forbids is EACCES")
    func accessModes() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a", mode: 0o711, flags: .writeOnly)
        #expect(try fixture.errno(.read(handle, offset: 0, size: 1)) == 9)
        let reader = try fixture.open(node, [])
        #expect(try fixture.write("x", to: reader).errno == 9)
        #expect(try fixture.errno(.open(node, flags: []), uid: 1000, gid: 1000) == 13)
        let execution = try fixture.open(node, .execution, uid: 1000, gid: 1000)
        #expect(try fixture.errno(.read(execution, offset: 0, size: 1)) == 0)
        #expect(try fixture.errno(.open(.root, flags: .writeOnly)) == 21)
    }

    @Test("a handle that is not open is EBADF, and release of it harmless")
    func unknownHandle() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        #expect(try fixture.errno(.release(handle)) == 0)
        for operation: FUSEOperation in [
            .read(handle, offset: 0, size: 1), .flush(handle, lockOwner: 1), .fsync(handle, dataOnly: true),
            .lseek(handle, offset: 0, whence: 3), .fallocate(handle, mode: 0, offset: 0, length: 1),
            .readdir(handle, offset: 0, size: 100), .flock(handle, owner: 1, operation: 2),
            .getlk(handle, LockRequest(kind: .shared, start: 0, length: 0, owner: 1, pid: 1)),
        ] {
            #expect(try fixture.errno(operation) == 9, "\(operation.name)")
        }
        #expect(try fixture.errno(.release(handle)) == 0)
        #expect(fixture.fileSystem.openCount == 0)
    }

    @Test("a full store is ENOSPC, and statfs says how full")
    func noSpace() throws {
        let fixture = try Fixture(space: 64 << 10)
        let (node, handle) = try fixture.create("a")
        #expect(try fixture.write(String(repeating: "x", count: 60_000), to: handle).errno == 0)
        #expect(try fixture.write(String(repeating: "y", count: 60_000), to: handle, at: 60_000).errno == 28)
        #expect(try fixture.attributes(node).size == 60_000)
        guard case .statistics(let statistics) = try fixture.ask(.statfs) else { return #expect(Bool(false)) }
        #expect(statistics.totalBytes == 64 << 10)
        #expect(statistics.freeBytes == 4096)
        #expect(try fixture.errno(.setattr(node, sized(0), handle: handle)) == 0)
        #expect(try fixture.write("z", to: handle, at: 60_000).errno == 0)
    }

    private func sized(_ size: UInt64) -> SetAttributesRequest {
        var request = SetAttributesRequest()
        request.size = size
        return request
    }

    @Test("ftruncate needs the open's right, truncate the file's mode")
    func truncation() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a", mode: 0o600, uid: 1000, gid: 1000)
        var chmod = SetAttributesRequest()
        chmod.mode = 0o100000
        #expect(try fixture.errno(.setattr(node, chmod, handle: nil), uid: 1000, gid: 1000) == 0)
        #expect(try fixture.errno(.setattr(node, sized(9), handle: nil), uid: 1000, gid: 1000) == 13)
        #expect(try fixture.errno(.setattr(node, sized(9), handle: handle), uid: 1000, gid: 1000) == 0)
        #expect(try fixture.attributes(node).size == 9)
        #expect(try fixture.errno(.setattr(node, sized(1 << 63), handle: nil)) == 27)
        #expect(try fixture.errno(.setattr(node, sized(1), handle: nil), uid: 5, gid: 5) == 13)
    }

    @Test("times: now is the clock's, others keep their nanoseconds")
    func times() throws {
        let fixture = try Fixture()
        let (node, _) = try fixture.create("a")
        fixture.clock.advance(by: 50)
        var request = SetAttributesRequest()
        request.accessTime = .at(Timestamp(seconds: -2, nanoseconds: 999_999_999))
        request.modificationTime = .now
        #expect(try fixture.errno(.setattr(node, request, handle: nil)) == 0)
        let attributes = try fixture.attributes(node)
        #expect(attributes.accessTime == Timestamp(seconds: -2, nanoseconds: 999_999_999))
        #expect(attributes.modificationTime == fixture.clock.now())
        #expect(attributes.changeTime == fixture.clock.now())
    }

    struct Allocation: Sendable {
        let mode: UInt32
        var offset: Int64 = 0
        var length: Int64 = 8192
        let errno: Int32
        var size: UInt64 = 5000
    }

    @Test(
        "fallocate's modes",
        arguments: [
            Allocation(mode: 0, errno: 0, size: 8192), Allocation(mode: 1, errno: 0), Allocation(mode: 3, errno: 0),
            Allocation(mode: 16, errno: 0, size: 8192), Allocation(mode: 17, errno: 0), Allocation(mode: 2, errno: 95),
            Allocation(mode: 8, errno: 95), Allocation(mode: 32, errno: 95), Allocation(mode: 64, errno: 95),
            Allocation(mode: 0, offset: -1, errno: 22), Allocation(mode: 0, length: 0, errno: 22),
            Allocation(mode: 3, length: -5, errno: 22), Allocation(mode: 0, offset: .max, length: 2, errno: 27),
        ])
    func allocation(row: Allocation) throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        _ = try fixture.write(String(repeating: "x", count: 5000), to: handle)
        #expect(
            try fixture.errno(.fallocate(handle, mode: row.mode, offset: row.offset, length: row.length)) == row.errno)
        #expect(try fixture.attributes(node).size == row.size)
        if row.mode >= 3, row.errno == 0 { #expect(try fixture.read(handle, size: 3) == "\0\0\0") }
    }

    @Test("SEEK_DATA and SEEK_HOLE; other directions are EINVAL, beyond the end is ENXIO")
    func seeking() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        _ = try fixture.write("x", to: handle, at: 1 << 20)
        guard case .offset(let data) = try fixture.ask(.lseek(handle, offset: 0, whence: 3)) else {
            return #expect(Bool(false))
        }
        #expect(data == 1 << 20)
        guard case .offset(0) = try fixture.ask(.lseek(handle, offset: 0, whence: 4)) else {
            return #expect(Bool(false))
        }
        #expect(try fixture.errno(.lseek(handle, offset: 2 << 20, whence: 3)) == 6)
        #expect(try fixture.errno(.lseek(handle, offset: -1, whence: 3)) == 6)
        #expect(try fixture.errno(.lseek(handle, offset: 0, whence: 2)) == 22)
    }

    @Test("copy_file_range copies, and knows no flags")
    func copyRange() throws {
        let fixture = try Fixture()
        let (_, source) = try fixture.create("a")
        let (_, target) = try fixture.create("b")
        _ = try fixture.write("0123456789", to: source)
        guard
            case .written(4) = try fixture.ask(
                .copyFileRange(from: source, offset: 3, to: target, targetOffset: 1, count: 4, flags: 0))
        else { return #expect(Bool(false)) }
        #expect(try fixture.read(target) == "\u{0}3456")
        #expect(
            try fixture.errno(.copyFileRange(from: source, offset: 0, to: target, targetOffset: 0, count: 4, flags: 1))
                == 22)
    }

    @Test("a read-only share is EROFS")
    func readOnly() throws {
        let fixture = try Fixture(isReadOnly: true)
        #expect(try fixture.errno(.mkdir(parent: .root, name: Array("d".utf8), mode: 0o777, umask: 0)) == 30)
        #expect(
            try fixture.errno(.create(parent: .root, name: Array("d".utf8), mode: 0o777, umask: 0, flags: .readWrite))
                == 30)
        #expect(try fixture.errno(.access(.root, mask: 2)) == 30)
        #expect(try fixture.errno(.access(.root, mask: 5)) == 0)
    }

    @Test("the end of the mount closes what its kernel had open and forgets what it knew")
    func end() throws {
        let fixture = try Fixture()
        _ = try fixture.create("a")
        _ = try fixture.opendir(.root)
        #expect(fixture.fileSystem.openCount == 2)
        fixture.handler.end()
        #expect(fixture.fileSystem.openCount == 0)
        #expect(fixture.handler.nodeCount == 0)
    }
}
