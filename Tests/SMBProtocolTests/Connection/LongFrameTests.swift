import FileSystemCore
import SMBCryptography
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

/// Signatures and seals of long frames are computed by other threads: here, when a test lets them.
@Suite("Long frames")
struct LongFrameTests {
    enum Way: CaseIterable {
        case cmac, gmac, gcm, ccm

        /// What is worth another thread with all of them, but for the Galois code.
        var length: Int { self == .gmac ? 2100 * 1024 : 300 * 1024 }
    }

    /// A log-in by way of one protection, and an open file.
    private struct Scene {
        let peer: Peer
        let file: FileID

        let length: Int
        /// Of one such request, in credits.
        var charge: UInt16 { UInt16((length + 65535) / 65536) }

        init(_ way: Way, server: TestServer? = nil) throws {
            length = way.length
            peer = Peer(try server ?? TestServer())
            try peer.negotiate(
                Peer.request(
                    [.smb311], signing: way == .gmac ? [.aesGMAC] : [.aesCMAC], ciphers: [way == .ccm ? .aes256CCM : .aes128GCM]))
            try peer.logIn()
            peer.seals = way == .gcm || way == .ccm
            try peer.connect()
            file = try peer.open("long")
            try peer.send(peer.message(.echo, EchoRequest(), credits: 512))
            peer.host.startThreads()
        }

        func write(_ byte: UInt8, at offset: UInt64 = 0) -> [UInt8] {
            let data = [UInt8](repeating: byte, count: length)
            let request = WriteRequest(dataLength: data.count, offset: offset, fileID: file)
            return peer.message(.write, { request.write(data: data.span.bytes, to: &$0) }, credits: charge + 8, charge: charge)
        }

        func read(at offset: UInt64 = 0) -> [UInt8] {
            peer.message(
                .read, ReadRequest(length: UInt32(length), offset: offset, fileID: file), credits: charge + 8, charge: charge)
        }

        /// Hands a frame over as a socket does that has it in memory of its own.
        func hand(_ frame: [UInt8], change: Int? = nil) throws {
            var frame = peer.seals ? try peer.sealed(frame) : frame
            if let change { frame[change] ^= 1 }
            frame.withUnsafeBytes { peer.connection.receive(CopiedFrame($0)) }
        }

        func data(of reply: Reply) throws -> ArraySlice<UInt8> { reply.bytes[try reply.body(ReadResponse.self).dataRange] }
    }

    @Test("are worked off in the order in which they came, whatever is ready first", arguments: Way.allCases)
    func order(way: Way) throws {
        let scene = try Scene(way)
        try scene.hand(scene.write(1))
        try scene.hand(scene.write(2))
        _ = try scene.peer.send(scene.read())
        #expect(scene.peer.connection.hasWork && !scene.peer.connection.isIdle)
        #expect(try scene.peer.settle().isEmpty)
        for job in scene.peer.host.takeJobs().reversed() { job() }
        // Both writes are answered now; the answer to the READ is with another thread in its turn.
        #expect(try scene.peer.settle().map(\.header.command) == [.write, .write])
        for job in scene.peer.host.takeJobs() { job() }
        let reply = try #require(try scene.peer.settle().first)
        #expect(reply.isSealed == scene.peer.seals && (reply.isSealed || scene.peer.isSigned(reply)))
        #expect(try scene.data(of: reply) == ArraySlice(repeating: 2, count: scene.length))
        #expect(!scene.peer.connection.hasWork && !scene.peer.connection.isSaturated)
        #expect(scene.peer.connection.bytesElsewhere == 0)
    }

