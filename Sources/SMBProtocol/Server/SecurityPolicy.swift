/// Whether what is sent must carry a signature — [MS-SMB2] 3.3.1.5's RequireMessageSigning
package enum SigningPolicy: String, Sendable, CaseIterable {
    /// Sessions that have a key must sign. Guests have none.
    case required
    /// Who signs gets signed answers, and a client that demands it is held to it.
    case enabled
    /// As ``enabled``, but nobody is held to anything: for clients that announce more than they do. What dialect 3.1.1
    /// demands stays demanded.
    case off
}

/// Whether what is sent must be sealed — [MS-SMB2] 3.3.1.5's EncryptData and RejectUnencryptedAccess
///
/// Whatever stands here, a client of the 3.x dialects that seals a request gets a sealed answer.
package enum EncryptionPolicy: String, Sendable, CaseIterable {
    /// What is not sealed is refused; clients that cannot seal are kept out.
    case required
    /// Clients that can are told to seal, and held to it; the others may go on in clear.
    case preferred
    /// Nobody is told to.
    case off
}
