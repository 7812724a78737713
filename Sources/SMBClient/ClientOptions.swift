package import SMBCryptography
package import SMBMessages

/// What a client offers when it negotiates.
package struct ClientOptions: Sendable {
    package var dialects: [Dialect]
    /// SMB2_SIGNING_CAPABILITIES of dialect 3.1.1, most preferred first; none leaves the context out.
    package var signingAlgorithms: [SMBCryptography.SigningAlgorithm]
    /// SMB2_ENCRYPTION_CAPABILITIES of dialect 3.1.1, most preferred first; none leaves the context out, and 3.0's
    /// capability too.
    package var ciphers: [SMBCipher]
    package var securityMode: SecurityMode
    package var capabilities: Capabilities
    /// How long one read or write of the socket may take.
    package var timeoutSeconds: Int

    package static let allDialects: [Dialect] = [.smb202, .smb210, .smb300, .smb302, .smb311]

    package init(
        dialects: [Dialect] = Self.allDialects,
        signingAlgorithms: [SMBCryptography.SigningAlgorithm] = [.aes128GMAC, .aes128CMAC, .hmacSHA256],
        ciphers: [SMBCipher] = [.aes128GCM, .aes128CCM, .aes256GCM, .aes256CCM],
        securityMode: SecurityMode = .signingEnabled, capabilities: Capabilities = .largeMTU, timeoutSeconds: Int = 30
    ) {
        self.dialects = dialects
        self.signingAlgorithms = signingAlgorithms
        self.ciphers = ciphers
        self.securityMode = securityMode
        self.capabilities = capabilities
        self.timeoutSeconds = timeoutSeconds
    }

    /// SMB2_GLOBAL_CAP_ENCRYPTION says in 3.0 and 3.0.2 what the context says in 3.1.1 — [MS-SMB2] 3.2.4.2.2.2
    var announcedCapabilities: Capabilities {
        let speaks3 = dialects.contains { $0 >= .smb300 }
        return speaks3 && !ciphers.isEmpty ? capabilities.union(.encryption) : capabilities
    }

    func negotiateContexts(salt: [UInt8]) -> [NegotiateContext] {
        guard dialects.contains(.smb311) else { return [] }
        var contexts: [NegotiateContext] = [.preauthIntegrity(hashAlgorithms: [.sha512], salt: salt)]
        if !ciphers.isEmpty { contexts.append(.encryption(ciphers: ciphers.map { Cipher(rawValue: $0.rawValue) })) }
        if !signingAlgorithms.isEmpty {
            contexts.append(
                .signing(algorithms: signingAlgorithms.map { SMBMessages.SigningAlgorithm(rawValue: $0.rawValue) }))
        }
        return contexts
    }
}
