/// What the four bytes before a frame say — [MS-SMB2] 2.1, RFC 1002 4.3.1
package enum FrameHeader: Equatable, Sendable {
    package static let byteCount = 4

    /// A message of that many bytes follows.
    case message(byteCount: Int)
    /// NetBIOS SESSION REQUEST with that many bytes of names: to be answered with ``positiveSessionResponse``.
    case sessionRequest(byteCount: Int)
    /// NetBIOS SESSION KEEP ALIVE: nothing follows, nothing is answered.
    case keepAlive
    /// Neither: the connection is to end.
    case invalid

    /// - Parameter value: the four bytes, read big-endian.
    package init(_ value: UInt32) {
        let length = Int(value & 0x00FF_FFFF)
        switch value >> 24 {
        case 0x00: self = .message(byteCount: length)
        case 0x81: self = .sessionRequest(byteCount: length)
        case 0x85: self = length == 0 ? .keepAlive : .invalid
        default: self = .invalid
        }
    }

    /// The longest names that a session request carries.
    package static let maximumSessionRequestByteCount = 1024
    package static let positiveSessionResponse: [UInt8] = [0x82, 0, 0, 0]
}
