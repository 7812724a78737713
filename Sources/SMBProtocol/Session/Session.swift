package import Authentication
package import SMBCryptography
package import SMBMessages

/// One log-in — [MS-SMB2] 3.3.1.8. Belongs to its connection's event loop.
package final class Session {
    package enum State {
        /// SESSION_SETUP is under way; nothing else is taken.
        case inProgress
        case valid
        /// To be authenticated again before anything else but LOGOFF and CLOSE.
        case expired
    }

    package let id: SessionID
    package internal(set) var state: State = .inProgress
    /// Nil until the first log-in has succeeded.
    package internal(set) var user: AuthenticatedUser?
    /// Nil for guests and the anonymous user, who have no secret.
    package internal(set) var signer: MessageSigner?
    package internal(set) var isSigningRequired = false
    /// Nil where the client cannot seal, and for those without a secret.
    package internal(set) var cipher: MessageCipher?
    /// Session.EncryptData: what is not sealed is refused.
    package internal(set) var requiresSealing = false
    /// Over what was said until the keys are made, in dialect 3.1.1.
    var preauthentication: PreauthIntegrityHash
    /// The exchange that is under way.
    var exchange: SPNEGOServer?
    var trees: [TreeID: TreeConnection] = [:]

    package init(id: SessionID, preauthentication: PreauthIntegrityHash = PreauthIntegrityHash()) {
        self.id = id
        self.preauthentication = preauthentication
    }
}
