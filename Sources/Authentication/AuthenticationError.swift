package import WireCoding

/// Why an exchange of tokens ended without a user.
///
/// Closed, so that each door maps it to its own status codes in one exhaustive switch. A peer can cause every case but
/// `cryptographyUnavailable` and `cryptographyFailed`.
package enum AuthenticationError: Error, Equatable, Sendable {
    /// A token's bytes do not decode.
    case malformed(WireError)
    /// A token of the wrong kind for the state of the exchange, or a token after its end.
    case outOfSequence
    /// The peer insists on something that is not offered here.
    case unsupported(UnsupportedFeature)
    /// The peer is not who it claims to be, or may not come in.
    case logonFailure(LogonFailure)
    /// The cryptographic library lacks what NTLM needs: MD4 and RC4 are in OpenSSL's "legacy" provider.
    case cryptographyUnavailable
    /// The cryptographic library refused an operation that cannot fail by its contract.
    case cryptographyFailed
}

/// What a peer may ask for and not get.
package enum UnsupportedFeature: Equatable, Sendable {
    /// None of the mechanisms that the peer offers is NTLM.
    case mechanism
    /// Strings in an OEM code page instead of UTF-16.
    case oemStrings
    /// Integrity of the mechanism list under NTLM's session security of before NTLMv2.
    case oldSessionSecurity
}

/// Why a peer was refused. For logs: on the wire they are all the same.
package enum LogonFailure: Equatable, Sendable {
    case unknownUser
    case anonymousRefused
    case wrongPassword
    /// The user exists and has no password hash: nothing could be verified.
    case noPasswordHash
    /// NTLMv1 or LM, which are refused whatever they prove.
    case obsoleteResponse
    /// The NTLM message integrity code, or SPNEGO's mechListMIC, is wrong or missing: tokens were altered on the way.
    case integrityCheckFailed
}
