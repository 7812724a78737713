import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import HostileInput
import Testing

@Suite("Range locks: fcntl(2), flock(2), SMB2 LOCK")
struct LockTests {
    /// One file that everybody has open, and owners to lock it.
    private struct Scene {
        let world: World
        let alice: Caller
        let open: Open
        let smb: Open

        init() throws {
            world = try World()
            alice = world.alice
            try alice.put("f", [UInt8](repeating: 1, count: 1000), mode: 0o666)
            open = try alice.open("f", [.read, .write])
            smb = try world.windows(uid: 1000).smbOpen("f", [.readData, .writeData]).open
        }

        static func posix(_ owner: UInt64) -> LockOwner { .posix(door: DoorID(rawValue: 1), owner: owner) }
        static func flock(_ owner: UInt64) -> LockOwner { .flock(door: DoorID(rawValue: 1), owner: owner) }
        var windows: LockOwner { .windows(smb.id) }

        @discardableResult
        func lock(
            _ range: ClosedRange<UInt64>, _ isExclusive: Bool, _ owner: LockOwner, wait: Bool = false, resuming ticket: Ticket? = nil
        ) throws -> Ticket? {
            let lock = RangeLock(first: range.lowerBound, last: range.upperBound, isExclusive: isExclusive, owner: owner, processID: 7)
            switch try world.fileSystem.lock(open, lock, mayWait: wait, alice.context(resuming: ticket)) {
            case .done: return nil
            case .pending(let ticket): return ticket
            case .wouldBlock: throw NotDone(ticket: nil)
            }
        }

        func unlock(_ range: ClosedRange<UInt64>, _ owner: LockOwner) throws {
            try world.fileSystem.unlock(
                open, first: range.lowerBound, last: range.upperBound, owner: owner, alice.context()
            ).get()
        }

        func test(_ range: ClosedRange<UInt64>, _ isExclusive: Bool, _ owner: LockOwner) throws -> RangeLock? {
            try world.fileSystem.testLock(
                open, RangeLock(first: range.lowerBound, last: range.upperBound, isExclusive: isExclusive, owner: owner),
                alice.context()
            ).get()
        }
    }

