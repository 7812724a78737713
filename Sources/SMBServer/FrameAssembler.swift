import NIOCore
import SMBProtocol

/// Cuts received bytes into frames.
///
/// A frame that lies whole in one segment is handed on where it lies; one that is spread over several is put together.
/// A very long frame's memory is made as soon as its length is known, and the socket reads the rest of it right there
/// (``lend()``): its bytes are not copied. A long frame is handed on with its memory.
///
/// `@unchecked Sendable`: used on the connection's event loop only.
final class FrameAssembler: @unchecked Sendable {
    private let allocator: ByteBufferAllocator
    /// Received and not yet looked at.
    private var segments = CircularBuffer<ByteBuffer>()
    /// The beginning of a frame that is spread.
    private var partial = ByteBuffer()
    /// Bytes of that frame with its header; 0 while there is none or its header is not complete.
    private var expected = 0
    /// The socket reads into the memory of that frame.
    private var isLent = false
    /// What was lent did not come back: bytes are missing.
    private var isTorn = false
    /// The frame before was very long, as the next may be.
    private(set) var isInLongFrames = false

    /// Frames from this length on are read into memory of their own, in bytes. Of shorter ones one read brings several.
    static let shortestLentFrame = 256 * 1024
    /// What most clients send at once comes with one wake-up; more would not be copied while the rest still comes.
    private static let longestWait = 1024 * 1024

    init(allocator: ByteBufferAllocator) {
        self.allocator = allocator
    }

    enum Next {
        /// More has to be received first.
        case needsMore
        /// One of the closures was given a message.
        case message
        case sessionRequest
        case invalid
    }

    /// A frame has begun and not ended.
    var isWithinFrame: Bool { isLent || partial.readableBytes > 0 }

    /// Nothing is left but, at most, the beginning of a frame.
    var isEmpty: Bool { segments.isEmpty && !hasWholeFrame }

    /// The frame that was put together has not been looked at.
    private var hasWholeFrame: Bool { expected > 0 && partial.readableBytes >= expected }

    // MARK: From the socket

    /// The memory of the very long frame that has begun, with what has come of it and room for exactly the rest; nil where
    /// there is none, or where more of it has been received already. What is read into it is to come to ``append(_:)``
    /// next.
    func lend() -> ByteBuffer? {
        guard !isLent else {
            // The read that it was lent to has brought nothing, and so what it held is gone. Sockets that said that they
            // are readable do not do that.
            isTorn = true
            return nil
        }
        guard awaitsLongFrame else { return nil }
        isLent = true
        defer { partial = ByteBuffer() }
        return partial
    }

    /// Whether ``lend()`` has something.
    var awaitsLongFrame: Bool { segments.isEmpty && expected >= Self.shortestLentFrame && !hasWholeFrame }

    /// How many bytes the socket may wait for before it says that it has some: a long frame is of no use before it is
    /// whole, and each time that one looks at it costs a wake-up.
    var awaitedByteCount: Int {
        awaitsLongFrame && !isLent ? min(expected - partial.readableBytes, Self.longestWait) : 1
    }

    func append(_ segment: ByteBuffer) {
        if isLent {
            isLent = false
            partial = segment
        } else {
            segments.append(segment)
        }
    }

    // MARK: To the machine

    /// Hands the next message on, without its four bytes of length.
    ///
    /// - Parameters:
    ///   - limit: the longest message that is taken, in bytes.
    ///   - body: gets the bytes of a short message, for the call.
    ///   - long: gets a message of ``Connection/shortestKeptFrame`` or more, to keep.
    func next(limit: Int, _ body: (UnsafeRawBufferPointer) -> Void, long: (NIOFrame) -> Void) -> Next {
        guard !isTorn else { return .invalid }
        while true {
            if hasWholeFrame {
                if let result = completePartial(body, long) { return result }
            }
            guard let available = segments.first?.readableBytes else { return .needsMore }
            if available == 0 {
                segments.removeFirst()
                continue
            }
            if expected == 0, partial.readableBytes == 0, available >= FrameHeader.byteCount {
                switch header(of: segments[segments.startIndex]) {
                case .message(let count):
                    guard count <= limit else { return .invalid }
                    let total = FrameHeader.byteCount + count
                    if available >= total {
                        handOver(total, body, long)
                        return .message
                    }
                    expect(total)
                case .keepAlive: segments[segments.startIndex].moveReaderIndex(forwardBy: FrameHeader.byteCount)
                case .sessionRequest(let count):
                    guard count <= FrameHeader.maximumSessionRequestByteCount else { return .invalid }
                    expect(FrameHeader.byteCount + count)
                case .invalid: return .invalid
                }
            } else if expected > 0 {
                collect(expected)
            } else {
                collect(FrameHeader.byteCount)
                guard partial.readableBytes == FrameHeader.byteCount else { continue }
                switch header(of: partial) {
                case .message(let count):
                    guard count <= limit else { return .invalid }
                    expect(FrameHeader.byteCount + count)
                case .sessionRequest(let count):
                    guard count <= FrameHeader.maximumSessionRequestByteCount else { return .invalid }
                    expect(FrameHeader.byteCount + count)
                case .keepAlive: partial.clear()
                case .invalid: return .invalid
                }
            }
        }
    }

