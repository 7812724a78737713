package import WireCoding

/// CHALLENGE_MESSAGE, the server's answer — [MS-NLMP] 2.2.1.2
package struct NTLMChallengeMessage: TokenDecodable, Equatable, Sendable {
    package var flags: NTLMFlags
    package var targetName: String
    /// 8 bytes.
    package var serverChallenge: [UInt8]
    package var targetInformation: TargetInformation

    package init(
        flags: NTLMFlags, targetName: String, serverChallenge: [UInt8], targetInformation: TargetInformation
    ) {
        self.flags = flags
        self.targetName = targetName
        self.serverChallenge = serverChallenge
        self.targetInformation = targetInformation
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectNTLM(.challenge)
        let targetNameField = try reader.ntlmField()
        flags = NTLMFlags(rawValue: try reader.integer())
        serverChallenge = try reader.array(8)
        try reader.skip(8)  // Reserved: MUST be ignored on receipt
        let informationField = try reader.ntlmField()
        targetName = UTF16Coding.string(from: try reader.ntlmPayload(targetNameField))
        var information = WireReader(try reader.slice(at: informationField.offset, count: informationField.count))
        targetInformation = try TargetInformation(parsing: &information)
    }

    package var bytes: [UInt8] {
        var message = NTLMPayloadWriter(.challenge)
        message.field(UTF16Coding.bytes(of: targetName))
        message.writer.integer(flags.rawValue)
        message.writer.append(serverChallenge)
        message.writer.zeros(8)
        message.field(targetInformation.bytes)
        message.writer.integer(NTLMMessage.version)
        return message.finish()
    }
}
