import Glibc
import SMBClient

/// What is to be sent: heads of frames, some of them followed by one payload that all of them share and that is never
/// copied.
struct OutputQueue {
    var bytes: [UInt8] = []
    /// Where in ``bytes`` the payload belongs.
    private var marks: [Int] = []
    private var sent = 0
    /// Of the payload at ``sent``, in bytes.
    private var payloadSent = 0

    var isEmpty: Bool { sent == bytes.count && marks.isEmpty }

    /// The payload follows what has been appended.
    mutating func mark() { marks.append(bytes.count) }

    /// Sends as much as the socket takes.
    mutating func flush(_ descriptor: Int32, _ payload: UnsafeRawBufferPointer) throws(SMBClientError) {
        while !isEmpty {
            let count = gather(descriptor, payload)
            guard count >= 0 else {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .system("writev", errno) }
                return
            }
            advance(count, payload.count)
        }
        bytes.removeAll(keepingCapacity: true)
        (sent, payloadSent) = (0, 0)
    }

    private func gather(_ descriptor: Int32, _ payload: UnsafeRawBufferPointer) -> Int {
        bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: iovec.self, capacity: 32) { vectors in
                var (count, position, skipped) = (0, sent, payloadSent)
                func add(_ part: UnsafeRawBufferPointer) {
                    guard !part.isEmpty else { return }
                    vectors.initializeElement(
                        at: count, to: iovec(iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress), iov_len: part.count))
                    count += 1
                }
                for mark in marks.prefix(15) {
                    add(UnsafeRawBufferPointer(rebasing: bytes[position..<mark]))
                    add(UnsafeRawBufferPointer(rebasing: payload[skipped...]))
                    (position, skipped) = (mark, 0)
                }
                if marks.count <= 15 { add(UnsafeRawBufferPointer(rebasing: bytes[position...])) }
                return writev(descriptor, vectors.baseAddress, Int32(count))
            }
        }
    }

    private mutating func advance(_ count: Int, _ payloadCount: Int) {
        var rest = count
        while rest > 0 {
            let end = marks.first ?? bytes.count
            if sent < end {
                let step = min(rest, end - sent)
                sent += step
                rest -= step
            } else {
                let step = min(rest, payloadCount - payloadSent)
                payloadSent += step
                rest -= step
            }
            if sent == marks.first, payloadSent == payloadCount {
                marks.removeFirst()
                payloadSent = 0
            }
        }
    }
}
