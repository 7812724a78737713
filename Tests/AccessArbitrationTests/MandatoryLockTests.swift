import AccessArbitration
import FileSystemModel
import HostileInput
import Testing

@Suite("SMB's range locks — [MS-FSA] 2.1.4.10, 2.1.5.8, 2.1.5.9")
struct MandatoryLockTests {
    private static func lock(_ offset: UInt64, _ length: UInt64, exclusive: Bool = true, by handle: UInt64 = 1) throws -> RangeLock {
        try #require(RangeLock(offset: offset, length: length, isExclusive: exclusive, owner: .handle(handle)))
    }

    private func remove(_ lock: RangeLock, from locks: inout RangeLockSet) -> Bool { locks.removeOne(like: lock) }

    /// Offset and length of two locks, and whether they meet.
    private static let pairs: [(UInt64, UInt64, UInt64, UInt64, Bool)] = [
        (10, 0, 10, 0, false), (10, 0, 9, 1, false), (10, 0, 10, 1, false), (10, 0, 11, 1, false),
        (10, 0, 9, 2, true), (10, 0, 10, 2, false), (10, 0, 9, 3, true), (10, 0, 0, 11, true), (10, 0, 0, 10, false),
        (0, 0, 0, 0, false), (0, 0, 0, 10, false), (0, 0, 0, .max, false),
        (0, 10, 9, 1, true), (0, 10, 10, 1, false), (5, 1, 5, 1, true),
        (1 << 63, 1 << 63, .max, 1, true), (1 << 63, (1 << 63) - 1, .max, 1, false), (.max, 1, 0, .max, false),
        (.max, 0, .max - 1, 2, true), (.max, 0, .max, 1, false), (0, .max, .max - 1, 1, true),
    ]

    @Test("which ranges meet, empty ones and those at the end of 64 bits too", arguments: pairs)
    func meetings(first: UInt64, firstLength: UInt64, second: UInt64, secondLength: UInt64, meets: Bool) throws {
        for isSwapped in [false, true] {
            var held = try Self.lock(first, firstLength)
            var wanted = try Self.lock(second, secondLength, by: 2)
            if isSwapped { (held, wanted) = (wanted, held) }
            #expect(held.overlaps(wanted) == meets)
            var locks = RangeLockSet()
            locks.add(held)
            #expect((locks.conflict(with: wanted) != nil) == meets)
        }
    }

    @Test("a range ends with the last byte that 64 bits can name")
    func limits() {
        func exists(_ offset: UInt64, _ length: UInt64) -> Bool {
            RangeLock(offset: offset, length: length, isExclusive: true, owner: .handle(1)) != nil
        }
        #expect(exists(0, .max) && exists(1, .max) && exists(.max, 0) && exists(.max, 1))
        #expect(!exists(2, .max) && !exists(.max, 2) && !exists(.max, .max))
    }

    @Test("shared locks stack on their owner's exclusive one, and on anybody's shared ones; no exclusive one stacks")
    func stacking() throws {
        var locks = RangeLockSet()
        locks.add(try Self.lock(0, 10))
        #expect(try locks.conflict(with: Self.lock(0, 10, exclusive: false)) == nil)
        #expect(try locks.conflict(with: Self.lock(9, 1, exclusive: false, by: 2)) != nil)
        #expect(try locks.conflict(with: Self.lock(0, 10)) != nil)
        locks.add(try Self.lock(0, 10, exclusive: false))
        locks.add(try Self.lock(0, 10, exclusive: false))
        // The exclusive one goes first: what stands on it lets others share.
        #expect(try remove(Self.lock(0, 10, exclusive: false), from: &locks))
        #expect(try locks.conflict(with: Self.lock(0, 10, exclusive: false, by: 2)) == nil)
        #expect(try locks.conflict(with: Self.lock(0, 10)) != nil, "an exclusive one on its own shared one")
        #expect(try remove(Self.lock(0, 10), from: &locks))
        #expect(try remove(Self.lock(0, 10), from: &locks))
        #expect(try !remove(Self.lock(0, 10), from: &locks))
        #expect(locks.isEmpty)
    }

    @Test("a lock is unlocked by its exact range and its own handle, and never joined or split")
    func exactUnlock() throws {
        var locks = RangeLockSet()
        locks.add(try Self.lock(10, 4, exclusive: false))
        locks.add(try Self.lock(12, 4, exclusive: false))
        locks.add(try Self.lock(10, 0))
        for (offset, length, handle) in [(10, 6, 1), (10, 3, 1), (11, 3, 1), (10, 4, 2), (9, 0, 1)] as [(UInt64, UInt64, UInt64)] {
            #expect(try !remove(Self.lock(offset, length, by: handle), from: &locks))
        }
        for (offset, length) in [(10, 0), (12, 4), (10, 4)] as [(UInt64, UInt64)] {
            #expect(try remove(Self.lock(offset, length), from: &locks))
        }
        #expect(locks.isEmpty)
    }

