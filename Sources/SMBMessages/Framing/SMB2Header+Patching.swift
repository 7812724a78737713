package import WindowsTypes

/// Fields of a header that are known only when the message behind it has been written.
///
/// `start` is where that header begins in `bytes`. Only our own encoder's output comes here, so a header that does not
/// fit is a precondition failure.
extension SMB2Header {
    /// Where fields lie, in bytes from the header's start — [MS-SMB2] 2.2.1.2
    package enum FieldOffset {
        package static let creditCharge = 6
        package static let status = 8
        package static let command = 12
        package static let credits = 14
        package static let flags = 16
        package static let nextCommand = 20
        package static let messageID = 24
        /// In the asynchronous form.
        package static let asyncID = 32
        /// In the synchronous form, as ``treeID``.
        package static let processID = 32
        package static let treeID = 36
        package static let sessionID = 40
        package static let signature = 48
    }

    package static func patchStatus(_ value: NTStatus, in bytes: inout [UInt8], at start: Int = 0) {
        store(value.rawValue, in: &bytes, at: start, FieldOffset.status)
    }

    package static func patchCredits(_ value: UInt16, in bytes: inout [UInt8], at start: Int = 0) {
        store(value, in: &bytes, at: start, FieldOffset.credits)
    }

    /// Adds to the flags that stand; only those of the lowest byte.
    package static func insertFlags(_ value: HeaderFlags, in bytes: inout [UInt8], at start: Int = 0) {
        precondition(start >= 0 && bytes.count - start >= byteCount, "no header at \(start)")
        bytes[start + FieldOffset.flags] |= UInt8(truncatingIfNeeded: value.rawValue)
    }

    package static func patchNextCommand(_ value: UInt32, in bytes: inout [UInt8], at start: Int = 0) {
        store(value, in: &bytes, at: start, FieldOffset.nextCommand)
    }

    package static func patchMessageID(_ value: MessageID, in bytes: inout [UInt8], at start: Int = 0) {
        store(value.rawValue, in: &bytes, at: start, FieldOffset.messageID)
    }

    package static func patchSessionID(_ value: SessionID, in bytes: inout [UInt8], at start: Int = 0) {
        store(value.rawValue, in: &bytes, at: start, FieldOffset.sessionID)
    }

    package static func patchSignature(_ value: MessageSignature, in bytes: inout [UInt8], at start: Int = 0) {
        store(value.first, in: &bytes, at: start, FieldOffset.signature)
        store(value.second, in: &bytes, at: start, FieldOffset.signature + 8)
    }

    private static func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, in bytes: inout [UInt8], at start: Int, _ offset: Int
    ) {
        precondition(start >= 0 && bytes.count - start >= byteCount, "no header at \(start)")
        unsafe bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: start + offset, as: Value.self)
        }
    }
}
