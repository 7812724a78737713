import SMBCryptography
package import SMBMessages
import WindowsTypes

/// What NEGOTIATE has agreed on for one connection — [MS-SMB2] 3.3.1.7
package struct Terms {
    package var dialect: Dialect = .smb202
    /// What the client asked for, for FSCTL_VALIDATE_NEGOTIATE_INFO; nil after an SMB1 NEGOTIATE, which says nothing of
    /// it.
    var request: NegotiateRequest?
    /// What the server said of itself.
    var capabilities: Capabilities = []
    /// CreditCharge counts: a request may use several ids, one for each 64 KiB.
    var supportsMultiCredit = false
    /// MaxTransactSize, MaxReadSize and MaxWriteSize, in bytes.
    package var maximumTransferBytes = Self.oneCreditBytes
    var signing: SMBCryptography.SigningAlgorithm = .hmacSHA256
    /// Nil where the client cannot seal.
    var cipher: SMBCipher?
    /// The client speaks the SMB3 POSIX extensions.
    package var isPosixNegotiated = false

    /// What one credit pays for — [MS-SMB2] 3.1.5.2
    static let oneCreditBytes = 65536

    /// The dialects that this server has, the highest first.
    static let dialects: [Dialect] = [.smb311, .smb302, .smb300, .smb210, .smb202]

    /// SHA-512 over all that was said before the keys were made goes into them.
    var hashesPreauthentication: Bool { dialect == .smb311 }

    /// "If … Channel is equal to SMB2_CHANNEL_RDMA_V1 or SMB2_CHANNEL_RDMA_V1_INVALIDATE and … the underlying Connection is
    /// not RDMA" — [MS-SMB2] 3.3.5.12, 3.3.5.13: here none is, and data travels in READ and WRITE themselves. Before
    /// dialect 3.0 the field means nothing.
    ///
    /// - Throws: INVALID_PARAMETER for any channel, also one that nobody knows.
    func requireInlineData(_ channel: DataChannel) throws(SMBFailure) {
        guard channel == .none || dialect < .smb300 else { throw SMBFailure(.invalidParameter) }
    }
}
