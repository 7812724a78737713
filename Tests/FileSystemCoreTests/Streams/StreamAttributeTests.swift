import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Foundation
import MetadataStore
import StoreDoubles
import Synchronization
import Testing

@Suite("Streams as extended attributes")
struct StreamAttributeTests {
    let world: World
    let smb: Caller
    let posix: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        posix = world.alice
        try posix.put("/f", [])
    }

    private func name(_ stream: String) -> [UInt8] { Array("user.DosStream.\(stream):$DATA".utf8) }

    private func get(_ name: [UInt8]) throws -> [UInt8] {
        try world.fileSystem.extendedAttribute(name, of: posix.inode("/f"), posix.context()).get()
    }

    private func set(_ name: [UInt8], _ value: [UInt8], _ mode: ExtendedAttributeMode = .either) throws {
        try world.fileSystem.setExtendedAttribute(name, to: value, mode: mode, of: posix.inode("/f"), posix.context()).get()
    }

    private func remove(_ name: [UInt8]) throws {
        try world.fileSystem.removeExtendedAttribute(name, of: posix.inode("/f"), posix.context()).get()
    }

    private func list() throws -> [String] {
        try world.fileSystem.extendedAttributeNames(of: posix.inode("/f"), posix.context()).get()
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("are one thing with two names")
    func oneThing() throws {
        try set(Array("user.plain".utf8), [1])
        try smb.putStream("/f", "Zone.Identifier", "[ZoneTransfer]")
        #expect(try list() == ["user.DosStream.Zone.Identifier:$DATA", "user.plain"])
        #expect(try get(name("Zone.Identifier")) == Array("[ZoneTransfer]".utf8))
        #expect(throws: FileSystemError.attributeExists) { try set(name("zone.identifier"), [1], .create) }
        try set(name("zone.identifier"), [1, 2])
        #expect(try smb.streams("/f") == ["": 0, "Zone.Identifier": 2])
        try set(name("new"), [], .create)
        #expect(try smb.streams("/f") == ["": 0, "Zone.Identifier": 2, "new": 0])
        #expect(throws: FileSystemError.attributeNotFound) { try set(name("other"), [], .replace) }
        try remove(name("ZONE.Identifier"))
        #expect(throws: FileSystemError.attributeNotFound) { try get(name("Zone.Identifier")) }
        #expect(throws: FileSystemError.attributeNotFound) { try remove(name("Zone.Identifier")) }
        try posix.unlink("/f")
        try world.expectEmpty()
    }

    @Test("obey who has the stream open")
    func obeyOpens() throws {
        let open = try smb.streamOpen("/f", "s", share: .read).open
        try smb.write(open, [5])
        #expect(try get(name("s")) == [5])
        #expect(throws: FileSystemError.sharingViolation) { try set(name("s"), [1]) }
        #expect(throws: FileSystemError.sharingViolation) { try remove(name("s")) }
        smb.close(open)
        let shared = try smb.streamOpen("/f", "s").open
        try set(name("s"), [6, 7])
        #expect(try smb.read(shared) == [6, 7])
        try remove(name("s"))
        #expect(try list().isEmpty)
        try smb.write(shared, [8, 9, 10])
        #expect(try smb.read(shared) == [8, 9, 10])
        smb.close(shared)
        try posix.unlink("/f")
        try world.expectEmpty()
    }

    @Test("are listed, and not read, beyond 64 KiB; what no stream is called is no name")
    func limits() throws {
        let open = try smb.streamOpen("/f", "big").open
        try smb.write(open, [UInt8](repeating: 1, count: 65_537))
        smb.close(open)
        #expect(try list() == ["user.DosStream.big:$DATA"])
        #expect(throws: FileSystemError.attributeTooLarge) { try get(name("big")) }
        #expect(throws: FileSystemError.attributeTooLarge) { try set(name("b"), [UInt8](repeating: 1, count: 65_537)) }
        for bad in ["user.DosStream.x", "user.DosStream.:$DATA", "user.DosStream.a:b:$DATA", "user.DosStream.a\\b:$DATA"] {
            #expect(throws: FileSystemError.invalidArgument) { try set(Array(bad.utf8), [1]) }
            #expect(throws: FileSystemError.attributeNotFound) { try get(Array(bad.utf8)) }
        }
        #expect(throws: FileSystemError.accessDenied) {
            try world.fileSystem.setExtendedAttribute(
                name("s"), to: [1], mode: .either, of: posix.inode("/f"), world.bob.context()
            ).get()
        }
    }

    private final class Counter: Sendable {
        private let value = Atomic<Int>(0)
        var count: Int { value.load(ordering: .acquiring) }
        func add() { value.add(1, ordering: .acquiringAndReleasing) }
    }

    @Test("a full store keeps the old value")
    func fullStore() throws {
        let small = try World(maximumBytes: 256 << 10)
        let posix = small.alice
        try posix.put("/f", [])
        let inode = try posix.inode("/f")
        func set(_ value: [UInt8]) throws {
            try small.fileSystem.setExtendedAttribute(name("s"), to: value, mode: .either, of: inode, posix.context()).get()
        }
        try set([1, 2, 3])
        let filler = try posix.create("/filler")
        defer { posix.close(filler) }
        while (try? posix.write(filler, [UInt8](repeating: 1, count: 4096), at: nil)) != nil {}
        // Deleting content may take its time: nobody waits for it.
        let (deletions, fileSystem, context) = (Counter(), small.fileSystem, small.bob.context())
        small.content.atDeletion {
            let looked = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                _ = try? fileSystem.attributes(of: inode, context)
                _ = try? fileSystem.lookup(FileName("f"), in: .root, context)
                looked.signal()
            }
            if looked.wait(timeout: .now() + 20) == .success { deletions.add() }
        }
        #expect(throws: FileSystemError.noSpace) { try set([UInt8](repeating: 9, count: 60_000)) }
        #expect(deletions.count == 1, "with no lock held")
        #expect(try small.fileSystem.extendedAttribute(name("s"), of: inode, posix.context()).get() == [1, 2, 3])
        #expect(try small.metadata.pendingDeletes().isEmpty)
    }
}
