import NIOCore
import SMBProtocol

/// A READ's data in the memory that the socket sends from.
final class NIOPayload: PayloadBuffer {
    private(set) var buffer: ByteBuffer
    private let capacity: Int

    init(capacity: Int, allocator: ByteBufferAllocator) {
        buffer = allocator.buffer(capacity: capacity)
        self.capacity = capacity
    }

    func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) {
        buffer.clear()
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { target in
            max(0, min(body(target), target.count))
        }
    }

    func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        buffer.withUnsafeMutableReadableBytes(body)
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        buffer.withUnsafeReadableBytes(body)
    }
}

/// A long frame in the memory that it was received in.
final class NIOFrame: FrameMemory {
    private let buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { buffer.withUnsafeReadableBytes(body) }
    var byteCount: Int { buffer.readableBytes }
}
