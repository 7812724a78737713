import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes

@Suite("Message ids and credits — [MS-SMB2] 3.3.1.1, 3.3.1.2, 3.3.5.2.3")
struct SequenceTests {
    @Test("an id is used once, in any order, within what was granted")
    func window() {
        var window = SequenceWindow(maximumCredits: 8)
        func expect(_ id: UInt64, _ expected: Bool) {
            let isTaken = window.consume(id)
            #expect(isTaken == expected, "id \(id)")
        }
        expect(1, false)
        expect(0, true)
        expect(0, false)
        let granted = window.grant(4, limit: 8)
        #expect(granted == 4)
        for id in [3, 1, 4] as [UInt64] {
            expect(id, true)
            expect(id, false)
        }
        expect(5, false)
        expect(2, true)
        #expect(window.available == 0)
    }

    @Test("grants are at least one, at most the limit, and never beyond the ring")
    func grants() {
        var window = SequenceWindow(maximumCredits: 32)
        _ = window.consume(0)
        let least = window.grant(0, limit: 32)
        #expect(least == 1)
        let most = window.grant(1000, limit: 32)
        #expect(most == 31)
        // Id 1 is left out; ever more of the others are used.
        var next: UInt64 = 2
        while next < 1000, window.consume(next) {
            next += 1
            _ = window.grant(1, limit: 32)
        }
        #expect(next < 70)
        let late = window.consume(1)
        #expect(late)
        let again = window.grant(10, limit: 32)
        #expect(again >= 1)
    }

    @Test("the window agrees with a plain set", arguments: 0..<20)
    func model(seed: UInt64) {
        var generator = Lehmer(state: seed &* 2 &+ 1)
        var window = SequenceWindow(maximumCredits: 64)
        var granted: Set<UInt64> = [0]
        var high: UInt64 = 1
        for _ in 0..<5000 {
            let low = granted.min() ?? high
            let id = UInt64.random(in: (low > 3 ? low - 3 : 0)...(high + 3), using: &generator)
            let isTaken = window.consume(id)
            #expect(isTaken == (granted.remove(id) != nil))
            if granted.count < 60 || Bool.random(using: &generator) {
                let count = window.grant(Int.random(in: 0...5, using: &generator), limit: 64)
                for new in high..<high + UInt64(count) { granted.insert(new) }
                high += UInt64(count)
            }
            #expect(window.available == granted.count)
        }
    }

    @Test("a used, or never granted, id ends the connection", arguments: [0, 1, 5000, UInt64.max])
    func badID(id: UInt64) throws {
        let peer = try Peer.connected(to: try TestServer())
        #expect(try peer.send(peer.message(.echo, EchoRequest(), messageID: id)).isEmpty)
        #expect(peer.connection.endReason == .badMessageID(id))
    }

    @Test("credits: what is asked for, within the limits before and after a log-in")
    func credits() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        let early = try peer.request(.echo, EchoRequest(), credits: 1000)
        #expect(early.header.credits <= 32)
        try peer.logIn()
        let late = try peer.request(.echo, EchoRequest(), credits: 1000)
        #expect(late.header.credits == 1000)
        for _ in 0..<8 { try peer.request(.echo, EchoRequest(), credits: 1000) }
        let full = try peer.request(.echo, EchoRequest(), credits: 1000)
        #expect(full.header.credits == 1)
        let none = try peer.request(.echo, EchoRequest(), credits: 0)
        #expect(none.header.credits == 1)
    }

    /// How many connections there are, what part of its memory one has under way, and how many credits it may hold.
    static let allowances: [(connections: Int, keptBytes: Int, credits: Int)] = [
        (1, 0, 8192), (64, 0, 8192), (65, 0, 8065), (128, 0, 4096), (1024, 0, 512), (100_000, 0, 64),
        (1, 8 << 20, 6144), (1, 16 << 20, 4096), (128, 16 << 20, 2048), (1, 32 << 20, 64), (1, 64 << 20, 64),
        (1024, 31 << 20, 64), (0, 0, 8192),
    ]

    @Test("a connection may hold fewer credits the more connections there are, and the more it has under way", arguments: allowances)
    func allowance(connections: Int, keptBytes: Int, credits: Int) {
        #expect(ServerLimits().credits(connections: connections, keptBytes: keptBytes) == credits)
    }

    @Test("a share that is smaller than what is allowed at least, and a limit that is smaller still")
    func smallAllowance() {
        var limits = ServerLimits()
        limits.creditsPerConnection = 8
        #expect(limits.credits(connections: 1_000_000, keptBytes: .max) == 8)
        limits.pendingBytesPerConnection = 0
        #expect(limits.credits(connections: 1, keptBytes: 1) == 8)
    }

    @Test("who holds more than its share keeps it, one for each request, and gets more when the others have gone")
    func sharesCredits() throws {
        var limits = ServerLimits()
        limits.creditsPerServer = 400
        let server = try TestServer(limits: limits)
        let first = try Peer.connected(to: server)
        var held = 0
        func ask() throws -> Int {
            let granted = Int(try first.request(.echo, EchoRequest(), credits: 1000).header.credits)
            held = first.connection.window.available
            return granted
        }
        #expect(try ask() > 300)
        #expect(held == 400)
        let others = try (0..<3).map { _ in try Peer.connected(to: server) }
        #expect(try ask() == 1)
        #expect(held == 400)
        let other = try others[0].request(.echo, EchoRequest(), credits: 1000)
        #expect(other.status == .success && others[0].connection.window.available == 100)
        for peer in others { peer.connection.close(.peerClosed) }
        // Used up without asking for more than one: at least that is granted.
        for _ in 0..<20 { #expect(try first.request(.echo, EchoRequest(), credits: 0).header.credits == 1) }
        #expect(try ask() == 1, "it has its 400")
        first.connection.close(.peerClosed)
        #expect(server.context.registry.connectionCount == 0)
    }

    @Test("what waits on a connection costs it credits, and gives them back")
    func waitingCostsCredits() throws {
        var limits = ServerLimits()
        limits.pendingBytesPerConnection = 1024
        let waiting = try PendingTests.Waiting(server: try TestServer(limits: limits))
        let peer = waiting.peer
        try peer.send(peer.message(.create, waiting.exclusive))
        #expect(peer.connection.pendingByteCount > 100)
        try peer.request(.echo, EchoRequest(), credits: 9000)
        let during = peer.connection.window.available
        #expect(during < 8192 - 500)
        try waiting.release()
        try peer.settle()
        try peer.request(.echo, EchoRequest(), credits: 9000)
        #expect(peer.connection.window.available == 8192)
    }
}

/// Numbers that are the same every time.
struct Lehmer: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
