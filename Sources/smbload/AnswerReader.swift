import Glibc
import SMBClient
import SMBCryptography
import SMBMessages

/// Cuts what a server sends into frames. Of a long one, only the beginning is looked at, and the rest is thrown away
/// where it lies, in the kernel; every so often one is read and verified whole.
final class AnswerReader {
    private let descriptor: Int32
    private let protection: Protection
    private let movesData: Bool
    private var buffer: UnsafeMutableRawBufferPointer
    private var count = 0
    /// Bytes of a frame that are to be thrown away as they come.
    private var unwanted = 0
    /// What the socket was last told to wait for.
    private var awaited = 1
    private var frames: UInt64 = 0
    /// Frames that were verified whole, and were right; and those that were not.
    private(set) var verified: UInt64 = 0
    var wrong: UInt64 = 0

    /// A frame longer than this is not read whole.
    private static let longFrame = 16_384
    /// What is needed of such a frame.
    private static let beginning = 4 + 52 + 64 + 80
    /// Of so many frames one is verified.
    private static let sampling: UInt64 = 64
    private static let step = 1 << 16

    init(_ descriptor: Int32, _ protection: Protection, movesData: Bool) {
        self.descriptor = descriptor
        self.protection = protection
        self.movesData = movesData
        buffer = .allocate(byteCount: 2 * Self.step, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Hands on what there is to read, until there is no more.
    func receive(_ body: (UnsafeRawBufferPointer, UInt64) -> Void) throws(SMBClientError) {
        while true {
            let wanted = unwanted > 0 ? unwanted : Self.step
            if unwanted == 0, buffer.count - count < Self.step { grow() }
            let received =
                unwanted > 0
                ? recv(descriptor, nil, unwanted, Int32(MSG_TRUNC))
                : recv(descriptor, buffer.baseAddress.map { $0 + count }, Self.step, 0)
            guard received != 0 else { throw .disconnected }
            guard received > 0 else {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .system("recv", errno) }
                awaitBytes(max(1, unwanted))
                return
            }
            if unwanted > 0 {
                unwanted -= received
            } else {
                count += received
                cut(body)
            }
            if received < wanted, unwanted == 0 {
                awaitBytes(1)
                return
            }
        }
    }

    /// Has the socket wait for so many bytes before it says that it has some: each time it wakes us with less, the server
    /// pays for it.
    private func awaitBytes(_ count: Int) {
        guard count != awaited else { return }
        awaited = count
        var low = Int32(clamping: count)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &low, socklen_t(MemoryLayout<Int32>.size))
    }

    private func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        buffer.deallocate()
        buffer = larger
    }

    private func cut(_ body: (UnsafeRawBufferPointer, UInt64) -> Void) {
        var start = 0
        let now = LoadClock.now()
        while count - start >= 4 {
            let length = Int(buffer[start + 1]) << 16 | Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
            let isSample = frames % Self.sampling == 0
            if count - start >= 4 + length {
                let frame = UnsafeMutableRawBufferPointer(rebasing: buffer[start + 4..<start + 4 + length])
                handOver(frame, isWhole: true, isSample: isSample, now, body)
                start += 4 + length
            } else if movesData, !isSample, length > Self.longFrame, count - start >= Self.beginning {
                let frame = UnsafeMutableRawBufferPointer(rebasing: buffer[start + 4..<start + Self.beginning])
                handOver(frame, isWhole: false, isSample: false, now, body)
                unwanted = start + 4 + length - count
                start = count
            } else {
                break
            }
            frames += 1
        }
        guard start > 0 else { return }
        let rest = count - start
        if rest > 0, let base = buffer.baseAddress { memmove(base, base + start, rest) }
        count = rest
    }

    private func handOver(
        _ frame: UnsafeMutableRawBufferPointer, isWhole: Bool, isSample: Bool, _ now: UInt64,
        _ body: (UnsafeRawBufferPointer, UInt64) -> Void
    ) {
        guard frame.count >= 64 else { return }
        switch protection {
        case .none:
            body(UnsafeRawBufferPointer(frame), now)
        case .signed(let signer):
            if isSample, isWhole, isSignedAlone(UnsafeRawBufferPointer(frame)) {
                note(signer.verify(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(frame))))
            }
            body(UnsafeRawBufferPointer(frame), now)
        case .sealed(let sealer):
            guard frame[0] == 0xFD else { return note(false) }
            // Of a short frame everything is needed, so it is opened; of a long one the beginning.
            if isWhole, isSample || !movesData {
                let isRight = sealer.open(frame)
                note(isRight)
                guard isRight else { return }
            } else {
                let beginning = min(frame.count, Self.beginning)
                guard sealer.reveal(UnsafeMutableRawBufferPointer(rebasing: frame[..<beginning])) else { return note(false) }
            }
            body(UnsafeRawBufferPointer(rebasing: frame[SMB2TransformHeader.byteCount...]), now)
        }
    }

    /// Interim answers are not signed, and each message of a compound is for itself.
    private func isSignedAlone(_ frame: UnsafeRawBufferPointer) -> Bool {
        let flags = HeaderFlags(
            rawValue: frame.loadUnaligned(fromByteOffset: SMB2Header.FieldOffset.flags, as: UInt32.self))
        let next = frame.loadUnaligned(fromByteOffset: SMB2Header.FieldOffset.nextCommand, as: UInt32.self)
        return next == 0 && !flags.contains(.asyncCommand)
    }

    private func note(_ isRight: Bool) {
        if isRight { verified += 1 } else { wrong += 1 }
    }
}
