import Authentication
import SMBCryptography
package import SMBMessages
import WindowsTypes

extension SMBClient {
    /// Makes this connection another channel of a session that has keys, and takes over its tree connect — [MS-SMB2]
    /// 3.2.4.1.7, 3.2.5.3.3
    ///
    /// - Parameters:
    ///   - session: another one than `other`'s, and `signed` false: for what a server has to refuse.
    ///   - channel: a number that no other connection of the session has: under one key no nonce may come twice.
    package func bind(
        to other: SMBClient, as user: User, channel: UInt32 = 1, session: SessionID? = nil, signed: Bool = true
    ) throws(SMBClientError) {
        var client = SPNEGOClient(NTLMClient(try credentials(of: user)))
        var hash = preauthHash
        sessionID = session ?? other.sessionID
        do {
            // "…signed with Session.SigningKey", which all channels know.
            if let keys = other.keys { signer = try MessageSigner(other.negotiated.signingAlgorithm, key: keys.signing) }
        } catch {
            throw .protocolViolation("no keys: \(error)")
        }
        let last = try authenticate(&client, &hash, flags: .binding, mustSign: signed)
        guard let sessionKeys = other.keys, let key = client.sessionKey else {
            throw .protocolViolation("bound to a session without a key")
        }
        do throws(CryptographyError) {
            let own = try SessionKeys(schedule(hash), sessionKey: key.bytes, cipher: nil)
            signer = try MessageSigner(negotiated.signingAlgorithm, key: own.signing)
            if let algorithm = negotiated.cipher {
                cipher = try MessageCipher(
                    algorithm, sealingKey: sessionKeys.clientToServer, openingKey: sessionKeys.serverToClient,
                    channel: channel)
            }
        } catch {
            throw .protocolViolation("no keys: \(error)")
        }
        guard signer?.verify(last.span.bytes) == true else {
            throw .protocolViolation("the last response is not signed with the channel's key")
        }
        keys = sessionKeys
        sessionFlags = try parse(SessionSetupResponse.self, last).sessionFlags
        (treeID, shareFlags, signs, seals) = (other.treeID, other.shareFlags, other.signs, other.seals)
    }
}
