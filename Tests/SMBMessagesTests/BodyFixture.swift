import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// An (offset, length) pair in a message: where the two fields lie, counted from the header, and how wide they are.
struct OffsetField: Sendable {
    var offsetAt: Int
    var offsetWidth: Int
    var lengthAt: Int
    var lengthWidth: Int
    /// Bytes that one unit of the length stands for (a count of contexts is no length, and has no row here).
    init(offset: (at: Int, width: Int), length: (at: Int, width: Int)) {
        offsetAt = offset.at
        offsetWidth = offset.width
        lengthAt = length.at
        lengthWidth = length.width
    }
}

/// One row: a value, the bytes of its body, and what else is to be tried on them.
struct BodyFixture: Sendable, CustomTestStringConvertible {
    var name: String
    /// The whole message; its header is zeros, which no body looks at.
    var message: [UInt8]
    /// How much of ``message`` the decoder needs. Less than all where the last byte only stands for an empty buffer.
    var required: Int
    var pairs: [OffsetField]
    /// Decodes a message; throws what the decoder throws; says whether the result is the row's value.
    var decode: @Sendable (_ message: [UInt8]) throws -> Bool
    /// The row's value as its encoder writes it, behind a header of zeros.
    var encoded: [UInt8]
    var structureSize: UInt16

    var testDescription: String { name }

    /// `standIn`: the last byte stands for an empty buffer.
    init<Body: SMB2Body & Equatable>(
        _ name: String, _ value: Body, _ body: String, pairs: [OffsetField] = [], standIn: Bool = false
    ) {
        self.name = name
        message = [UInt8](repeating: 0, count: SMB2Header.byteCount) + bytes(ofHex: body)
        required = message.count - (standIn ? 1 : 0)
        self.pairs = pairs
        structureSize = Body.structureSize
        decode = { try Body(message: $0.span.bytes) == value }
        var writer = WireWriter()
        writer.zeros(SMB2Header.byteCount)
        value.write(to: &writer)
        encoded = writer.bytes
    }
}

/// A little-endian field of `width` bytes.
func field(_ bytes: [UInt8], at position: Int, width: Int) -> UInt64 {
    (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
}

func setting(_ value: UInt64, at position: Int, width: Int, in bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for index in 0..<width { bytes[position + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    return bytes
}

let someFileID = FileID(persistent: 0x1122_3344_5566_7788, volatile: 0x99AA_BBCC_DDEE_FF00)
/// ``someFileID`` on the wire.
let someFileIDHex = "8877665544332211 00ffeeddccbbaa99"
let someGUID = GUID(0x0011_2233, 0x4455, 0x6677, 0x8899_AABB_CCDD_EEFF)
/// ``someGUID`` on the wire: the first three parts little-endian.
let someGUIDHex = "33221100 5544 7766 8899aabbccddeeff"
/// 2020-01-01T00:00:00Z
let someTime = FileTime(rawValue: 132_223_104_000_000_000)
let someTimeHex = "0000056936c0d501"
