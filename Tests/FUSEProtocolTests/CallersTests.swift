import FileSystemModel
import Synchronization
import Testing

@testable import FUSEProtocol

@Suite("Callers of the FUSE door, and who watches them")
struct CallersTests {
    @Test("supplementary groups count, and are asked for once a second")
    func groups() throws {
        let fixture = try Fixture(groups: GroupTable([55: [777]]))
        let (node, _) = try fixture.create("a", mode: 0o640)
        var chown = SetAttributesRequest()
        chown.gid = 777
        #expect(try fixture.errno(.setattr(node, chown, handle: nil)) == 0)
        for _ in 0..<5 { #expect(try fixture.errno(.access(node, mask: 4), uid: 1000, gid: 1000, pid: 55) == 0) }
        #expect(fixture.groups.questions.load(ordering: .relaxed) == 1)
        #expect(try fixture.errno(.access(node, mask: 2), uid: 1000, gid: 1000, pid: 55) == 13)
        #expect(try fixture.errno(.access(node, mask: 4), uid: 1000, gid: 1000, pid: 56) == 13)
        #expect(fixture.groups.questions.load(ordering: .relaxed) == 2)
        fixture.clock.advance(by: 2)
        #expect(try fixture.errno(.access(node, mask: 4), uid: 1000, gid: 1000, pid: 55) == 0)
        #expect(fixture.groups.questions.load(ordering: .relaxed) == 3)
    }

    @Test("a process that changes its user is not taken for the old one")
    func changedUser() throws {
        let fixture = try Fixture(groups: GroupTable([55: [777]]))
        let (node, _) = try fixture.create("a", mode: 0o600, uid: 1000, gid: 1000)
        #expect(try fixture.errno(.access(node, mask: 4), uid: 1000, gid: 1000, pid: 55) == 0)
        #expect(try fixture.errno(.access(node, mask: 4), uid: 1001, gid: 1000, pid: 55) == 13)
    }

    @Test("search permission is checked at every lookup")
    func search() throws {
        let fixture = try Fixture()
        let directory = try fixture.mkdir("d", mode: 0o700)
        _ = try fixture.create("a", in: directory)
        let lookup = FUSEOperation.lookup(parent: directory, name: Array("a".utf8))
        #expect(try fixture.errno(lookup) == 0)
        #expect(try fixture.errno(lookup, uid: 1000, gid: 1000) == 13)
    }

    private final class Observer: FUSERequestObserver {
        let seen = Mutex<[String]>([])

        func answered(_ operation: FUSEOperation, of request: FUSERequest, errno: Int32, microseconds: UInt64) {
            let name = operation.entryName.map { String(decoding: $0, as: UTF8.self) } ?? "-"
            seen.withLock {
                $0.append("\(operation.name) \(name) \(operation.handle?.rawValue ?? 0) \(request.uid) \(errno)")
            }
        }
    }

    @Test("an observer sees each request with its answer, those that waited too")
    func observer() throws {
        let observer = Observer()
        let fixture = try Fixture(observer: observer)
        _ = try fixture.errno(.lookup(parent: .root, name: Array("no".utf8)), uid: 12)
        let (_, handle) = try fixture.create("a")
        let lock = LockRequest(kind: .exclusive, start: 0, length: 0, owner: 1, pid: 1)
        _ = try fixture.ask(.setlk(handle, lock, waits: false))
        let unique = fixture.send(
            .setlk(handle, LockRequest(kind: .shared, start: 0, length: 0, owner: 2, pid: 2), waits: true),
            to: Recorder())
        fixture.handler.interrupt(unique: unique)
        #expect(
            observer.seen.withLock { $0 } == [
                "lookup no 0 12 2", "create a 0 0 0", "setlk - \(handle.rawValue) 0 0",
                "setlk - \(handle.rawValue) 0 4",
            ])
    }

