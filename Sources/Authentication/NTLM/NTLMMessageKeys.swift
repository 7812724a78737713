/// Which way a message goes.
enum NTLMDirection: Sendable {
    case clientToServer
    case serverToClient
}

/// The keys of NTLM's session security with NTLMv2 — [MS-NLMP] 3.4.5
///
/// Only the first message of each direction is ever signed here, for SPNEGO's mechListMIC: so the sequence number is
/// always 0 and the RC4 stream always begins anew.
struct NTLMMessageKeys: Equatable, Sendable {
    private let sessionKey: [UInt8]
    private let flags: NTLMFlags

    /// Nil without extended session security: what there was before it is not implemented.
    init?(sessionKey: [UInt8], flags: NTLMFlags) {
        guard flags.contains(.extendedSessionSecurity), sessionKey.count == 16 else { return nil }
        self.sessionKey = sessionKey
        self.flags = flags
    }

    /// SIGNKEY — [MS-NLMP] 3.4.5.2
    func signingKey(_ direction: NTLMDirection) throws(AuthenticationError) -> [UInt8] {
        try derive(from: sessionKey, direction, purpose: "signing")
    }

    /// SEALKEY: weakened to 7 or 5 bytes before it is hashed where 128 bits were not negotiated — [MS-NLMP] 3.4.5.3
    func sealingKey(_ direction: NTLMDirection) throws(AuthenticationError) -> [UInt8] {
        let strength = flags.contains(.key128) ? 16 : flags.contains(.key56) ? 7 : 5
        return try derive(from: Array(sessionKey.prefix(strength)), direction, purpose: "sealing")
    }

    /// NTLMSSP_MESSAGE_SIGNATURE of a message with the sequence number 0 — [MS-NLMP] 2.2.2.9.2, 3.4.4.2
    func signature(of message: [UInt8], _ direction: NTLMDirection) throws(AuthenticationError) -> [UInt8] {
        let sequenceNumber: [UInt8] = [0, 0, 0, 0]
        let code = try NTLMCryptography.shared.hmacMD5(key: signingKey(direction), sequenceNumber, message)
        var checksum = Array(code.prefix(8))
        if flags.contains(.keyExchange) {
            checksum = try NTLMCryptography.shared.rc4(key: sealingKey(direction), checksum)
        }
        return [1, 0, 0, 0] + checksum + sequenceNumber
    }

    private func derive(
        from key: [UInt8], _ direction: NTLMDirection, purpose: String
    ) throws(AuthenticationError) -> [UInt8] {
        let way =
            switch direction {
            case .clientToServer: "client-to-server"
            case .serverToClient: "server-to-client"
            }
        let constant = "session key to \(way) \(purpose) key magic constant"
        return try NTLMCryptography.shared.md5(key, Array(constant.utf8) + [0])
    }
}
