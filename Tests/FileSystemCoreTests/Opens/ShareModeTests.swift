import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Synchronization
import Testing

@Suite("Opens that meet: share modes, delete-pending, at both doors — [MS-FSA] 2.1.5.1.2")
struct ShareModeTests {
    private static let accesses: [(AccessMask, DataAccess)] = [
        (.readAttributes, []), (.readData, .read), (.execute, .read), (.writeData, .write), (.appendData, .write),
        (.delete, .delete), ([.readData, .writeData], [.read, .write]), ([.readData, .delete], [.read, .delete]),
    ]

    @Test("each side's access must be in the other's share mode", arguments: 0..<8 as Range<UInt8>, 0..<8 as Range<UInt8>)
    func matrix(firstShare: UInt8, secondShare: UInt8) throws {
        let world = try World()
        let smb = world.windows(uid: 1000)
        try world.alice.put("f", [1], mode: 0o777)
        let (one, two) = (ShareMode(rawValue: firstShare), ShareMode(rawValue: secondShare))
        for (firstAccess, firstData) in Self.accesses {
            let first = try smb.smbOpen("f", firstAccess, share: one).open
            for (secondAccess, secondData) in Self.accesses {
                let isAllowed = firstData.isEmpty || secondData.isEmpty || (one.permits(secondData) && two.permits(firstData))
                do {
                    smb.close(try smb.smbOpen("f", secondAccess, share: two).open)
                    if !isAllowed { Issue.record("\(firstData) with \(one) and \(secondData) with \(two) both opened") }
                } catch FileSystemError.sharingViolation {
                    if isAllowed { Issue.record("\(firstData) with \(one) and \(secondData) with \(two) refused") }
                }
            }
            smb.close(first)
        }
    }

    @Test("a POSIX open shares everything, and meets what an SMB open does not share")
    func posixMeets() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        var held = try smb.smbOpen("f", .readData, share: .read).open
        alice.close(try alice.open("f", .read))
        #expect(throws: FileSystemError.sharingViolation) { try alice.open("f", .write) }
        #expect(throws: FileSystemError.sharingViolation) { try alice.create("f", truncate: true) }
        #expect(try alice.contents("f") == [1])
        smb.close(held)
        held = try smb.smbOpen("f", .readData, share: []).open
        #expect(throws: FileSystemError.sharingViolation) { try alice.open("f", .read) }
        _ = try alice.stat("f")
        smb.close(held)