    @Test("shared locks stand side by side; exclusive ones alone; of one owner all")
    func sharing() throws {
        let scene = try Scene()
        try scene.lock(0...9, false, Scene.posix(1))
        try scene.lock(5...14, false, Scene.posix(2))
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(9...20, true, Scene.posix(3)) }
        try scene.lock(15...20, true, Scene.posix(3))
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(0...9, true, Scene.posix(1)) }
        try scene.lock(0...4, true, Scene.posix(1))
        let found = try #require(try scene.test(0...100, false, Scene.posix(9)))
        #expect(found.isExclusive)
        #expect(found.processID == 7)
        #expect(try scene.test(0...4, true, Scene.posix(1)) == nil)
    }

    @Test("which families exclude each other", arguments: 0..<3, 0..<3)
    func families(first: Int, second: Int) throws {
        let scene = try Scene()
        let owners = { (number: UInt64) in [Scene.posix(number), Scene.flock(number), LockOwner.windows(OpenID(rawValue: 1000 + number))] }
        try scene.lock(0...UInt64.max, true, owners(1)[first])
        let areStrangers = (first == 0 && second == 1) || (first == 1 && second == 0)
        if areStrangers {
            try scene.lock(0...UInt64.max, true, owners(2)[second])
        } else {
            #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(0...UInt64.max, true, owners(2)[second]) }
        }
    }

    @Test("unlocking splits, and a lock over one's own replaces it")
    func splitting() throws {
        let scene = try Scene()
        let (one, two) = (Scene.posix(1), Scene.posix(2))
        try scene.lock(0...99, true, one)
        try scene.unlock(40...59, one)
        try scene.lock(40...59, true, two)
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(39...39, false, two) }
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(60...60, false, two) }
        // A downgrade in the middle of a lock.
        try scene.lock(10...19, false, one)
        try scene.lock(10...19, false, two)
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(9...9, false, two) }
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(20...20, false, two) }
        // To the end, wherever it is.
        try scene.unlock(0...UInt64.max, one)
        try scene.unlock(0...UInt64.max, two)
        try scene.lock(100...UInt64.max, true, one)
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(UInt64.max...UInt64.max, true, two) }
        try scene.unlock(200...UInt64.max, one)
        try scene.lock(200...UInt64.max, true, two)
        try scene.unlock(0...UInt64.max, one)
        #expect(try scene.test(0...199, true, two) == nil)
        #expect(try scene.test(0...UInt64.max, true, one)?.first == 200)
    }

    @Test("adjoining locks become one")
    func merging() throws {
        let scene = try Scene()
        for start in stride(from: UInt64(0), to: 1000, by: 10) { try scene.lock(start...start + 9, true, Scene.posix(1)) }
        let found = try #require(try scene.test(0...UInt64.max, true, Scene.posix(2)))
        #expect((found.first, found.last) == (0, 999))
    }

    @Test("who waits is woken in the order of arrival, and nobody passes him")
    func waiting() throws {
        let scene = try Scene()
        try scene.lock(0...9, true, Scene.posix(1))
        let first = try #require(try scene.lock(0...9, true, Scene.posix(2), wait: true))
        let second = try #require(try scene.lock(0...4, false, Scene.posix(3), wait: true))
        let third = try #require(try scene.lock(3...9, false, Scene.posix(4), wait: true))
        let (a, b, c) = (Settled(first), Settled(second), Settled(third))
        try scene.unlock(0...9, Scene.posix(1))
        #expect((a.resumption, b.resumption, c.resumption) == (.retry, nil, nil))
        #expect(try scene.lock(0...9, true, Scene.posix(2), wait: true, resuming: first) == nil)
        try scene.unlock(0...9, Scene.posix(2))
        #expect(b.resumption == .retry)
        #expect(c.resumption == .retry)
        // The lock is theirs already, before they ask again.
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(4...4, true, Scene.posix(5)) }
        #expect(try scene.lock(0...4, false, Scene.posix(3), wait: true, resuming: second) == nil)
    }

    @Test("a wait that is given up leaves no lock, and lets the next one through")
    func cancelling() throws {
        let scene = try Scene()
        try scene.lock(0...9, false, Scene.posix(1))
        let writer = try #require(try scene.lock(0...9, true, Scene.posix(2), wait: true))
        let reader = try #require(try scene.lock(0...9, false, Scene.posix(3), wait: true))
        let (a, b) = (Settled(writer), Settled(reader))
        writer.cancel()
        #expect(a.resumption == .cancelled(.cancelled))
        #expect(b.resumption == .retry)
        try scene.unlock(0...9, Scene.posix(1))
        try scene.unlock(0...9, Scene.posix(3))
        try scene.lock(0...9, true, Scene.posix(4))
        #expect(a.count == 1)
    }

    @Test("two that wait for each other: the second learns of it")
    func deadlock() throws {
        let scene = try Scene()
        try scene.lock(0...9, true, Scene.posix(1))
        try scene.lock(10...19, true, Scene.posix(2))
        try scene.lock(20...29, true, Scene.posix(3))
        _ = try #require(try scene.lock(10...19, true, Scene.posix(1), wait: true))
        _ = try #require(try scene.lock(20...29, true, Scene.posix(2), wait: true))
        #expect(throws: FileSystemError.deadlock) { try scene.lock(0...9, true, Scene.posix(3), wait: true) }
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(0...9, true, Scene.posix(3)) }
    }

    @Test("a close drops the owner's locks and wakes who waits")
    func closing() throws {
        let scene = try Scene()
        let (one, two) = (Scene.posix(1), Scene.flock(1))
        try scene.lock(0...9, true, one)
        try scene.lock(20...29, true, one)
        try scene.lock(0...UInt64.max, true, two)
        let waiting = Settled(try #require(try scene.lock(0...29, true, Scene.posix(2), wait: true)))
        try scene.world.fileSystem.unlockAll(scene.open, owner: one, scene.alice.context()).get()
        #expect(waiting.resumption == .retry)
        #expect(throws: FileSystemError.lockNotGranted) { try scene.lock(0...UInt64.max, true, Scene.flock(2)) }
        try scene.world.fileSystem.unlockAll(scene.open, owner: two, scene.alice.context()).get()
        try scene.lock(0...UInt64.max, true, Scene.flock(2))
    }

    @Test("SMB's locks go with their open, and stop the other door meanwhile")
    func mandatory() throws {
        let scene = try Scene()
        let (alice, smb) = (scene.alice, scene.world.windows(uid: 1000))
        try scene.lock(100...199, true, scene.windows)
        #expect(throws: FileSystemError.rangeLocked) { try alice.read(scene.open, at: 150, count: 10) }
        #expect(throws: FileSystemError.rangeLocked) { try alice.read(scene.open, at: 0, count: 101) }
        #expect(try alice.read(scene.open, at: 0, count: 100).count == 100)
        #expect(throws: FileSystemError.rangeLocked) { try alice.write(scene.open, [1], at: 199) }
        try alice.write(scene.open, [1], at: 200)
        #expect(throws: FileSystemError.rangeLocked) { try alice.set("f") { $0.size = 150 } }
        #expect(throws: FileSystemError.rangeLocked) {
            try scene.world.fileSystem.allocate(scene.open, at: 0, count: 500, mode: .punchHole, alice.context())
        }
        // The one who holds it reads and writes.
        #expect(try smb.read(scene.smb, at: 150, count: 10).count == 10)
        try smb.write(scene.smb, [2], at: 150)
        let waiting = Settled(try #require(try scene.lock(150...150, false, Scene.posix(1), wait: true)))
        smb.close(scene.smb)
        #expect(waiting.resumption == .retry)
        #expect(try alice.read(scene.open, at: 150, count: 1) == [2])
    }

    @Test("a shared SMB lock lets all read, and nobody write, its holder included")
    func sharedMandatory() throws {
        let scene = try Scene()
        let smb = scene.world.windows(uid: 1000)
        try scene.lock(0...9, false, scene.windows)
        #expect(try scene.alice.read(scene.open, count: 5).count == 5)
        #expect(throws: FileSystemError.rangeLocked) { try scene.alice.write(scene.open, [1], at: 5) }
        #expect(throws: FileSystemError.rangeLocked) { try smb.write(scene.smb, [1], at: 5) }
    }

    @Test("advisory locks stop no read and no write")
    func advisory() throws {
        let scene = try Scene()
        try scene.lock(0...UInt64.max, true, Scene.posix(1))
        try scene.lock(0...UInt64.max, true, Scene.flock(1))
        try scene.alice.write(scene.open, [5], at: 0)
        #expect(try scene.world.windows(uid: 1000).read(scene.smb, count: 1) == [5])
    }

    @Test("an open that is closed takes no lock")
    func closedOpen() throws {
        let scene = try Scene()
        scene.alice.close(scene.open)
        #expect(throws: FileSystemError.badHandle) { try scene.lock(0...9, true, Scene.posix(1)) }
    }

    @Test("random locks of one family agree with a byte map", arguments: 0..<20)
    func model(seed: Int) throws {
        let scene = try Scene()
        var random = SeededGenerator(seed: UInt64(seed))
        // Who holds each byte how: nil, shared or exclusive.
        var map = Array(repeating: [UInt64: Bool](), count: 64)
        for step in 0..<300 {
            let owner = UInt64.random(in: 1...3, using: &random)
            let one = Int.random(in: 0..<64, using: &random)
            let range = one...min(63, one + Int.random(in: 0..<16, using: &random))
            let isExclusive = Bool.random(using: &random)
            if UInt.random(in: 0..<3, using: &random) == 0 {
                try scene.unlock(UInt64(range.lowerBound)...UInt64(range.upperBound), Scene.posix(owner))
                for byte in range { map[byte][owner] = nil }
                continue
            }
            let isFree = range.allSatisfy { byte in
                map[byte].allSatisfy { $0.key == owner || !($0.value || isExclusive) }
            }
            do {
                try scene.lock(UInt64(range.lowerBound)...UInt64(range.upperBound), isExclusive, Scene.posix(owner))
                try #require(isFree, "seed \(seed), step \(step): granted")
                for byte in range { map[byte][owner] = isExclusive }
            } catch FileSystemError.lockNotGranted {
                try #require(!isFree, "seed \(seed), step \(step): refused")
            }
        }
    }
}