    /// Makes room for the frame that has begun.
    private func expect(_ total: Int) {
        expected = total
        let begun = partial
        partial = Self.memory(byteCount: total, allocator)
        partial.writeImmutableBuffer(begun)
    }

    /// A buffer with room for exactly so many bytes: what is read into it is the frame's and nobody else's.
    private static func memory(byteCount: Int, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        var memory = allocator.buffer(capacity: byteCount)
        memory.moveWriterIndex(to: byteCount)
        var exact = memory.readSlice(length: byteCount) ?? ByteBuffer()
        exact.moveWriterIndex(to: exact.readerIndex)
        return exact
    }

    /// Moves bytes from the first segment until the partial frame has `total`.
    private func collect(_ total: Int) {
        let count = min(total - partial.readableBytes, segments[segments.startIndex].readableBytes)
        guard count > 0, let bytes = segments[segments.startIndex].readSlice(length: count) else { return }
        partial.writeImmutableBuffer(bytes)
    }

    /// Hands on the frame that has been put together; nil where it says nothing.
    private func completePartial(
        _ body: (UnsafeRawBufferPointer) -> Void, _ long: (NIOFrame) -> Void
    ) -> Next? {
        var frame = ByteBuffer()
        swap(&frame, &partial)
        expected = 0
        switch header(of: frame) {
        case .message:
            frame.moveReaderIndex(forwardBy: FrameHeader.byteCount)
            handOn(frame, body, long)
            return .message
        case .sessionRequest: return .sessionRequest
        case .keepAlive: return nil
        case .invalid: return .invalid
        }
    }

    /// Hands on a frame that lies whole in the first segment.
    private func handOver(_ total: Int, _ body: (UnsafeRawBufferPointer) -> Void, _ long: (NIOFrame) -> Void) {
        segments[segments.startIndex].moveReaderIndex(forwardBy: FrameHeader.byteCount)
        guard let frame = segments[segments.startIndex].readSlice(length: total - FrameHeader.byteCount) else { return }
        handOn(frame, body, long)
    }

    private func handOn(_ frame: ByteBuffer, _ body: (UnsafeRawBufferPointer) -> Void, _ long: (NIOFrame) -> Void) {
        isInLongFrames = frame.readableBytes >= Self.shortestLentFrame
        if frame.readableBytes >= Connection.shortestKeptFrame {
            // A small part of a segment is not to keep all of it.
            let isSmallPart = frame.storageCapacity > 4 * frame.readableBytes
            long(NIOFrame(isSmallPart ? ByteBuffer(bytes: frame.readableBytesView) : frame))
        } else {
            frame.withUnsafeReadableBytes(body)
        }
    }

    private func header(of buffer: ByteBuffer) -> FrameHeader {
        FrameHeader(buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) ?? .max)
    }
}

/// Lets the socket read into the memory of the very long frame that has begun, and into memory of a size that adapts else.
struct FrameMemoryAllocator: RecvByteBufferAllocator {
    let assembler: FrameAssembler
    private var adaptive = AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 8192, maximum: 256 * 1024)

    /// What is read first of a frame that is likely to be very long: what lies in there has to be copied.
    private static let shortRead = 4096

    init(_ assembler: FrameAssembler) {
        self.assembler = assembler
    }

    /// Nil keeps the socket's pool from giving it memory that it has used before.
    func nextBufferSize() -> Int? {
        assembler.awaitsLongFrame || assembler.isInLongFrames ? nil : adaptive.nextBufferSize()
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        if let frame = assembler.lend() { return frame }
        if assembler.isInLongFrames { return allocator.buffer(capacity: Self.shortRead) }
        return adaptive.buffer(allocator: allocator)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        if !assembler.isInLongFrames { _ = adaptive.record(actualReadBytes: actualReadBytes) }
        // "The next one may be larger": the pool is not to use the last one again.
        return true
    }
}
