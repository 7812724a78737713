import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Testing

@Suite("SMB's range locks on files — [MS-FSA] 2.1.5.8, 2.1.5.9")
struct WindowsLockTests {
    private let world: World
    private let smb: Caller

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        try world.alice.put("f", [UInt8](repeating: 1, count: 100), mode: 0o666)
    }

    private func open(_ access: AccessMask = [.readData, .writeData]) throws -> Open { try smb.smbOpen("f", access).open }

    private func wish(_ offset: UInt64, _ length: UInt64, exclusive: Bool = true) -> LockWish {
        LockWish(LockRange(offset: offset, length: length), isExclusive: exclusive)
    }

    @discardableResult
    private func lock(
        _ open: Open, _ wishes: [LockWish], waits: Bool = false, resuming ticket: Ticket? = nil
    ) throws -> Ticket? {
        let outcome =
            wishes.count == 1
            ? try world.fileSystem.lock(open, wishes[0], mayWait: waits, smb.context(resuming: ticket))
            : try world.fileSystem.lockAll(open, wishes, smb.context())
        switch outcome {
        case .done: return nil
        case .pending(let ticket): return ticket
        case .wouldBlock: throw NotDone(ticket: nil)
        }
    }

    private func unlock(_ open: Open, _ ranges: [(UInt64, UInt64)]) throws {
        try world.fileSystem.unlockEach(open, ranges.map { LockRange(offset: $0.0, length: $0.1) }, smb.context()).get()
    }

    @Test("only what has bytes is locked, by who may read or write them")
    func rights() throws {
        try world.alice.makeDirectory("d", mode: 0o777)
        let directory = try smb.smbOpen("d", [.readData], options: .directory).open
        #expect(throws: FileSystemError.invalidArgument) { try lock(directory, [wish(0, 1)]) }
        #expect(throws: FileSystemError.invalidArgument) { try unlock(directory, [(0, 1)]) }
        let looking = try open([.readAttributes])
        #expect(throws: FileSystemError.accessDenied) { try lock(looking, [wish(0, 1)]) }
        #expect(throws: FileSystemError.accessDenied) { try lock(looking, [wish(0, 1), wish(1, 1)]) }
        try lock(open([.readData]), [wish(0, 1)])
        try lock(open([.writeData]), [wish(1, 1, exclusive: false)])
    }

    @Test("a range past 64 bits is refused, alone, in an array, and when unlocking")
    func invalidRanges() throws {
        let file = try open()
        #expect(throws: FileSystemError.invalidLockRange) { try lock(file, [wish(.max, .max)]) }
        #expect(throws: FileSystemError.invalidLockRange) { try lock(file, [wish(0, 1), wish(2, .max)]) }
        try lock(file, [wish(0, 1)])
        #expect(throws: FileSystemError.invalidLockRange) { try unlock(file, [(0, 1), (2, .max)]) }
        #expect(throws: FileSystemError.rangeNotLocked, "what stood before it was given up") { try unlock(file, [(0, 1)]) }
        #expect(throws: FileSystemError.rangeNotLocked) { try unlock(file, [(0, 1), (2, .max)]) }
    }

    @Test("SMB may not read past the end into a locked range either; a kernel reads whole pages, and gets what is there")
    func pastTheEnd() throws {
        let (holder, other) = (try open(), try open())
        try lock(holder, [wish(1000, 10)])
        #expect(try smb.read(other, at: 0, count: 1000).count == 100)
        #expect(throws: FileSystemError.rangeLocked) { try smb.read(other, at: 0, count: 1001) }
        #expect(throws: FileSystemError.rangeLocked) { try smb.read(other, at: 1005, count: 1) }
        #expect(try smb.read(holder, at: 0, count: 2000).count == 100)
        #expect(try smb.read(other, at: 1005, count: 0).isEmpty)
        let local = try world.alice.open("f", [.read])
        #expect(try world.alice.read(local, at: 0, count: 4096).count == 100)
    }

    @Test("an empty lock stops what passes over its place")
    func emptyLock() throws {
        let (holder, other) = (try open(), try open())
        try lock(holder, [wish(10, 0)])
        #expect(throws: FileSystemError.rangeLocked) { try smb.read(other, at: 9, count: 2) }
        #expect(try smb.read(other, at: 10, count: 2).count == 2)
        #expect(try smb.read(other, at: 8, count: 2).count == 2)
        #expect(try smb.read(holder, at: 9, count: 2).count == 2)
    }

    @Test("who waits gets the lock when it is unlocked, or when its holder closes; a wait ends with its own handle")
    func waiting() throws {
        let (holder, first, second) = (try open(), try open(), try open())
        try lock(holder, [wish(0, 10)])
        let ticket = try #require(try lock(first, [wish(0, 10)], waits: true))
        let other = try #require(try lock(second, [wish(5, 1)], waits: true))
        let (one, two) = (Settled(ticket), Settled(other))
        smb.close(first)
        #expect(one.resumption == .cancelled(.rangeNotLocked) && two.resumption == nil)
        smb.close(holder)
        #expect(two.resumption == .retry)
        #expect(try lock(second, [wish(5, 1)], waits: true, resuming: other) == nil)
        try unlock(second, [(5, 1)])
    }

    @Test("every handle is its own owner, of one session too")
    func handles() throws {
        let (one, two) = (try open(), try open())
        try lock(one, [wish(0, 10)])
        #expect(throws: FileSystemError.lockNotGranted) { try lock(two, [wish(9, 1, exclusive: false)]) }
        #expect(throws: FileSystemError.rangeNotLocked) { try unlock(two, [(0, 10)]) }
        #expect(throws: FileSystemError.rangeLocked) { try smb.write(two, [1], at: 0) }
        try lock(one, [wish(0, 10, exclusive: false)])
        #expect(throws: FileSystemError.rangeLocked, "its own shared lock") { try smb.write(one, [1], at: 0) }
    }
}
