package import WireCoding

/// AUTHENTICATE_MESSAGE, the client's proof — [MS-NLMP] 2.2.1.3
package struct NTLMAuthenticateMessage: TokenDecodable, Equatable, Sendable {
    package var flags: NTLMFlags
    package var domainName: String
    package var userName: String
    package var workstation: String
    /// Not looked at: whoever sends NTLMv2 need not send LMv2, and nobody else is let in.
    package var lmResponse: [UInt8]
    package var ntResponse: [UInt8]
    /// Empty, or 16 bytes.
    package var encryptedSessionKey: [UInt8]
    /// The 16 bytes at ``micRange``, where no payload lies there; whether they mean anything, MsvAvFlags tells.
    package var mic: [UInt8]?

    /// Where the MIC lies, in bytes from the start of the message.
    static let micRange = 72..<88

    package init(
        flags: NTLMFlags, domainName: String, userName: String, workstation: String, lmResponse: [UInt8],
        ntResponse: [UInt8], encryptedSessionKey: [UInt8], mic: [UInt8]?
    ) {
        self.flags = flags
        self.domainName = domainName
        self.userName = userName
        self.workstation = workstation
        self.lmResponse = lmResponse
        self.ntResponse = ntResponse
        self.encryptedSessionKey = encryptedSessionKey
        self.mic = mic
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectNTLM(.authenticate)
        let lm = try reader.ntlmField()
        let nt = try reader.ntlmField()
        let domain = try reader.ntlmField()
        let user = try reader.ntlmField()
        let station = try reader.ntlmField()
        let key = try reader.ntlmField()
        flags = NTLMFlags(rawValue: try reader.integer())
        lmResponse = try reader.ntlmPayload(lm)
        ntResponse = try reader.ntlmPayload(nt)
        domainName = UTF16Coding.string(from: try reader.ntlmPayload(domain))
        userName = UTF16Coding.string(from: try reader.ntlmPayload(user))
        workstation = UTF16Coding.string(from: try reader.ntlmPayload(station))
        encryptedSessionKey = try reader.ntlmPayload(key)
        guard encryptedSessionKey.isEmpty || encryptedSessionKey.count == 16 else {
            throw .unexpectedValue(field: "EncryptedRandomSessionKeyLen", value: UInt64(encryptedSessionKey.count))
        }
        let fields = [lm, nt, domain, user, station, key].filter { $0.count > 0 }
        if fields.allSatisfy({ $0.offset >= Self.micRange.upperBound }),
            reader.bytes.byteCount >= Self.micRange.upperBound
        {
            mic = try reader.slice(at: Self.micRange.lowerBound, count: Self.micRange.count).array
        } else {
            mic = nil
        }
    }

    /// The message with ``mic``, or zeros in its place.
    package var bytes: [UInt8] {
        var message = NTLMPayloadWriter(.authenticate)
        message.field(lmResponse)
        message.field(ntResponse)
        message.field(UTF16Coding.bytes(of: domainName))
        message.field(UTF16Coding.bytes(of: userName))
        message.field(UTF16Coding.bytes(of: workstation))
        message.field(encryptedSessionKey)
        message.writer.integer(flags.rawValue)
        message.writer.integer(NTLMMessage.version)
        message.writer.append(mic ?? [UInt8](repeating: 0, count: Self.micRange.count))
        return message.finish()
    }
}