        let writer = try alice.open("f", [.read, .write])
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("f", .readData, share: .read) }
        smb.close(try smb.smbOpen("f", .readData, share: [.read, .write]).open)
        // Two POSIX opens never meet.
        alice.close(try alice.open("f", .write))
        alice.close(writer)
    }

    @Test("unlink and rename over what SMB holds without FILE_SHARE_DELETE: EBUSY; with it the name goes at once")
    func removal() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1, 2])
        try alice.put("g", [3])
        var held = try smb.smbOpen("f", .readData, share: [.read, .write]).open
        #expect(throws: FileSystemError.sharingViolation) { try alice.unlink("f") }
        #expect(throws: FileSystemError.sharingViolation) { try alice.rename("f", "h") }
        #expect(throws: FileSystemError.sharingViolation) { try alice.rename("g", "f") }
        #expect(throws: FileSystemError.sharingViolation) { try alice.rename("g", "f", .exchange) }
        smb.close(held)
        held = try smb.smbOpen("f", .readData, share: .all).open
        try alice.unlink("f")
        #expect(try !alice.exists("f"))
        #expect(try smb.read(held) == [1, 2])
        #expect(held.link == nil)
        smb.close(held)
        // An open for attributes alone meets nobody.
        held = try smb.smbOpen("g", .readAttributes, share: []).open
        try alice.rename("g", "h")
        smb.close(held)
        try alice.unlink("h")
        try world.expectEmpty()
    }

    @Test("an SMB open that meets a POSIX open about to go waits for its RELEASE")
    func waitsForRelease() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let writer = try alice.open("f", .write)
        world.fileSystem.noteClosing(writer)
        let waiting = #expect(throws: NotDone.self) { try smb.smbOpen("f", .readData, share: .read) }
        let ticket = try #require(waiting?.ticket)
        let settled = Settled(ticket)
        #expect(settled.resumption == nil)
        alice.close(writer)
        #expect(settled.resumption == .retry)
        smb.close(try smb.smbOpen("f", .readData, share: .read, resuming: ticket).open)
    }

    @Test("it does not wait for ever")
    func waitEnds() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let writer = try alice.open("f", .write)
        world.fileSystem.noteClosing(writer)
        let waiting = #expect(throws: NotDone.self) { try smb.smbOpen("f", .readData, share: .read) }
        let ticket = try #require(waiting?.ticket)
        let settled = Settled(ticket)
        world.clock.advance(milliseconds: 900)
        #expect(settled.resumption == nil)
        world.clock.advance(milliseconds: 200)
        #expect(settled.resumption == .retry)
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("f", .readData, share: .read, resuming: ticket) }
        alice.close(writer)
        #expect(world.fileSystem.openCount == 0)
    }

    @Test("a wait that is cancelled is over, once")
    func waitIsCancelled() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let writer = try alice.open("f", .write)
        world.fileSystem.noteClosing(writer)
        let waiting = #expect(throws: NotDone.self) { try smb.smbOpen("f", .readData, share: .read) }
        let ticket = try #require(waiting?.ticket)
        let settled = Settled(ticket)
        ticket.cancel()
        #expect(settled.resumption == .cancelled(.cancelled))
        alice.close(writer)
        world.clock.advance(milliseconds: 2000)
        #expect(settled.resumption == .cancelled(.cancelled))
        #expect(settled.count == 1)
        smb.close(try smb.smbOpen("f", .readData, share: []).open)
    }

    @Test("a wait for one that is not about to go is refused at once, also when another is")
    func mixedWait() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let leaving = try alice.open("f", .write)
        let staying = try alice.open("f", .write)
        world.fileSystem.noteClosing(leaving)
        #expect(throws: FileSystemError.sharingViolation) { try smb.smbOpen("f", .readData, share: .read) }
        alice.close(leaving)
        alice.close(staying)
    }

    @Test("delete on close removes the name with the last SMB open")
    func deleteOnClose() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let posix = try alice.open("f", .read)
        let one = try smb.smbOpen("f", [.readData, .delete], options: .deleteOnClose).open
        let two = try smb.smbOpen("f", .readData).open
        smb.close(one)
        // Pending now: no new open, but the name is still there.
        #expect(throws: FileSystemError.deletePending) { try smb.smbOpen("f") }
        #expect(throws: FileSystemError.deletePending) { try alice.open("f", .read) }
        #expect(try alice.list("") == ["f"])
        smb.close(two)
        #expect(try alice.list("").isEmpty)
        #expect(try alice.read(posix) == [1])
        alice.close(posix)
        try world.expectEmpty()
    }

    @Test("a disposition can be taken back")
    func disposition() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        let open = try smb.smbOpen("f", [.readData, .delete]).open
        try world.fileSystem.setDeletePending(true, open, smb.context()).get()
        #expect(world.fileSystem.isDeletePending(open))
        #expect(throws: FileSystemError.deletePending) { try smb.smbOpen("f") }
        try world.fileSystem.setDeletePending(false, open, smb.context()).get()
        smb.close(try smb.smbOpen("f").open)
        smb.close(open)
        #expect(try alice.exists("f"))

        let without = try smb.smbOpen("f", .readData).open
        #expect(throws: FileSystemError.accessDenied) { try world.fileSystem.setDeletePending(true, without, smb.context()) }
        smb.close(without)
        try alice.set("f") { $0.dosAttributes = .readOnly }
        let readOnly = try smb.smbOpen("f", .delete).open
        #expect(throws: FileSystemError.cannotDelete) { try world.fileSystem.setDeletePending(true, readOnly, smb.context()) }
        smb.close(readOnly)
        #expect(throws: FileSystemError.cannotDelete) { try smb.smbOpen("f", .delete, options: .deleteOnClose) }
    }

    @Test("a directory goes by disposition when it is empty, and nothing is made in it meanwhile")
    func directoryDisposition() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.makeDirectory("d")
        try alice.make("d/f")
        let open = try smb.smbOpen("d", .delete, options: .directory).open
        #expect(throws: FileSystemError.directoryNotEmpty) { try world.fileSystem.setDeletePending(true, open, smb.context()) }
        try alice.unlink("d/f")
        try world.fileSystem.setDeletePending(true, open, smb.context()).get()
        #expect(throws: FileSystemError.deletePending) { try alice.make("d/g") }
        smb.close(open)
        try world.expectEmpty()
    }

    @Test("delete on close follows a rename; a name that is gone already stays gone")
    func deleteAfterRename() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("f", [1])
        var open = try smb.smbOpen("f", .delete, options: .deleteOnClose).open
        try alice.rename("f", "g")
        try alice.put("f", [2])
        smb.close(open)
        #expect(try alice.list("") == ["f"])
        open = try smb.smbOpen("f", .delete, options: .deleteOnClose).open
        try alice.unlink("f")
        try alice.put("f", [3])
        smb.close(open)
        #expect(try alice.contents("f") == [3])
        try alice.unlink("f")
        try world.expectEmpty()
    }

    @Test("of two hard links the one that was opened goes")
    func deleteOfLink() throws {
        let world = try World()
        let (alice, smb) = (world.alice, world.windows(uid: 1000))
        try alice.put("a", [1])
        try alice.link("a", to: "b")
        smb.close(try smb.smbOpen("b", .delete, options: .deleteOnClose).open)
        #expect(try alice.list("") == ["a"])
        #expect(try alice.stat("a").linkCount == 1)
        alice.close(try alice.open("a", .read))
    }
}

/// What became of a ticket, and how often it was told.
final class Settled: Sendable {
    private let state: State

    private final class State: Sendable {
        let told = Mutex<[Ticket.Resumption]>([])
    }

    init(_ ticket: Ticket) {
        let state = State()
        self.state = state
        ticket.whenSettled { resumption in state.told.withLock { $0.append(resumption) } }
    }

    var resumption: Ticket.Resumption? { state.told.withLock { $0.last } }
    var count: Int { state.told.withLock { $0.count } }
}
