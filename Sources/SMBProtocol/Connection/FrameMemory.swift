/// A received frame, or what a sealed one opened to, that is kept until it has been worked off. Nobody changes it.
///
/// Whoever owns the sockets makes them of the memory that the frame was received in.
package protocol FrameMemory: AnyObject, Sendable {
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void)
    var byteCount: Int { get }
}

/// A short frame that had to be copied.
final class CopiedFrame: FrameMemory {
    private let bytes: [UInt8]

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = Array(bytes) }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { bytes.withUnsafeBytes(body) }
    var byteCount: Int { bytes.count }
}

/// Memory of its own for the message that a sealed frame opens to.
///
/// `@unchecked Sendable`: written by ``init(byteCount:_:)`` only.
final class OpenedFrame: FrameMemory, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameter fill: writes all of it; false where there is no such message.
    init?(byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Bool) {
        memory = .allocate(byteCount: byteCount, alignment: 16)
        guard fill(memory) else { return nil }
    }

    deinit { memory.deallocate() }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { body(UnsafeRawBufferPointer(memory)) }
    var byteCount: Int { memory.count }
}
