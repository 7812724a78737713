import AccessArbitration
import FileSystemModel
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("The overlay of write times")
struct WriteTimeOverlayTests {
    private let inode = InodeNumber(rawValue: 20)
    private let open = OpenID(rawValue: 1)
    private let times = (0...3).map { Timestamp(seconds: 1_700_000_000 + $0, nanoseconds: 0) }

    private func shown(_ real: Timestamp, _ overlay: WriteTimeOverlay, _ now: FileTime) -> Timestamp {
        var overlay = overlay
        return overlay.shown(real, of: inode, at: now)
    }

    private func wire(_ number: Int, plus units: UInt64 = 0) -> FileTime {
        FileTime(rawValue: FileTime(times[number]).rawValue + units)
    }

    /// That of `times[number]`; by default they are read in their own order.
    private func reading(_ number: Int, turn: UInt64? = nil) -> WriteTimeOverlay.Reading {
        WriteTimeOverlay.Reading(time: times[number], turn: turn ?? UInt64(number) + 1)
    }

    @Test("a WRITE that is under way shows to nobody, nor does one that has failed leave anything")
    func underWay() {
        var overlay = WriteTimeOverlay()
        overlay.beginWrite(to: inode, from: reading(0), at: wire(1))
        #expect(shown(times[1], overlay, wire(1)) == times[0])
        overlay.beginWrite(to: inode, from: reading(0), at: wire(1))
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: nil, at: wire(1))
        #expect(shown(times[1], overlay, wire(1)) == times[0])
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: reading(1), at: wire(1))
        #expect(shown(times[1], overlay, wire(2)) == times[0])
        #expect(shown(times[2], overlay, wire(2)) == times[2])
        overlay.forget(open, of: inode)
        #expect(overlay.count == 0)
        overlay.beginWrite(to: inode, from: reading(0), at: wire(1))
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: nil, at: wire(1))
        #expect(overlay.count == 0)
    }

    @Test("a clock that is set back ends a term, and one at its end begins none", arguments: [UInt64(0), 1, .max])
    func clocks(_ now: UInt64) {
        var overlay = WriteTimeOverlay()
        let begun = now == .max ? FileTime(rawValue: .max) : wire(1)
        overlay.beginWrite(to: inode, from: reading(0), at: begun)
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: reading(1), at: begun)
        let expected = now == .max ? times[0] : times[1]
        #expect(shown(times[1], overlay, FileTime(rawValue: now)) == expected)
        overlay.settle(open, of: inode)
        #expect(shown(times[1], overlay, FileTime(rawValue: now)) == times[1])
        let unsettled = overlay.unsettledTime(of: inode, by: open, at: FileTime(rawValue: now))
        #expect(unsettled == nil)
    }

    @Test("two WRITEs that end in the other order leave the later time", arguments: [[1, 2], [2, 1]])
    func ends(_ order: [Int]) {
        var overlay = WriteTimeOverlay()
        for _ in order { overlay.beginWrite(to: inode, from: reading(0), at: wire(1)) }
        for number in order {
            overlay.endWrite(
                to: inode, by: OpenID(rawValue: UInt64(number)), from: times[0], leaving: reading(number), at: wire(1))
        }
        #expect(shown(times[2], overlay, wire(1)) == times[0])
        for number in order {
            let own = overlay.unsettledTime(of: inode, by: OpenID(rawValue: UInt64(number)), at: wire(1))
            #expect(own == times[2])
        }
        #expect(shown(times[2], overlay, wire(1, plus: WriteTimeOverlay.term)) == times[2])
    }

    @Test("a WRITE that was held up before it began does not bring back the time that it saw")
    func beginsLate() {
        var overlay = WriteTimeOverlay()
        overlay.beginWrite(to: inode, from: reading(0, turn: 2), at: wire(1))
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: reading(1, turn: 3), at: wire(1))
        overlay.settle(open, of: inode)
        overlay.beginWrite(to: inode, from: reading(0, turn: 1), at: wire(1))
        #expect(shown(times[1], overlay, wire(1)) == times[1])
        // Nor does one keep a time from showing that somebody else has set.
        overlay.endWrite(to: inode, by: open, from: times[0], leaving: nil, at: wire(1))
        overlay.beginWrite(to: inode, from: reading(3, turn: 4), at: wire(1))
        #expect(shown(times[3], overlay, wire(1)) == times[3])
    }

    @Test("each term ends when it is due, in whatever order the WRITEs ended")
    func terms() {
        var overlay = WriteTimeOverlay()
        let begun: [UInt64] = [5, 0, 6, 3]
        for _ in begun { overlay.beginWrite(to: inode, from: reading(0), at: wire(1)) }
        for (number, units) in begun.enumerated() {
            overlay.endWrite(
                to: inode, by: OpenID(rawValue: UInt64(number)), from: times[0],
                leaving: reading(1, turn: UInt64(number) + 2), at: wire(1, plus: units))
        }
        // Settled before it is due: its term counts no more.
        overlay.settle(OpenID(rawValue: 3), of: inode)
        for now in UInt64(0)...7 {
            for (number, units) in begun.enumerated() {
                let own = overlay.unsettledTime(
                    of: inode, by: OpenID(rawValue: UInt64(number)), at: wire(1, plus: WriteTimeOverlay.term + now))
                #expect((own == nil) == (number == 3 || now >= units), "open \(number), \(now)")
            }
        }
    }

    /// In units of what a WRITE costs where there are few writers: to copy or walk them would cost forty and more.
    @Test("a WRITE costs the same, however many writers the file has")
    func costs() {
        func cost(writers count: UInt64) -> Duration {
            var overlay = WriteTimeOverlay()
            var turn: UInt64 = 0
            func write(_ number: UInt64) {
                turn += 2
                overlay.beginWrite(to: inode, from: reading(turn == 2 ? 0 : 1, turn: turn - 1), at: wire(1))
                overlay.endWrite(
                    to: inode, by: OpenID(rawValue: number % count), from: times[0], leaving: reading(1, turn: turn),
                    at: wire(1))
            }
            for number in 0..<count { write(number) }
            let runs = (0..<5).map { _ in
                ContinuousClock().measure { for number in UInt64(0)..<2048 { write(number) } }
            }
            return runs.min() ?? .zero
        }
        let (few, many) = (cost(writers: 16), cost(writers: 16_384))
        #expect(many < few * 15)
    }

    /// As many as a connection may have opens.
    @Test("the terms of a file's many writers end one by one", .timeLimit(.minutes(1)))
    func manyWriters() {
        var overlay = WriteTimeOverlay()
        let opens = (0..<UInt64(16_384)).map { OpenID(rawValue: $0) }
        var turn: UInt64 = 0
        func write(_ open: OpenID, _ units: UInt64) {
            let before = reading(turn == 0 ? 0 : 1, turn: turn + 1)
            turn += 2
            overlay.beginWrite(to: inode, from: before, at: wire(1, plus: units))
            overlay.endWrite(
                to: inode, by: open, from: times[0], leaving: reading(1, turn: turn), at: wire(1, plus: units))
        }
        for open in opens { write(open, open.rawValue) }
        for open in opens { write(open, 16_384) }
        #expect(shown(times[1], overlay, wire(1, plus: 16_384)) == times[0])
        for open in opens {
            let now = wire(1, plus: WriteTimeOverlay.term + open.rawValue)
            let next = OpenID(rawValue: open.rawValue + 1)
            let (ended, due) = (
                overlay.unsettledTime(of: inode, by: open, at: now), overlay.unsettledTime(of: inode, by: next, at: now)
            )
            guard ended == nil, (due == nil) == (next.rawValue == 16_384) else {
                Issue.record("the term of \(open)")
                break
            }
            overlay.settle(open, of: inode)
        }
        #expect(shown(times[1], overlay, wire(1, plus: WriteTimeOverlay.term)) == times[1])
        for open in opens { overlay.forget(open, of: inode) }
        #expect(overlay.count == 0)
    }
}
