import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Write times that show late")
struct DelayedWriteTimesTests {
    /// What happens to a file, 700 ms after what happened before, so that three steps are longer than a term.
    enum Step: String, CustomTestStringConvertible {
        case write, flush, setNothing, setEnd, setEndElsewhere, wait
        case otherWrites = "another open writes"
        case setTime = "the write time is set"
        case setTimeElsewhere = "another open sets the write time"
        case mountWrites = "the other door writes"
        case mountSetsTime = "the other door sets the write time"
        case otherCloses = "the other open closes"

        var testDescription: String { rawValue }
    }

    /// Which write time is shown: of the step with that number (0 is when the file was made), or one that was set.
    enum Shown: Equatable {
        case step(Int)
        case set
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var steps: [Step]
        /// Behind each step.
        var shown: [Shown]
        /// Behind the close of the first open: `.step(steps.count + 1)` is the time of the close.
        var closed: Shown
        var testDescription: String { steps.map(\.rawValue).joined(separator: ", ") }
    }

    static let rows = [
        Row(steps: [.write], shown: [.step(0)], closed: .step(2)),
        Row(steps: [.write, .write], shown: [.step(0), .step(0)], closed: .step(3)),
        // The term is over at step 4, 2.1 s after the write; nothing is left to show at the close.
        Row(steps: [.write, .wait, .wait, .wait], shown: [.step(0), .step(0), .step(0), .step(1)], closed: .step(1)),
        Row(
            steps: [.write, .write, .write, .wait], shown: [.step(0), .step(0), .step(0), .step(3)], closed: .step(3)),
        // After its term an open's writes show when it closes, and not before.
        Row(
            steps: [.write, .wait, .wait, .write, .wait, .wait, .wait, .wait],
            shown: [.step(0), .step(0), .step(0), .step(1), .step(1), .step(1), .step(1), .step(1)], closed: .step(9)),
        Row(steps: [.write, .flush], shown: [.step(0), .step(1)], closed: .step(1)),
        Row(steps: [.write, .flush, .write], shown: [.step(0), .step(1), .step(1)], closed: .step(4)),
        Row(steps: [.write, .flush, .write, .flush], shown: [.step(0), .step(1), .step(1), .step(3)], closed: .step(3)),
        Row(steps: [.write, .setNothing], shown: [.step(0), .step(1)], closed: .step(1)),
        // To the size that it has, which core counts as a change.
        Row(steps: [.write, .setEnd], shown: [.step(0), .step(2)], closed: .step(2)),
        Row(steps: [.setEnd], shown: [.step(1)], closed: .step(1)),
        Row(steps: [.write, .setEndElsewhere], shown: [.step(0), .step(2)], closed: .step(2)),
        Row(steps: [.flush, .setNothing], shown: [.step(0), .step(0)], closed: .step(0)),
        // A time that was set holds against the open's own writes, and nobody's close moves it.
        Row(steps: [.setTime, .write, .wait, .wait, .wait], shown: [.set, .set, .set, .set, .set], closed: .set),
        Row(steps: [.write, .setTime, .write], shown: [.step(0), .set, .set], closed: .set),
        Row(steps: [.write, .setTimeElsewhere], shown: [.step(0), .set], closed: .set),
        // Closed when the term is over, 2.1 s after it began.
        Row(steps: [.write, .setTimeElsewhere, .write], shown: [.step(0), .set, .set], closed: .step(3)),
        // What comes in through another door shows at once.
        Row(steps: [.write, .mountWrites], shown: [.step(0), .step(2)], closed: .step(2)),
        Row(steps: [.write, .mountSetsTime], shown: [.step(0), .set], closed: .set),
        Row(steps: [.write, .mountWrites, .write], shown: [.step(0), .step(2), .step(2)], closed: .step(3)),
        // Each open has its own term; the close of one shows what all have written.
        Row(
            steps: [.write, .wait, .otherWrites, .wait, .wait],
            shown: [.step(0), .step(0), .step(0), .step(3), .step(3)], closed: .step(3)),
        Row(steps: [.otherWrites, .write, .otherCloses], shown: [.step(0), .step(0), .step(3)], closed: .step(3)),
    ]

    private let bench: FilesBench
    private let start: Timestamp
    private let chosen = Timestamp(seconds: 1_600_000_000, nanoseconds: 0)
    private let first: FileID
    private let second: FileID

    init() throws {
        bench = try FilesBench(presentation: SharePresentation(writeTimes: .delayed))
        start = bench.clock.now()
        first = try bench.open("file", .create)
        second = try bench.open("file", .open)
    }

    private var mount: OperationContext {
        OperationContext(
            door: DoorID(rawValue: 2), style: .posix, client: 2, identity: bench.tree.identity, operation: 1,
            mayBlock: true)
    }

    private func real() throws -> Timestamp {
        let inode = try #require(bench.session.opens[second.volatile] ?? bench.session.opens[first.volatile]).open.inode
        return try #require(bench.fileSystem.attributes(of: inode, mount).value).modificationTime
    }

