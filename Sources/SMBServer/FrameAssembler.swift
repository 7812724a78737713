import NIOCore
import SMBProtocol

/// Cuts received bytes into frames.
///
/// A frame that lies whole in one segment is handed on where it lies; only one that is spread over several is put
/// together, in a buffer of its exact length that is used again for the next one.
struct FrameAssembler {
    /// Received and not yet looked at.
    private var segments = CircularBuffer<ByteBuffer>()
    /// The beginning of a frame that is spread.
    private var partial: ByteBuffer
    /// Bytes of that frame with its header; 0 while there is none or its header is not complete.
    private var expected = 0

    init(allocator: ByteBufferAllocator) {
        partial = allocator.buffer(capacity: 0)
    }

    /// What is kept for the next frame, at most.
    private static let keptBytes = 2 * 1024 * 1024

    /// A frame has begun and not ended.
    var isWithinFrame: Bool { partial.readableBytes > 0 }

    var isEmpty: Bool { segments.isEmpty }

    mutating func append(_ segment: ByteBuffer) {
        segments.append(segment)
    }

    enum Next {
        /// More has to be received first.
        case needsMore
        /// `body` was given a message.
        case message
        case sessionRequest
        case invalid
    }

    /// Hands the next message to `body`, without its four bytes of length.
    ///
    /// - Parameter limit: the longest message that is taken, in bytes.
    mutating func next(limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) -> Next {
        while true {
            guard let available = segments.first?.readableBytes else { return .needsMore }
            if available == 0 {
                segments.removeFirst()
                continue
            }
            if partial.readableBytes == 0 {
                guard available >= FrameHeader.byteCount else {
                    collect(FrameHeader.byteCount)
                    continue
                }
                switch header(of: segments[segments.startIndex]) {
                case .message(let count):
                    guard count <= limit else { return .invalid }
                    let total = FrameHeader.byteCount + count
                    if available >= total {
                        handOver(total, body)
                        return .message
                    }
                    expected = total
                    partial.reserveCapacity(total)
                    collect(total)
                case .keepAlive: segments[segments.startIndex].moveReaderIndex(forwardBy: FrameHeader.byteCount)
                case .sessionRequest(let count):
                    guard count <= FrameHeader.maximumSessionRequestByteCount else { return .invalid }
                    expected = FrameHeader.byteCount + count
                    collect(expected)
                    if let result = completePartial(limit, body) { return result }
                case .invalid: return .invalid
                }
            } else {
                collect(expected == 0 ? FrameHeader.byteCount : expected)
                if let result = completePartial(limit, body) { return result }
            }
        }
    }

    /// Moves bytes from the first segment until the partial frame has `total`.
    private mutating func collect(_ total: Int) {
        let count = min(total - partial.readableBytes, segments[segments.startIndex].readableBytes)
        guard count > 0, let bytes = segments[segments.startIndex].readSlice(length: count) else { return }
        partial.writeImmutableBuffer(bytes)
    }

    /// Looks whether the partial frame, or its header, is complete.
    private mutating func completePartial(_ limit: Int, _ body: (UnsafeRawBufferPointer) -> Void) -> Next? {
        guard partial.readableBytes >= FrameHeader.byteCount else { return nil }
        let header = header(of: partial)
        if expected == 0 {
            switch header {
            case .message(let count):
                guard count <= limit else { return .invalid }
                expected = FrameHeader.byteCount + count
                partial.reserveCapacity(expected)
            case .sessionRequest(let count):
                guard count <= FrameHeader.maximumSessionRequestByteCount else { return .invalid }
                expected = FrameHeader.byteCount + count
            case .keepAlive: expected = FrameHeader.byteCount
            case .invalid: return .invalid
            }
        }
        guard partial.readableBytes >= expected else { return nil }
        defer {
            // A connection that is idle does not keep what its longest frame took.
            if partial.capacity > Self.keptBytes { partial = ByteBuffer() } else { partial.clear() }
            expected = 0
        }
        switch header {
        case .message:
            partial.withUnsafeReadableBytes { body(UnsafeRawBufferPointer(rebasing: $0[FrameHeader.byteCount...])) }
            return .message
        case .sessionRequest: return .sessionRequest
        case .keepAlive: return nil
        case .invalid: return .invalid
        }
    }

    private mutating func handOver(_ total: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        segments[segments.startIndex].withUnsafeReadableBytes { bytes in
            body(UnsafeRawBufferPointer(rebasing: bytes[FrameHeader.byteCount..<total]))
        }
        segments[segments.startIndex].moveReaderIndex(forwardBy: total)
    }

    private func header(of buffer: ByteBuffer) -> FrameHeader {
        FrameHeader(buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) ?? .max)
    }
}
