import SMBMessages

/// What a request's data costs in credits — [MS-SMB2] 3.3.5.2.5
enum CreditCharge {
    /// The bytes that a request carries, or that its response may, whichever are more. 0 for commands whose size is
    /// bounded otherwise, and for bodies too short to tell, which do not decode either.
    @inline(__always)
    static func payloadBytes(_ command: Command, _ message: UnsafeRawBufferPointer) -> UInt64 {
        switch command {
        case .read, .write, .changeNotify, .setInfo:
            return field(message, 4)
        case .queryInfo:
            return max(field(message, 4), field(message, 12))
        case .queryDirectory:
            return field(message, 28)
        case .ioctl:
            return max(field(message, 28) &+ field(message, 40), field(message, 32) &+ field(message, 44))
        default:
            return 0
        }
    }

    /// The credits that so many bytes cost; at least one.
    static func credits(for bytes: UInt64) -> UInt64 {
        bytes == 0 ? 1 : (bytes &- 1) / UInt64(Terms.oneCreditBytes) &+ 1
    }

    /// The 32-bit field that far behind the header.
    private static func field(_ message: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        let position = SMB2Header.byteCount &+ offset
        guard message.count >= position &+ 4 else { return 0 }
        return UInt64(UInt32(littleEndian: message.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }
}