    private func changeAtMount(_ change: TimeChange, size: UInt64? = nil) throws {
        var changes = AttributeChanges()
        changes.modificationTime = change
        changes.size = size
        let inode = try #require(bench.session.opens[first.volatile]).open.inode
        _ = try bench.fileSystem.setAttributes(changes, of: inode, via: nil, mount)
    }

    private func perform(_ step: Step) throws {
        let status: NTStatus
        switch step {
        case .write: status = bench.write(first, "x").status
        case .otherWrites: status = bench.write(second, "y").status
        case .flush: status = bench.send(.flush, FlushRequest(fileID: first)).status
        case .setNothing: status = bench.set(.basic, first, FileBasicUpdate())
        case .setEnd: status = bench.set(.endOfFile, first, FileEndOfFileInformation(endOfFile: 1))
        case .setEndElsewhere: status = bench.set(.endOfFile, second, FileEndOfFileInformation(endOfFile: 9))
        case .setTime: status = bench.set(.basic, first, FileBasicUpdate(lastWriteTime: .set(FileTime(chosen))))
        case .setTimeElsewhere:
            status = bench.set(.basic, second, FileBasicUpdate(lastWriteTime: .set(FileTime(chosen))))
        case .otherCloses: status = bench.close(second).status
        case .mountWrites: return try changeAtMount(.now, size: 5)
        case .mountSetsTime: return try changeAtMount(.set(chosen))
        case .wait: return
        }
        #expect(status == .success, "\(step)")
    }

    private func time(_ shown: Shown) -> FileTime {
        switch shown {
        case .set: return FileTime(chosen)
        case .step(let number):
            let clock = StandingClock()
            clock.advance(milliseconds: Int64(number) * 700)
            return FileTime(clock.now())
        }
    }

    @Test("every answer has the time that is due, and the store the real one", arguments: rows)
    func tells(_ row: Row) throws {
        let root = try bench.open("", .open, access: 0x81)
        func listed() throws -> FileTime? {
            try bench.entries(bench.list(root, "file", flags: .reopen, .directory), .directory).first?.lastWriteTime
        }
        for (number, (step, shown)) in zip(row.steps, row.shown).enumerated() {
            bench.clock.advance(milliseconds: 700)
            let before = try real()
            try perform(step)
            if [.write, .otherWrites].contains(step) {
                let isFrozen = step == .write && row.steps.prefix(number).contains(.setTime)
                #expect(try real() == (isFrozen ? before : bench.clock.now()), "a WRITE is real at once")
            }
            let expected = time(shown)
            let basic: FileBasicInformation = try bench.query(.basic, first)
            #expect(basic.lastWriteTime == expected, "after \(number + 1): \(step)")
            #expect((try bench.query(.all, first) as FileAllInformation).basic.lastWriteTime == expected)
            #expect((try bench.query(.networkOpen, first) as FileNetworkOpenInformation).lastWriteTime == expected)
            #expect(try listed() == expected)
            let again = try bench.create("file", .open, access: 0x80).body(CreateResponse.self)
            #expect(again.lastWriteTime == expected)
            bench.close(again.fileID)
        }
        bench.clock.advance(milliseconds: 700)
        let closed = try bench.close(first, flags: .postQueryAttrib).body(CloseResponse.self)
        #expect(closed.lastWriteTime == time(row.closed))
        // Nobody sees the time go back, through no door.
        if bench.query(.basic, second).status == .success { bench.close(second) }
        let again = try bench.create("file", .open, access: 0x80).body(CreateResponse.self)
        #expect(again.lastWriteTime >= closed.lastWriteTime)
        bench.close(again.fileID)
        #expect(bench.share.delayedWriteTimes?.count == 0)
    }

    @Test("a named stream's writes are its file's")
    func streams() throws {
        let stream = try bench.open("file:s", .create)
        let made = try bench.query(.basic, first, as: FileBasicInformation.self).lastWriteTime
        bench.clock.advance(milliseconds: 700)
        #expect(bench.write(stream, "x").status == .success)
        for file in [first, stream] {
            #expect(try bench.query(.basic, file, as: FileBasicInformation.self).lastWriteTime == made)
        }
        #expect(try real() == bench.clock.now())
        bench.clock.advance(milliseconds: 700)
        let closed = try bench.close(stream, flags: .postQueryAttrib).body(CloseResponse.self)
        #expect(closed.lastWriteTime == FileTime(bench.clock.now()))
    }

    @Test("a tree connect that ends closes as a client does, and nothing is kept")
    func endsWithTree() throws {
        #expect(bench.write(first, "x").status == .success)
        bench.clock.advance(milliseconds: 700)
        #expect(bench.write(first, "x").status == .success)
        #expect(bench.share.delayedWriteTimes?.count == 1)
        let inode = try #require(bench.session.opens[first.volatile]).open.inode
        bench.clock.advance(milliseconds: 700)
        bench.connection.close(bench.tree)
        #expect(bench.share.delayedWriteTimes?.count == 0)
        #expect(try bench.fileSystem.attributes(of: inode, mount).value?.modificationTime == bench.clock.now())
    }

