package import WireCoding

/// NTLMv2_RESPONSE and the NTLMv2_CLIENT_CHALLENGE in it — [MS-NLMP] 2.2.2.8, 2.2.2.7
package struct NTLMv2Response: TokenDecodable, Equatable, Sendable {
    /// 16 bytes.
    package var proof: [UInt8]
    /// FILETIME: the server's where it gave one, else the client's.
    package var timestamp: UInt64
    /// 8 bytes.
    package var clientChallenge: [UInt8]
    /// The server's target information, with what the client added.
    package var targetInformation: TargetInformation

    /// The proof and the fixed part of the client challenge. An NTLMv1 response has 24 bytes.
    static let minimumByteCount = 44

    package init(parsing reader: inout WireReader) throws(WireError) {
        proof = try reader.array(16)
        let version: UInt8 = try reader.integer()
        let highestVersion: UInt8 = try reader.integer()
        guard version == 1, highestVersion == 1 else {
            throw .unexpectedValue(field: "RespType", value: UInt64(version) << 8 | UInt64(highestVersion))
        }
        try reader.skip(6)
        timestamp = try reader.integer()
        clientChallenge = try reader.array(8)
        try reader.skip(4)
        targetInformation = try TargetInformation(parsing: &reader)
    }

    /// The client challenge alone: what the proof is made over, called `temp` in the specification.
    static func clientChallengeBytes(
        timestamp: UInt64, clientChallenge: [UInt8], targetInformation: TargetInformation
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.append([1, 1, 0, 0, 0, 0, 0, 0])
        writer.integer(timestamp)
        writer.append(clientChallenge)
        writer.zeros(4)
        targetInformation.write(to: &writer)
        writer.zeros(4)
        return writer.bytes
    }
}