    @Test("long answers leave as they get ready, and short ones do not wait for them", arguments: Way.allCases)
    func answers(way: Way) throws {
        let scene = try Scene(way)
        try scene.hand(scene.write(7))
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().count == 1)
        _ = try scene.peer.send(scene.read())
        _ = try scene.peer.send(scene.read(at: 1))
        // Nothing is in front of it.
        #expect(try scene.peer.send(scene.peer.message(.echo, EchoRequest())).map(\.status) == [.success])
        let jobs = scene.peer.host.takeJobs()
        jobs.last?()
        var replies = try scene.peer.settle()
        let first = try #require(replies.first)
        // Chained codes go together, where the processor has lanes for them; all else is its own thread's.
        if way != .cmac {
            #expect(jobs.count == 2)
            #expect(try scene.data(of: first).count == scene.length - 1)
        }
        for job in jobs.dropLast() + scene.peer.host.takeJobs() { job() }
        replies += try scene.peer.settle()
        #expect(try replies.map { try scene.data(of: $0).count }.sorted() == [scene.length - 1, scene.length])
    }

    @Test("a wrong signature is refused, and what follows is not", arguments: [Way.cmac, .gmac])
    func wrongSignature(way: Way) throws {
        let scene = try Scene(way)
        try scene.hand(scene.write(1))
        try scene.hand(scene.write(2), change: 50)
        try scene.hand(scene.write(3), change: 200_000)
        try scene.hand(scene.write(4, at: 0x10_0000))
        for job in scene.peer.host.takeJobs() { job() }
        let replies = try scene.peer.settle()
        #expect(replies.map(\.status) == [.success, .accessDenied, .accessDenied, .success])
    }

    @Test("a seal that does not open ends the connection, after what was in front of it", arguments: [Way.gcm, .ccm])
    func wrongSeal(way: Way) throws {
        let scene = try Scene(way)
        try scene.hand(scene.write(1))
        try scene.hand(scene.write(2), change: 200_000)
        try scene.hand(scene.write(3))
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().map(\.status) == [.success])
        #expect(scene.peer.connection.endReason == .badSeal)
    }

    @Test("of what was sent before LOGOFF all is done, of what was sent after it nothing")
    func logOff() throws {
        let scene = try Scene(.cmac)
        try scene.hand(scene.write(1))
        #expect(try scene.peer.send(scene.peer.message(.logoff, LogoffRequest())).isEmpty)
        try scene.hand(scene.write(2))
        for job in scene.peer.host.takeJobs() { job() }
        let replies = try scene.peer.settle()
        #expect(replies.map(\.header.command) == [.write, .logoff, .write])
        #expect(replies.map(\.status) == [.success, .success, .userSessionDeleted])
    }

    @Test("LOGOFF is answered behind what was answered before it", arguments: [Way.cmac, .gcm])
    func logOffLast(way: Way) throws {
        let scene = try Scene(way)
        try scene.hand(scene.write(1))
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().count == 1)
        _ = try scene.peer.send(scene.read())
        #expect(try scene.peer.send(scene.peer.message(.logoff, LogoffRequest())).isEmpty)
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().map(\.header.command) == [.read, .logoff])
    }

    @Test("what has waited behind a long frame is worked off no faster than it is sent")
    func bursts() throws {
        let server = try TestServer()
        let scene = try Scene(.cmac, server: server)
        try scene.hand(scene.write(1))
        for _ in 0..<200 { _ = try scene.peer.send(scene.read()) }
        #expect(scene.peer.connection.intake.count == 201)
        for job in scene.peer.host.takeJobs() { job() }
        for wake in scene.peer.host.takeWakes() { scene.peer.connection.wake(wake) }
        while scene.peer.connection.hasReadyFrames { scene.peer.connection.continueIntake() }
        let (elsewhere, limit) = (scene.peer.connection.repliesElsewhere, server.context.limits.replyBytesElsewherePerConnection)
        #expect(elsewhere.byteCount >= limit && elsewhere.byteCount < limit + scene.length && elsewhere.count >= 4)
        #expect(scene.peer.connection.isSaturated)
        var replies = try scene.peer.replies().count
        while scene.peer.connection.hasWork {
            for job in scene.peer.host.takeJobs() { job() }
            replies += try scene.peer.settle().count
        }
        #expect(replies == 201 && scene.peer.connection.bytesElsewhere == 0)
    }

    @Test("so much is taken, and no more")
    func saturation() throws {
        let server = try TestServer()
        let scene = try Scene(.cmac, server: server)
        var count = 0
        while !scene.peer.connection.isSaturated, count < 1000 {
            try scene.hand(scene.write(UInt8(truncatingIfNeeded: count)))
            count += 1
        }
        #expect(count == (server.context.limits.bytesElsewherePerConnection + scene.length) / (scene.length + 112))
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().count == count)
        #expect(!scene.peer.connection.isSaturated && scene.peer.connection.bytesElsewhere == 0)
    }

    @Test("a connection that ends forgets them")
    func end() throws {
        let scene = try Scene(.gcm)
        try scene.hand(scene.write(1))
        scene.peer.connection.close(.peerClosed)
        for job in scene.peer.host.takeJobs() { job() }
        #expect(try scene.peer.settle().isEmpty)
    }
}