    @Test("extended attributes: size first, ERANGE, flags; capabilities do not exist")
    func extendedAttributes() throws {
        let fixture = try Fixture()
        let (node, _) = try fixture.create("a")
        let name = Array("user.a".utf8)
        func set(_ flags: UInt32) throws -> Int32 {
            try fixture.errno(.setxattr(node, name: name, value: [1, 2, 3], flags: flags))
        }
        #expect(try set(2) == 61)
        #expect(try set(1) == 0)
        #expect(try set(1) == 17)
        #expect(try set(2) == 0)
        #expect(try set(3) == 22)
        guard case .size(3) = try fixture.ask(.getxattr(node, name: name, size: 0)) else { return #expect(Bool(false)) }
        #expect(try fixture.errno(.getxattr(node, name: name, size: 2)) == 34)
        guard case .bytes([1, 2, 3]) = try fixture.ask(.getxattr(node, name: name, size: 3)) else {
            return #expect(Bool(false))
        }
        guard case .size(7) = try fixture.ask(.listxattr(node, size: 0)) else { return #expect(Bool(false)) }
        guard case .bytes(let list) = try fixture.ask(.listxattr(node, size: 7)) else { return #expect(Bool(false)) }
        #expect(list == name + [0])
        #expect(try fixture.errno(.removexattr(node, name: name)) == 0)
        #expect(try fixture.errno(.getxattr(node, name: name, size: 0)) == 61)
        let capability = Array("security.capability".utf8)
        #expect(try fixture.errno(.getxattr(node, name: capability, size: 0)) == 61)
        #expect(try fixture.errno(.setxattr(node, name: capability, value: [1], flags: 0)) == 95)
        #expect(try fixture.errno(.removexattr(node, name: capability)) == 61)
    }

    @Test("DOS attributes and the time of creation under the names of Linux's NTFS drivers")
    func ntfsAttributes() throws {
        let fixture = try Fixture()
        let (node, _) = try fixture.create("file")
        func get(_ name: String) throws -> [UInt8] {
            guard case .bytes(let value) = try fixture.ask(.getxattr(node, name: Array(name.utf8), size: 64)) else { return [] }
            return value
        }
        func set(_ name: String, _ value: [UInt8], flags: UInt32 = 0, uid: UInt32 = 0) throws -> Int32 {
            try fixture.errno(.setxattr(node, name: Array(name.utf8), value: value, flags: flags), uid: uid)
        }
        #expect(try set("system.ntfs_attrib", [0x03, 0, 0, 0]) == 0)
        #expect(try get("system.ntfs_attrib") == [0x03, 0, 0, 0])
        #expect(try get("system.ntfs_attrib_be") == [0, 0, 0, 0x03])
        #expect(try fixture.attributes(node).dosAttributes == [.readOnly, .hidden])
        #expect(try set("system.ntfs_attrib_be", [0, 0, 0, 0x20]) == 0)
        #expect(try get("system.ntfs_attrib") == [0x20, 0, 0, 0])
        #expect(try set("system.ntfs_attrib", [0, 0, 0, 0]) == 0)
        #expect(try get("system.ntfs_attrib") == [0x80, 0, 0, 0])
        // 1970-01-01, 11,644,473,600 s after 1601.
        let time: [UInt8] = [0x00, 0x80, 0x3E, 0xD5, 0xDE, 0xB1, 0x9D, 0x01]
        #expect(try set("system.ntfs_crtime", time) == 0)
        #expect(try get("system.ntfs_crtime") == time)
        #expect(try get("system.ntfs_crtime_be") == time.reversed())
        #expect(try fixture.attributes(node).creationTime == Timestamp(seconds: 0, nanoseconds: 0))
        for (name, value) in [
            ("system.ntfs_attrib", [UInt8](repeating: 0, count: 3)), ("system.ntfs_crtime", [1]),
            ("system.ntfs_crtime", [UInt8](repeating: 0xFF, count: 8)),
        ] {
            #expect(try set(name, value) == 22)
        }
        #expect(try set("system.ntfs_attrib", [1, 0, 0, 0], uid: 1000) == 1)
        #expect(try set("system.ntfs_attrib", [1, 0, 0, 0], flags: 1) == 17)
        // No descriptor of their kind.
        #expect(try fixture.errno(.getxattr(node, name: Array("system.ntfs_acl".utf8), size: 0)) == 95)
        #expect(try set("system.ntfs_acl", [1]) == 95)
        #expect(try fixture.errno(.removexattr(node, name: Array("system.ntfs_attrib".utf8))) == 95)
        guard case .size(0) = try fixture.ask(.listxattr(node, size: 0)) else { return #expect(Bool(false)) }
    }

    @Test("named streams as extended attributes")
    func streams() throws {
        let fixture = try Fixture()
        let (node, _) = try fixture.create("file")
        let name = Array("user.DosStream.s:$DATA".utf8)
        #expect(try fixture.errno(.setxattr(node, name: name, value: [1, 2, 3], flags: 0)) == 0)
        guard case .bytes([1, 2, 3]) = try fixture.ask(.getxattr(node, name: name, size: 3)) else { return #expect(Bool(false)) }
        guard case .bytes(let list) = try fixture.ask(.listxattr(node, size: 64)) else { return #expect(Bool(false)) }
        #expect(list == name + [0])
        let large = [UInt8](repeating: 1, count: 65_537)
        #expect(try fixture.errno(.setxattr(node, name: name, value: large, flags: 0)) == 7)
        #expect(try fixture.errno(.setxattr(node, name: Array("user.DosStream.s".utf8), value: [1], flags: 0)) == 22)
        #expect(try fixture.errno(.removexattr(node, name: name)) == 0)
        #expect(try fixture.errno(.getxattr(node, name: name, size: 0)) == 61)
    }
}
