package import SMBCryptography
package import SMBMessages

/// What client and server have agreed upon — [MS-SMB2] 3.2.5.2
package struct Negotiated: Sendable {
    package let response: NegotiateResponse
    package let dialect: Dialect
    package let signingAlgorithm: SMBCryptography.SigningAlgorithm
    /// Nil when nothing can be sealed.
    package let cipher: SMBCipher?

    /// Refuses an answer that we have not asked for.
    init(_ response: NegotiateResponse, offered options: ClientOptions) throws(SMBClientError) {
        self.response = response
        dialect = response.dialectRevision
        guard options.dialects.contains(dialect) else {
            throw .protocolViolation("dialect \(dialect.rawValue) was not offered")
        }
        var algorithm: SMBCryptography.SigningAlgorithm = dialect >= .smb300 ? .aes128CMAC : .hmacSHA256
        let mayEncrypt3 = dialect >= .smb300 && dialect < .smb311 && response.capabilities.contains(.encryption)
        var cipher: SMBCipher? = mayEncrypt3 ? .aes128CCM : nil
        var hasIntegrity = dialect < .smb311
        for context in response.negotiateContexts {
            switch context {
            case .preauthIntegrity(let algorithms, _): hasIntegrity = algorithms == [.sha512]
            case .encryption(let ciphers):
                guard ciphers.count == 1 else { throw .protocolViolation("\(ciphers.count) ciphers") }
                // Zero: none of those that were offered.
                guard ciphers[0].rawValue != 0 else { continue }
                cipher = options.ciphers.first { $0.rawValue == ciphers[0].rawValue }
                guard cipher != nil else { throw .protocolViolation("a cipher that was not offered") }
            case .signing(let algorithms):
                let chosen = options.signingAlgorithms.first { $0.rawValue == algorithms.first?.rawValue }
                guard let chosen, algorithms.count == 1 else {
                    throw .protocolViolation("a signing algorithm that was not offered")
                }
                algorithm = chosen
            default: break
            }
        }
        guard hasIntegrity else { throw .protocolViolation("3.1.1 without preauthentication integrity") }
        signingAlgorithm = algorithm
        self.cipher = cipher
    }

    /// How many credits, and message ids, a request costs that carries so many bytes there or back — [MS-SMB2] 3.1.5.2
    package func charge(byteCount: Int) -> UInt16 {
        guard dialect > .smb202, byteCount > 65_536 else { return 1 }
        return UInt16(clamping: (byteCount - 1) / 65_536 + 1)
    }
}
