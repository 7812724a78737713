import NIOCore
import SMBProtocol
import Testing

@testable import SMBServer

@Suite("Frames are put together")
struct FrameAssemblerTests {
    /// A frame's bytes with their four bytes of length.
    private static func frame(_ length: Int, _ seed: UInt8) -> [UInt8] {
        let head = [0, UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)] as [UInt8]
        return head + (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ seed }
    }

    /// All messages that are ready.
    private static func drain(
        _ assembler: FrameAssembler, limit: Int = 1 << 20
    ) -> (messages: [[UInt8]], last: FrameAssembler.Next) {
        var messages: [[UInt8]] = []
        while true {
            let next = assembler.next(limit: limit) { messages.append(Array($0)) } long: { frame in
                frame.withBytes { messages.append(Array($0)) }
            }
            guard case .message = next else { return (messages, next) }
        }
    }

    /// Reads a stream as a socket does: into what it is given, as much as has come.
    private static func read(
        _ stream: [UInt8], into assembler: FrameAssembler, pieces: (Int) -> Int
    ) -> (messages: [[UInt8]], exactReads: Int) {
        var allocator = FrameMemoryAllocator(assembler)
        var (position, reads, exact) = (0, 0, 0)
        var messages: [[UInt8]] = []
        while position < stream.count {
            var buffer = allocator.buffer(allocator: ByteBufferAllocator())
            if buffer.readableBytes > 0 { exact += 1 }
            let count = min(pieces(reads), buffer.writableBytes, stream.count - position)
            buffer.writeBytes(stream[position..<position + count])
            _ = allocator.record(actualReadBytes: count)
            position += count
            reads += 1
            assembler.append(buffer)
            messages += drain(assembler).messages
        }
        return (messages, exact)
    }

    @Test(
        "however the bytes come, the frames are the same, and long ones are read where they are kept",
        arguments: [1, 3, 4, 5, 1000, 4096, 70_000, 1 << 20])
    func pieces(size: Int) {
        let lengths = size < 100 ? [1, 100, 300_000, 64] : [64, 200_000, 300_000, 32_767, 32_768, 1, 500_000, 70]
        let frames = lengths.enumerated().map { Self.frame($0.element, UInt8($0.offset)) }
        let assembler = FrameAssembler(allocator: ByteBufferAllocator())
        let (messages, exactReads) = Self.read(frames.flatMap { $0 }, into: assembler) { _ in size }
        #expect(messages.map(\.count) == lengths)
        #expect(messages == frames.map { Array($0[4...]) })
        #expect(exactReads > 0)
        #expect(!assembler.isWithinFrame && assembler.isEmpty)
    }

    @Test("keep-alives and session requests between them")
    func others() {
        let assembler = FrameAssembler(allocator: ByteBufferAllocator())
        let keepAlive = [0x85, 0, 0, 0] as [UInt8]
        assembler.append(ByteBuffer(bytes: keepAlive + Self.frame(10, 1) + keepAlive + Self.frame(40_000, 2)))
        #expect(Self.drain(assembler).messages.map(\.count) == [10, 40_000])
        assembler.append(ByteBuffer(bytes: [0x81, 0, 0, 68] + [UInt8](repeating: 0x20, count: 68)))
        guard case .sessionRequest = Self.drain(assembler).last else {
            Issue.record("no session request")
            return
        }
        #expect(Self.drain(assembler).messages.isEmpty)
    }

    @Test("a frame over the limit is invalid before any of it has come")
    func limit() {
        let assembler = FrameAssembler(allocator: ByteBufferAllocator())
        assembler.append(ByteBuffer(bytes: [0, 0x20, 0, 0]))
        guard case .invalid = Self.drain(assembler).last else {
            Issue.record("a frame of 2 MiB was taken")
            return
        }
    }

    @Test("of a long frame much is awaited at a time, never more than is missing, and then a byte again")
    func awaited() {
        let assembler = FrameAssembler(allocator: ByteBufferAllocator())
        let frame = Self.frame(1_900_000, 1)
        #expect(assembler.awaitedByteCount == 1)
        var position = 0
        for (count, awaited) in [(3, 1), (997, 1024 * 1024), (1_000_000, 899_004), (899_004, 1)] {
            assembler.append(ByteBuffer(bytes: frame[position..<position + count]))
            position += count
            #expect(Self.drain(assembler, limit: 1 << 21).messages.count == (position == frame.count ? 1 : 0))
            #expect(assembler.awaitedByteCount == awaited)
        }
        // One that is not worth memory of its own.
        assembler.append(ByteBuffer(bytes: Self.frame(100_000, 2)[..<1000]))
        #expect(Self.drain(assembler).messages.isEmpty && assembler.awaitedByteCount == 1)
    }

    @Test("memory that was lent and did not come back ends the stream: bytes are missing")
    func torn() {
        let assembler = FrameAssembler(allocator: ByteBufferAllocator())
        assembler.append(ByteBuffer(bytes: Self.frame(300_000, 0)[..<50_000]))
        #expect(Self.drain(assembler).messages.isEmpty)
        let lent = assembler.lend()
        #expect(lent?.readableBytes == 50_000 && lent?.writableBytes == 250_004)
        #expect(assembler.lend() == nil)
        assembler.append(ByteBuffer(bytes: [1, 2, 3]))
        guard case .invalid = Self.drain(assembler).last else {
            Issue.record("the stream went on")
            return
        }
    }
}
