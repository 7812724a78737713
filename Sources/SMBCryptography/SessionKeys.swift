/// The keys of a session — [MS-SMB2] 3.1.4.2, 3.2.5.3.1, 3.3.5.5.3
package struct SessionKeys: Equatable, Sendable {
    /// What the dialect demands.
    package enum Schedule: Equatable, Sendable {
        /// 2.0.2 and 2.1: the session key signs, nothing is sealed.
        case dialect2
        /// 3.0 and 3.0.2.
        case dialect30
        /// 3.1.1, with the session's hash (that of the second channel, when one is bound).
        case dialect311(PreauthIntegrityHash)
    }

    /// Session.SigningKey, or Channel.SigningKey of a channel that is bound; 16 bytes.
    package let signing: [UInt8]
    /// What the client seals with and the server opens with. Empty in dialects 2.x, and without a cipher.
    package let clientToServer: [UInt8]
    /// What the server seals with and the client opens with. Empty in dialects 2.x, and without a cipher.
    package let serverToClient: [UInt8]
    /// Session.ApplicationKey, for whoever speaks over a named pipe; 16 bytes.
    package let application: [UInt8]

    /// - Parameters:
    ///   - sessionKey: as the authentication gave it, whole; not empty. The first 16 bytes are Session.SessionKey, all
    ///     of them Session.FullSessionKey.
    ///   - cipher: what seals; nil when nothing does.
    package init(_ schedule: Schedule, sessionKey full: [UInt8], cipher: SMBCipher?) throws(CryptographyError) {
        guard !full.isEmpty else { throw .wrongKeyLength(expected: 16) }
        let key = full.count >= 16 ? Array(full.prefix(16)) : full + [UInt8](repeating: 0, count: 16 - full.count)
        func derive(_ label: String, _ context: [UInt8]) throws(CryptographyError) -> [UInt8] {
            try KeyDerivation.key(from: key, label: Self.terminated(label), context: context)
        }
        func deriveSealing(_ label: String, _ context: [UInt8]) throws(CryptographyError) -> [UInt8] {
            guard let cipher else { return [] }
            // "If the cipher is one of the AES-256 ones, Ko is Session.FullSessionKey", and the key has 256 bits.
            return try KeyDerivation.key(
                from: cipher.keyByteCount == 32 ? full : key, label: Self.terminated(label), context: context,
                byteCount: cipher.keyByteCount)
        }
        switch schedule {
        case .dialect2:
            (signing, application, clientToServer, serverToClient) = (key, key, [], [])
        case .dialect30:
            signing = try derive("SMB2AESCMAC", Self.terminated("SmbSign"))
            // The blank behind ServerIn belongs to it.
            clientToServer = try deriveSealing("SMB2AESCCM", Self.terminated("ServerIn "))
            serverToClient = try deriveSealing("SMB2AESCCM", Self.terminated("ServerOut"))
            application = try derive("SMB2APP", Self.terminated("SmbRpc"))
        case .dialect311(let hash):
            guard hash.value.count == PreauthIntegrityHash.byteCount else { throw .libraryFailure }
            signing = try derive("SMBSigningKey", hash.value)
            clientToServer = try deriveSealing("SMBC2SCipherKey", hash.value)
            serverToClient = try deriveSealing("SMBS2CCipherKey", hash.value)
            application = try derive("SMBAppKey", hash.value)
        }
    }

    /// Labels and contexts carry their terminating zero.
    private static func terminated(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}
