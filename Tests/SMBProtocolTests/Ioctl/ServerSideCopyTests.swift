import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Server-side copy — [MS-SMB2] 3.3.5.15.5 and 3.3.5.15.6")
struct ServerSideCopyTests {
    private func chunk(_ source: UInt64, _ target: UInt64, _ length: UInt32) -> CopyChunk {
        CopyChunk(sourceOffset: source, targetOffset: target, length: length)
    }

    @Test("an open has one key, and no other open has it")
    func keys() throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a")
        let again = try peer.open("a")
        #expect(try peer.resumeKey(file) == peer.resumeKey(file))
        #expect(try peer.resumeKey(file) != peer.resumeKey(again))
        #expect(try peer.control(.srvRequestResumeKey, file, room: 31).status == .invalidParameter)
    }

    @Test("chunks are copied in their order, and a later one sees an earlier one's bytes")
    func copies() throws {
        let peer = try Peer.connected(to: try TestServer())
        let source = try peer.open("a")
        let target = try peer.open("b")
        let bytes = pattern(10_000)
        try peer.write(source, bytes)
        let reply = try peer.copy(
            try peer.resumeKey(source), to: target,
            [chunk(0, 0, 5000), chunk(5000, 4000, 5000), chunk(1, 20_000, 7)])
        #expect(reply.status == .success)
        #expect(
            try peer.output(reply) == CopyChunkResponse(chunksWritten: 3, totalBytesWritten: 10_007))
        let expected =
            bytes[..<4000] + bytes[5000...] + [UInt8](repeating: 0, count: 11_000) + bytes[1..<8]
        #expect(try peer.read(target, 65_536) == Array(expected))
    }

    @Test(
        "ranges of one file may overlap", arguments: [(0, 100), (100, 0), (0, 0)] as [(UInt64, UInt64)])
    func overlaps(from: UInt64, to: UInt64) throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a")
        var bytes = pattern(5000)
        try peer.write(file, bytes)
        let reply = try peer.copy(try peer.resumeKey(file), to: file, [chunk(from, to, 4096)])
        #expect(reply.status == .success)
        bytes.replaceSubrange(
            Int(to)..<Int(to) + 4096, with: Array(bytes[Int(from)..<Int(from) + 4096]))
        #expect(try peer.read(file, 65_536) == bytes)
    }

    @Test("16 MiB at once, off the event loop")
    func large() throws {
        let peer = try Peer.connected(to: try TestServer())
        let source = try peer.open("a")
        let target = try peer.open("b")
        let bytes = pattern(65_536)
        for part in 0..<256 { try peer.write(source, bytes, at: UInt64(part) << 16) }
        let chunks = (0..<16).map { chunk($0 << 20, $0 << 20, 1 << 20) }
        let key = try peer.resumeKey(source)
        let reply = try peer.copy(key, to: target, chunks)
        #expect(reply.status == .success)
        #expect(
            try peer.output(reply) == CopyChunkResponse(chunksWritten: 16, totalBytesWritten: 16 << 20))
        #expect(try peer.read(target, 65_536, at: 255 << 16) == bytes)
        #expect(
            try peer.information(.standard, target, as: FileStandardInformation.self).endOfFile == 16
                << 20)
    }

    @Test(
        "more than the limits is refused with the limits",
        arguments: [
            [CopyChunk](repeating: CopyChunk(sourceOffset: 0, targetOffset: 0, length: 1), count: 257),
            [CopyChunk(sourceOffset: 0, targetOffset: 0, length: 1 << 20 + 1)],
            [CopyChunk(sourceOffset: 0, targetOffset: 0, length: 0)],
            [CopyChunk](
                repeating: CopyChunk(sourceOffset: 0, targetOffset: 0, length: 1 << 20), count: 17),
        ])
    func limits(chunks: [CopyChunk]) throws {
        let peer = try Peer.connected(to: try TestServer())
        let source = try peer.open("a")
        try peer.write(source, [1, 2, 3])
        let target = try peer.open("b")
        let reply = try peer.copy(try peer.resumeKey(source), to: target, chunks)
        #expect(reply.status == .invalidParameter)
        #expect(
            try peer.output(reply)
                == CopyChunkResponse(
                    chunksWritten: 256, chunkBytesWritten: 1 << 20, totalBytesWritten: 16 << 20))
        #expect(try peer.read(target, 10).isEmpty)
    }

    @Test("a chunk past the source's end ends the copy, and what was copied before is told")
    func pastTheEnd() throws {
        let peer = try Peer.connected(to: try TestServer())
        let source = try peer.open("a")
        let target = try peer.open("b")
        try peer.write(source, pattern(100))
        let reply = try peer.copy(
            try peer.resumeKey(source), to: target, [chunk(0, 0, 50), chunk(60, 50, 41), chunk(0, 0, 1)])
        #expect(reply.status == .invalidViewSize)
        #expect(try peer.output(reply) == CopyChunkResponse(chunksWritten: 1, totalBytesWritten: 50))
        #expect(try peer.read(target, 100).count == 50)
    }

    /// "If the error was encountered partway through a write, ChunkBytesWritten MUST be set to the number of bytes written in
    /// the final, partial write."
    @Test("a chunk that the disk has no room for ends the copy, and how much of it was copied is told")
    func noRoom() throws {
        let peer = try Peer.connected(to: try TestServer(contentBytes: 256 << 10))
        let source = try peer.open("a")
        let target = try peer.open("b")
        let bytes = pattern(65_536)
        for part in 0..<2 { try peer.write(source, bytes, at: UInt64(part) << 16) }
        try peer.write(try peer.open("c"), pattern(52 << 10))
        try peer.write(target, pattern(4096), at: 1 << 17)
        let reply = try peer.copy(
            try peer.resumeKey(source), to: target, [chunk(0, 1 << 20, 10), chunk(0, 65_536, 1 << 17), chunk(0, 0, 1)])
        #expect(reply.status == .diskFull)
        #expect(
            try peer.output(reply)
                == CopyChunkResponse(chunksWritten: 1, chunkBytesWritten: 65_536, totalBytesWritten: 65_546))
        #expect(try peer.read(target, 65_536, at: 65_536) == bytes)
        #expect(try peer.read(target, 4096, at: 1 << 17) == pattern(4096))
    }

    @Test(
        "rights: the source's to read, the target's to write, and to read where the code is SRV_COPYCHUNK"
    )
    func rights() throws {
        let peer = try Peer.connected(to: try TestServer())
        let readable = try peer.create("a", access: 1)
        try peer.write(try peer.open("a"), pattern(10))
        let writable = try peer.create("b", access: 2)
        let both = try peer.create("b", access: 3)
        let one = [chunk(0, 0, 10)]
        let key = try peer.resumeKey(readable)
        #expect(try peer.copy(key, to: both, one).status == .success)
        #expect(try peer.copy(key, to: writable, one).status == .accessDenied)
        #expect(try peer.copy(key, to: writable, one, code: .srvCopyChunkWrite).status == .success)
        #expect(try peer.copy(key, to: readable, one, code: .srvCopyChunkWrite).status == .accessDenied)
        #expect(try peer.copy(try peer.resumeKey(writable), to: both, one).status == .accessDenied)
        let directory = try peer.open("d", options: .directoryFile)
        #expect(try peer.copy(try peer.resumeKey(directory), to: both, one).status == .accessDenied)
        #expect(try peer.copy(key, to: directory, one).status == .invalidDeviceRequest)
        #expect(try peer.copy(key, to: both, one, room: 11).status == .invalidParameter)
    }

    @Test("a key is nobody else's, and ends with its open")
    func foreignKeys() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server)
        let source = try peer.open("a")
        try peer.write(source, pattern(10))
        let target = try peer.open("b")
        let key = try peer.resumeKey(source)
        var forged = key
        forged.third &+= 1
        #expect(try peer.copy(forged, to: target, [chunk(0, 0, 1)]).status == .objectNameNotFound)
        let zero = ResumeKey(first: source.volatile, second: 0, third: 0)
        #expect(try peer.copy(zero, to: target, [chunk(0, 0, 1)]).status == .objectNameNotFound)

        // Another session of the same connection, and another connection of the same user.
        let first = (peer.sessionID, peer.treeID)
        peer.sessionID = .none
        try peer.logIn("bob", signs: false)
        try peer.connect()
        let theirs = try peer.open("c")
        #expect(try peer.copy(key, to: theirs, [chunk(0, 0, 1)]).status == .objectNameNotFound)
        let other = try Peer.connected(to: server)
        #expect(
            try other.copy(key, to: try other.open("d"), [chunk(0, 0, 1)]).status == .objectNameNotFound)

        (peer.sessionID, peer.treeID) = first
        #expect(try peer.copy(key, to: target, [chunk(0, 0, 1)]).status == .success)
        try peer.close(source)
        #expect(try peer.copy(key, to: target, [chunk(0, 0, 1)]).status == .objectNameNotFound)
    }

    @Test("from one share to another")
    func acrossShares() throws {
        let server = try TestServer(hasSecondShare: true)
        let peer = try Peer.connected(to: server)
        let source = try peer.open("a")
        try peer.write(source, pattern(5000))
        let key = try peer.resumeKey(source)
        try peer.connect("second")
        let target = try peer.open("b")
        #expect(try peer.copy(key, to: target, [chunk(0, 0, 5000)]).status == .success)
        #expect(try peer.read(target, 6000) == pattern(5000))
    }
}
