import Authentication
import SMBCryptography
import SMBMessages
import WindowsTypes

/// What a connection must know of a session to be bound to it, wherever that runs — [MS-SMB2] 3.3.5.5
///
/// `@unchecked Sendable`: the session is touched only by who runs together with its connections.
struct SessionOffer: @unchecked Sendable {
    let session: Session
    /// Of the session's home.
    var host: any ConnectionHost
    let dialect: Dialect
    let clientGUID: GUID
    let cipher: SMBCipher?
    let signing: SMBCryptography.SigningAlgorithm
    /// Session.SigningKey, with which the request to bind is signed.
    let signingKey: [UInt8]

    init(_ session: Session, host: any ConnectionHost, terms: Terms, signingKey: [UInt8]) {
        self.session = session
        self.host = host
        dialect = terms.dialect
        clientGUID = terms.request?.clientGUID ?? .zero
        cipher = terms.cipher
        signing = terms.signing
        self.signingKey = signingKey
    }
}

/// A log-in that is to make a connection a channel of somebody's session.
struct Binding {
    var exchange: SPNEGOServer
    /// In dialect 3.1.1: Connection.PreauthSession — [MS-SMB2] 3.3.1.7
    var preauthentication: PreauthIntegrityHash

    init(_ connection: Connection) {
        exchange = SPNEGOServer(connection.server.authentication)
        preauthentication = connection.preauthentication
    }
}
