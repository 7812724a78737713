/// NTLMv2's one-way functions — [MS-NLMP] 3.3.2
enum NTLMv2Keys {
    /// NTOWFv2 (called ResponseKeyNT): 16 bytes. The user's name is made upper case, the domain's is taken as it was
    /// sent.
    static func responseKey(hash: NTHash, userName: String, domainName: String) throws(AuthenticationError) -> [UInt8] {
        try NTLMCryptography.shared.hmacMD5(
            key: hash.bytes, UTF16Coding.bytes(of: CaseFolding.upperCased(userName)), UTF16Coding.bytes(of: domainName))
    }

    /// NTProofStr: 16 bytes.
    static func proof(
        responseKey: [UInt8], serverChallenge: [UInt8], clientChallenge: [UInt8]
    ) throws(AuthenticationError) -> [UInt8] {
        try NTLMCryptography.shared.hmacMD5(key: responseKey, serverChallenge, clientChallenge)
    }

    /// SessionBaseKey, which in NTLMv2 is the KeyExchangeKey too: 16 bytes — [MS-NLMP] 3.4.5.1
    static func sessionBaseKey(responseKey: [UInt8], proof: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        try NTLMCryptography.shared.hmacMD5(key: responseKey, proof)
    }

    /// The MIC over the three messages, the last with zeros in the MIC's place — [MS-NLMP] 3.1.5.1.2
    static func mic(
        sessionKey: [UInt8], negotiate: [UInt8], challenge: [UInt8], authenticate: [UInt8]
    ) throws(AuthenticationError) -> [UInt8] {
        var authenticate = authenticate
        let range = NTLMAuthenticateMessage.micRange
        if authenticate.count >= range.upperBound {
            authenticate.replaceSubrange(range, with: repeatElement(0, count: range.count))
        }
        return try NTLMCryptography.shared.hmacMD5(key: sessionKey, negotiate, challenge, authenticate)
    }
}