    @Test("with POSIX's rules a WRITE shows at once")
    func showsPosixWrites() throws {
        bench.connection.terms.dialect = .smb311
        bench.connection.terms.isPosixNegotiated = true
        let file = try bench.openPosix("file", .open)
        bench.clock.advance(milliseconds: 700)
        #expect(bench.write(file, "x").status == .success)
        let basic: FileBasicInformation = try bench.query(.basic, first)
        #expect(basic.lastWriteTime == FileTime(bench.clock.now()))
    }

    @Test("a WRITE that is refused, and one of nothing, begin no term")
    func writesNothing() throws {
        let reader = try bench.open("file", .open, access: 0x81)
        #expect(bench.write(reader, "x").status == .accessDenied)
        #expect(bench.write(first, "").status == .success)
        #expect(bench.write(first, "x", at: UInt64(Int64.max)).status != .success)
        #expect(bench.share.delayedWriteTimes?.count == 0)
    }

    @Test("what others change between WRITE and CLOSE stays, all but the times")
    func closesWithTimesOnly() throws {
        bench.clock.advance(milliseconds: 700)
        #expect(bench.write(first, "x").status == .success)
        let inode = try #require(bench.session.opens[first.volatile]).open.inode
        bench.clock.advance(milliseconds: 700)
        var mode = AttributeChanges()
        mode.permissions = Permissions(rawValue: 0o6755)
        _ = try bench.fileSystem.setAttributes(mode, of: inode, via: nil, mount)
        #expect(bench.set(.basic, second, FileBasicUpdate(fileAttributes: .normal)) == .success)
        let before = try #require(bench.fileSystem.attributes(of: inode, mount).value)
        #expect(before.permissions.rawValue == 0o6755 && !before.dosAttributes.contains(.archive))

        bench.clock.advance(milliseconds: 700)
        #expect(bench.close(first).status == .success)
        var expected = before
        (expected.modificationTime, expected.changeTime) = (bench.clock.now(), bench.clock.now())
        expected.changeNumber += 1
        #expect(try bench.fileSystem.attributes(of: inode, mount).value == expected)
    }

    @Test("a CLOSE that is repeated does not move the time again")
    func closesTwice() throws {
        let times = try #require(bench.share.delayedWriteTimes)
        let open = try #require(bench.session.opens[first.volatile]).open
        bench.clock.advance(milliseconds: 700)
        #expect(bench.write(first, "x").status == .success)
        let context = OperationContext(
            door: bench.share.door, style: .windows, client: 1, identity: bench.tree.identity)
        bench.clock.advance(milliseconds: 700)
        let closed = bench.clock.now()
        for _ in 1...2 {
            let outcome = times.close(open, of: bench.fileSystem, at: FileTime(bench.clock.now()), context)
            #expect(outcome.value != nil)
            #expect(try real() == closed)
            bench.clock.advance(milliseconds: 100)
        }
        #expect(bench.close(first).status == .success)
        #expect(try real() == closed)
    }

    /// A file's own time, and WRITEs that move it.
    private final class Scene {
        let times = DelayedWriteTimes()
        var real: Timestamp
        private let now: FileTime

        init(_ start: Timestamp) { (real, now) = (start, FileTime(start)) }

        /// - Parameters:
        ///   - moment: what the WRITE makes of the time; nil for one that is refused.
        ///   - meanwhile: what happens between a look at the file's time (0 before the WRITE, 1 after it) and the
        ///     moment at which the overlay hears of it.
        func write(by open: Open, _ moment: Timestamp?, meanwhile: (Int) -> Void = { _ in }) {
            var looks = 0
            let read = {
                let seen = self.real
                meanwhile(looks)
                looks += 1
                return seen
            }
            _ = try? times.write(by: open, at: now, reading: read) { () throws(SMBFailure) in
                guard let moment else { throw SMBFailure(.diskFull) }
                real = moment
                return .done(1, Receipt(sequence: CommitSequence(rawValue: 1)))
            }
        }
    }

    @Test("of WRITEs at once the overlay keeps the latest time, in whatever order it hears of them", arguments: [0, 1])
    func overtakes(_ look: Int) throws {
        let scene = Scene(start)
        let opens = try [first, second].map { try #require(bench.session.opens[$0.volatile]).open }
        var attributes = try #require(bench.fileSystem.attributes(of: opens[0].inode, mount).value)
        let moments = (1...2).map { Timestamp(seconds: start.seconds + $0, nanoseconds: 0) }
        // Where the other one comes before the WRITE itself, this one is refused and leaves no time of its own.
        scene.write(by: opens[0], look == 0 ? nil : moments[0]) { number in
            if number == look { scene.write(by: opens[1], moments[1]) }
        }
        #expect(scene.real == moments[1])
        attributes.modificationTime = scene.real
        #expect(scene.times.shown(attributes, at: FileTime(start)) == start)
    }
}
