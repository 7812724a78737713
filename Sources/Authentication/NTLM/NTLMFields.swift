import WireCoding

/// What the three messages have in common — [MS-NLMP] 2.2
enum NTLMMessage {
    /// "NTLMSSP" and a zero.
    static let signature: [UInt8] = [0x4E, 0x54, 0x4C, 0x4D, 0x53, 0x53, 0x50, 0]

    enum Kind: UInt32 {
        case negotiate = 1
        case challenge = 2
        case authenticate = 3
    }

    /// The VERSION that we send: of no consequence to anybody — [MS-NLMP] 2.2.2.10
    static let version: UInt64 = 0x0F00_0000_0000_0106

    static func begins(_ bytes: RawSpan) -> Bool {
        signature.indices.allSatisfy { bytes[checked: $0] == signature[$0] }
    }
}

/// A length, a length to be ignored, and an offset from the start of the message.
struct NTLMField: Equatable {
    var count: Int
    var offset: Int
}

extension WireReader {
    /// Reads the signature and the message type, and refuses any but the expected ones.
    @_lifetime(self: copy self)
    mutating func expectNTLM(_ kind: NTLMMessage.Kind) throws(WireError) {
        let signature = try array(NTLMMessage.signature.count)
        guard signature == NTLMMessage.signature else { throw .invalid("the NTLM signature is missing") }
        let type: UInt32 = try integer()
        guard type == kind.rawValue else { throw .unexpectedValue(field: "MessageType", value: UInt64(type)) }
    }

    @_lifetime(self: copy self)
    mutating func ntlmField() throws(WireError) -> NTLMField {
        let count: UInt16 = try integer()
        try skip(2)  // MaxLen: MUST be ignored on receipt
        let offset: UInt32 = try integer()
        return NTLMField(count: Int(count), offset: Int(offset))
    }

    func ntlmPayload(_ field: NTLMField) throws(WireError) -> [UInt8] {
        try slice(at: field.offset, count: field.count).array
    }
}

/// Collects payloads behind a message's fixed part and patches their fields.
struct NTLMPayloadWriter {
    var writer: WireWriter
    private var pending: [(position: Int, bytes: [UInt8])] = []

    init(_ kind: NTLMMessage.Kind) {
        writer = WireWriter()
        writer.append(NTLMMessage.signature)
        writer.integer(kind.rawValue)
    }

    mutating func field(_ bytes: [UInt8]) {
        pending.append((writer.count, bytes))
        writer.zeros(8)
    }

    /// The whole message. Payloads longer than a field can say are cut: only our own configuration could hold such.
    consuming func finish() -> [UInt8] {
        for (position, bytes) in pending {
            let count = UInt16(clamping: bytes.count)
            writer.patch(count, at: position)
            writer.patch(count, at: position + 2)
            writer.patch(UInt32(clamping: writer.count), at: position + 4)
            writer.append(Array(bytes.prefix(Int(count))))
        }
        return writer.bytes
    }
}
