import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Glibc
import SMBClient
import SMBMessages
import SMBProtocol
import SMBServer
import Synchronization
import Testing
import WindowsTypes
import WireCoding

@Suite("The server on real sockets", .serialized)
struct ServerTests {
    static func pattern(_ count: Int, _ seed: Int = 1) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 31 ^ ($0 >> 8)) }
    }

    @Test(
        "files of every size come back as they went",
        arguments: [(false, false), (true, false), (false, true), (true, true)])
    func roundTrips(signing: Bool, blocks: Bool) throws {
        let live = try LiveServer(blocks: blocks)
        defer { live.server.stop(grace: .seconds(1)) }
        let client = try live.client(signing: signing)
        for size in [0, 1, 4095, 4096, 8192, 8193, 65_535, 65_536, 200_000] {
            let data = Self.pattern(size, size)
            let file = try client.create("f\(size)", disposition: .create).fileID
            var offset = 0
            while offset < size {
                let part = Array(data[offset..<min(size, offset + 65_536)])
                #expect(try client.write(file, at: UInt64(offset), part) == part.count)
                offset += part.count
            }
            var back: [UInt8] = []
            while true {
                let part = try client.read(file, at: UInt64(back.count), count: 65_536)
                if part.isEmpty { break }
                back += part
            }
            #expect(back == data)
            try client.close(file)
        }
        #expect(live.fileSystem.openCount == 0)
    }

    @Test("a port that is taken is an error, and leaves nothing running")
    func portTaken() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        #expect(throws: (any Error).self) { try LiveServer(port: Int(live.port)) }
        try live.client().echo()
    }

    @Test("status tells of connections, sessions, trees and opens")
    func status() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let client = try live.client(signing: true)
        let file = try client.create("a", disposition: .create).fileID
        let status = try #require(live.server.status().first)
        #expect(live.server.status().count == 1)
        #expect(status.client.hasPrefix("127.0.0.1:"))
        #expect(status.dialect == 0x0202)
        #expect(status.sessions.map(\.user) == ["alice"])
        #expect(status.trees == 1)
        #expect(status.opens == 1)
        try client.close(file)
        #expect(live.server.status().first?.opens == 0)
    }

    @Test("frames may arrive byte by byte, or many at once")
    func segmentation() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let client = try live.client()
        func framed(_ frame: [UInt8]) -> [UInt8] { [0, 0, UInt8(frame.count >> 8), UInt8(frame.count & 0xFF)] + frame }
        func echo() throws -> (MessageID, [UInt8]) {
            let id = client.takeMessageID()
            return (id, framed(try client.frame(.echo, id) { EchoRequest().write(to: &$0) }))
        }
        let (slow, bytes) = try echo()
        for byte in bytes { try client.transport.sendRaw([byte]) }
        #expect(try client.answer(to: slow).header.status == .success)
        // NetBIOS keep-alives between frames are passed over.
        var burst: [UInt8] = []
        var ids: [MessageID] = []
        for _ in 0..<30 {
            let (id, bytes) = try echo()
            burst += [0x85, 0, 0, 0] + bytes
            ids.append(id)
        }
        for start in stride(from: 0, to: burst.count, by: 777) {
            try client.transport.sendRaw(Array(burst[start..<min(burst.count, start + 777)]))
        }
        for id in ids { #expect(try client.answer(to: id).header.status == .success) }
    }

    @Test("a NetBIOS session request is answered positively")
    func sessionRequest() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let transport = try live.transport()
        try transport.sendRaw([0x81, 0, 0, 4, 1, 2, 3, 4])
        do {
            _ = try transport.receive()
            Issue.record("the positive session response is no message")
        } catch .protocolViolation(let what) {
            #expect(what == "frame type 130")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test(
        "what cannot be a frame closes the connection",
        arguments: [
            [0x47, 0x45, 0x54, 0x20], [0x00, 0xFF, 0xFF, 0xFF], [0x81, 0x00, 0xFF, 0xFF],
            [0x00, 0x00, 0x00, 0x04, 1, 2, 3, 4],
        ] as [[UInt8]])
    func badFrames(bytes: [UInt8]) throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let other = try live.client()
        let transport = try live.transport()
        try transport.sendRaw(bytes)
        #expect(isClosedByServer(transport))
        // Others do not notice.
        try other.echo()
    }

    @Test("silent, slow and idle clients are timed out, others are not", arguments: 0..<3)
    func timeouts(kind: Int) throws {
        var limits = ServerLimits()
        if kind == 0 { limits.authenticationTimeoutMilliseconds = 200 }
        if kind == 1 { limits.frameTimeoutMilliseconds = 200 }
        if kind == 2 { limits.idleTimeoutMilliseconds = 200 }
        let live = try LiveServer(limits: limits)
        defer { live.server.stop(grace: .seconds(1)) }
        if kind == 0 {
            // Not a byte, or a log-in that does not go on.
            let silent = try live.transport()
            let negotiated = try SMBClient(address: "127.0.0.1", port: live.port)
            let user = try live.client()
            #expect(isClosedByServer(silent))
            #expect(isClosedByServer(negotiated.transport))
            try user.echo()
        } else if kind == 1 {
            let client = try live.client()
            let user = try live.client()
            try client.transport.sendRaw([0, 0, 0, 68, 0xFE])
            #expect(isClosedByServer(client.transport))
            // The same in the middle of a long one, of which the socket waits for much at a time.
            let long = try live.client()
            try long.transport.sendRaw([0, 0x0C, 0, 0] + [UInt8](repeating: 0, count: 10_000))
            #expect(isClosedByServer(long.transport))
            let half = try live.client()
            try half.transport.sendRaw([0, 0x0C, 0, 0] + [UInt8](repeating: 0, count: 10_000))
            shutdown(half.transport.descriptor, Int32(SHUT_WR))
            #expect(isClosedByServer(half.transport))
            try user.echo()
        } else {
            let client = try live.client()
            let holder = try live.client()
            _ = try holder.create("held", disposition: .create)
            #expect(isClosedByServer(client.transport))
            // Who has a file open may be silent.
            try holder.echo()
        }
    }

    @Test("connections have a limit, and leave room when they go")
    func connectionLimit() throws {
        var limits = ServerLimits()
        limits.connections = 2
        let live = try LiveServer(limits: limits)
        defer { live.server.stop(grace: .seconds(1)) }
        let first = try live.client()
        var second: SMBClient? = try live.client()
        try second?.echo()
        #expect(isClosedByServer(try live.transport()))
        second = nil
        var served = false
        for _ in 0..<500 where !served { served = (try? live.client()) != nil }
        #expect(served)
        try first.echo()
    }

    @Test("a client that does not read is not read from, and is given up")
    func unreadReplies() throws {
        var limits = ServerLimits()
        limits.unsentReplyBytes = 256 * 1024
        limits.writeTimeoutMilliseconds = 300
        let live = try LiveServer(limits: limits)
        defer { live.server.stop(grace: .seconds(1)) }
        let client = try live.client()
        let file = try client.create("big", disposition: .create).fileID
        for part in 0..<4 { _ = try client.write(file, at: UInt64(part) << 16, Self.pattern(65_536)) }
        for _ in 0..<40 { try client.echo() }
        // 400 x 64 KiB: more than any socket buffer holds.
        var count = 0
        while client.credits > 1, count < 400 {
            let id = client.takeMessageID()
            let frame = try client.frame(.read, id) {
                ReadRequest(length: 65_536, offset: 0, fileID: file).write(to: &$0)
            }
            do {
                try client.transport.send(frame)
            } catch {
                break
            }
            count += 1
        }
        #expect(count > 200)
        let other = try live.client()
        try other.echo()
        while live.fileSystem.openCount > 0 { try other.echo() }
        #expect(isClosedByServer(client.transport))
    }

    @Test("a connection that breaks off closes its files")
    func breakOff() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        let other = try live.client()
        var client: SMBClient? = try live.client()
        _ = try client?.create("a", share: [], disposition: .create)
        #expect(live.fileSystem.openCount == 1)
        client = nil
        while live.fileSystem.openCount > 0 { try other.echo() }
        _ = try other.create("a", disposition: .open)
    }

    @Test("stopping answers what waits, within the grace time", arguments: [true, false])
    func stopping(isReleased: Bool) throws {
        let live = try LiveServer()
        let client = try live.client()
        try client.close(client.create("a", disposition: .create).fileID)
        let root = OperationContext(
            door: DoorID(rawValue: 2), style: .posix, client: 1, identity: Identity(uid: 0, gid: 0, name: "root"))
        let found = try #require(try live.fileSystem.lookup(FileName("a"), in: .root, root).value)
        let other = try #require(
            try live.fileSystem.open(found.inode, PosixOpenRequest(access: [.read, .write]), root).value)
        live.fileSystem.noteClosing(other)
        let id = client.takeMessageID()
        let request = CreateRequest(
            desiredAccess: 0x0012_019F, shareAccess: [], createDisposition: .open, name: Array("a".utf8))
        try client.transport.send(try client.frame(.create, id) { request.write(to: &$0) })
        // The interim response is there, so the request was accepted.
        let interim = try SMB2Header(message: try client.transport.receive())
        #expect(interim.status == .pending)
        let stopping = Stopping(live.server, grace: isReleased ? .seconds(20) : .milliseconds(50))
        if isReleased {
            _ = try live.fileSystem.close(other, root)
            #expect(try client.answer(to: id).header.status == .success)
        }
        #expect(isClosedByServer(client.transport))
        stopping.wait()
        #expect(throws: SMBClientError.self) { try live.transport() }
        #expect(live.server.status().isEmpty)
        if !isReleased { _ = try live.fileSystem.close(other, root) }
        #expect(live.fileSystem.openCount == 0)
    }

    @Test("many clients at once, on all loops", arguments: [false, true])
    func concurrency(blocks: Bool) async throws {
        let live = try LiveServer(blocks: blocks)
        let failures = Mutex<[String]>([])
        let threads = (0..<8).map { number in
            Worker {
                do {
                    let client = try live.client(signing: number % 2 == 0)
                    for round in 0..<20 {
                        let data = Self.pattern(5000 + number * 1000, round)
                        let file = try client.create("c\(number)-\(round)", disposition: .create).fileID
                        _ = try client.write(file, at: 0, data)
                        if try client.read(file, at: 0, count: 65_536) != data {
                            throw SMBClientError.protocolViolation("bytes")
                        }
                        try client.close(file)
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        for thread in threads { thread.wait() }
        #expect(failures.withLock { $0 } == [])
        live.server.stop(grace: .seconds(1))
        #expect(live.fileSystem.openCount == 0)
    }
}

extension SMB2Header {
    init(message: [UInt8]) throws(WireError) {
        var reader = WireReader(message.span.bytes)
        try self.init(parsing: &reader)
    }
}