    @Test("an array of locks is taken whole or not at all, and gives back only its own")
    func arrays() throws {
        let table = Table()
        table.admit(1, .windows, .read)
        table.admit(2, .windows, .read)
        func lockAll(_ locks: [RangeLock], by open: UInt64 = 1) -> FileSystemError? {
            table.table.lockAll(locks, by: OpenID(rawValue: open), inode: table.inode)
        }
        #expect(try lockAll([Self.lock(0, 10, exclusive: false), Self.lock(100, 10, by: 1)]) == nil)
        #expect(try lockAll([Self.lock(200, 1, by: 2)], by: 2) == nil)
        #expect(
            try lockAll([Self.lock(0, 10, exclusive: false), Self.lock(300, 1), Self.lock(200, 1)]) == .lockNotGranted)
        #expect(table.table.unlockEach([try Self.lock(0, 10)], inode: table.inode), "the one from before is still there")
        #expect(try !table.table.unlockEach([Self.lock(0, 10)], inode: table.inode), "and only that")
        #expect(try !table.table.unlockEach([Self.lock(300, 1)], inode: table.inode))
        #expect(try lockAll([Self.lock(1, 1), Self.lock(1, 1)]) == .lockNotGranted, "two exclusive ones of one array")
        #expect(try lockAll([Self.lock(0, 1)], by: 9) == .badHandle)
    }

    @Test("unlocking stops where nothing is locked; what went before is given up, and wakes who waits for it")
    func unlockingArrays() throws {
        let table = Table()
        table.admit(1, .windows, .read)
        table.admit(2, .windows, .read)
        for start in [0, 20] as [UInt64] { #expect(table.lock(start...start + 9, exclusive: true, .handle(1), by: 1).isGranted) }
        let first = try #require(table.lock(0...9, exclusive: true, .handle(2), by: 2).ticket)
        let second = try #require(table.lock(20...29, exclusive: true, .handle(2), by: 2).ticket)
        #expect(
            try !table.table.unlockEach([Self.lock(0, 10), Self.lock(10, 10), Self.lock(20, 10)], inode: table.inode))
        #expect(first.isGranted && !second.isGranted)
    }

    @Test("an open's locks, a file's, and those who wait are bounded")
    func bounds() throws {
        var limits = LockLimits()
        (limits.locksPerOpen, limits.locksPerFile, limits.waitersPerFile) = (2, 3, 1)
        let table = Table(lockLimits: limits)
        for id in 1...3 as ClosedRange<UInt64> { table.admit(id, .windows, .read) }
        table.admit(4, .posix, .read)
        func lock(_ byte: UInt64, by open: UInt64, waits: Bool = false) -> ArbitrationTable.LockAdmission {
            table.lock(byte...byte, exclusive: true, .handle(open), by: open, waits: waits)
        }
        #expect(lock(0, by: 1).isGranted && lock(1, by: 1).isGranted)
        #expect(lock(2, by: 1).error == .tooManyLocks)
        #expect(table.table.lockAll([try Self.lock(2, 1)], by: OpenID(rawValue: 1), inode: table.inode) == .tooManyLocks)
        #expect(lock(2, by: 2).isGranted)
        #expect(lock(3, by: 3).error == .tooManyLocks)
        #expect(table.lock(9...9, exclusive: true, .process(1), by: 4).isGranted, "a kernel is not counted")
        #expect(lock(0, by: 3, waits: true).ticket != nil)
        #expect(lock(1, by: 2, waits: true).error == .tooManyLocks)
        table.leave(1)
        #expect(lock(7, by: 3).isGranted, "a handle that goes makes room")
    }

    @Test("the order in which locks are kept changes nothing: random ones against a plain list", arguments: 0..<20)
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var locks = RangeLockSet()
        var plain: [RangeLock] = []
        for step in 0..<400 {
            let length = UInt64.random(in: 0...6, using: &random) == 0 ? UInt64.random(in: 0...90, using: &random) : 2
            let lock = try Self.lock(
                .random(in: 0...100, using: &random), length, exclusive: Bool.random(using: &random),
                by: .random(in: 1...4, using: &random))
            let conflicts = plain.contains { $0.hinders(lock) }
            try #require((locks.conflict(with: lock) != nil) == conflicts, "seed \(seed), step \(step)")
            let (first, last) = (lock.first, lock.first + 3)
            let probe = RangeLock(first: first, last: last, isExclusive: true, owner: lock.owner)
            for access in [.read, .write] as [DataAccess] {
                let isForbidden = plain.contains {
                    $0.overlaps(probe) && ($0.isExclusive ? $0.owner != lock.owner : access == .write)
                }
                try #require(locks.forbids(access, first: first, last: last, by: lock.owner) == isForbidden)
            }
            switch UInt64.random(in: 0..<16, using: &random) {
            case 0:
                locks.removeAll(of: lock.owner)
                plain.removeAll { $0.owner == lock.owner }
            case 1...8:
                guard !conflicts else { continue }
                locks.add(lock)
                plain.append(lock)
            default:
                guard let victim = plain.randomElement(using: &random) else { continue }
                let twins = plain.indices.filter {
                    (plain[$0].first, plain[$0].last) == (victim.first, victim.last)
                        && plain[$0].isEmpty == victim.isEmpty && plain[$0].owner == victim.owner
                }
                let isGone = locks.removeOne(like: victim)
                try #require(isGone)
                if let gone = twins.first(where: { plain[$0].isExclusive }) ?? twins.first { plain.remove(at: gone) }
            }
        }
    }
}
