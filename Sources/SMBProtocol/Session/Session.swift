package import Authentication
package import SMBCryptography
package import SMBMessages

/// One log-in — [MS-SMB2] 3.3.1.8.
///
/// Belongs to the event loop of its connection; once a second connection is bound to it, to whoever runs both of them,
/// one at a time (``ConnectionHost/join(_:key:)``).
package final class Session {
    package enum State {
        /// SESSION_SETUP is under way; nothing else is taken.
        case inProgress
        case valid
        /// To be authenticated again before anything else but LOGOFF and CLOSE.
        case expired
    }

    package let id: SessionID
    /// The connection that it began on, or that took its place: numbers and counts are kept there.
    ///
    /// Held until the session or the connection is closed, which every connection is in the end.
    var home: Connection
    /// The other connections that are bound to it — Session.ChannelList, [MS-SMB2] 3.3.1.8
    var channels: [Channel] = []
    package internal(set) var state: State = .inProgress
    /// Nil until the first log-in has succeeded.
    package internal(set) var user: AuthenticatedUser?
    /// Of the home connection. Nil for guests and the anonymous user, who have no secret.
    package internal(set) var signer: MessageSigner?
    package internal(set) var isSigningRequired = false
    /// Nil where the client cannot seal, and for those without a secret.
    package internal(set) var cipher: MessageCipher?
    /// Session.EncryptData: what is not sealed is refused.
    package internal(set) var requiresSealing = false
    /// How requests have come.
    var protection = SessionProtection()
    /// Over what was said until the keys are made, in dialect 3.1.1.
    var preauthentication: PreauthIntegrityHash
    /// The client is a Mac that has asked for its own fields in listings (AAPL).
    package internal(set) var readsAppleAttributes = false
    /// The exchange that is under way.
    var exchange: SPNEGOServer?
    var trees: [TreeID: TreeConnection] = [:]
    /// By the volatile half of their handles.
    var opens: [UInt64: SMBOpen] = [:]
    var pipes: [UInt64: PipeOpen] = [:]
    /// When it expires, in 100 ns since 1601; nil never.
    var expiry: UInt64?

    /// Another connection of the session's, with a signing key of its own — [MS-SMB2] 3.3.1.14
    struct Channel {
        let connection: Connection
        let signer: MessageSigner
    }

    /// Signs what goes over a connection.
    @inline(__always)
    func signer(on connection: Connection) -> MessageSigner? {
        home === connection ? signer : channels.first { $0.connection === connection }?.signer
    }

    /// What status tells of it, but for the shares.
    var status: SessionStatus {
        SessionStatus(
            id: id.rawValue, user: user?.name ?? "", isSigned: isSigningRequired || protection.isSigned,
            isEncrypted: requiresSealing || protection.isSealed)
    }

    /// All connections that the session's requests may come over.
    var connections: [Connection] { [home] + channels.map(\.connection) }

    package init(id: SessionID, home: Connection, preauthentication: PreauthIntegrityHash = PreauthIntegrityHash()) {
        self.id = id
        self.home = home
        self.preauthentication = preauthentication
    }
}
