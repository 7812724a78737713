import Authentication
package import SMBCryptography
package import SMBMessages
package import WindowsTypes
import WireCoding

/// A small SMB2 client that sees the server from outside only: for tests, benches and readiness. It speaks every dialect,
/// signs with every algorithm and seals with every cipher.
///
/// Blocking, one request at a time, for use by one thread. What it needs of speed the load generator has, on top of the connection
/// that this class sets up.
package final class SMBClient {
    package let transport: Transport
    package let options: ClientOptions
    package let negotiated: Negotiated
    package internal(set) var sessionID = SessionID.none
    package internal(set) var sessionFlags: SessionFlags = []
    package internal(set) var treeID = TreeID.none
    package internal(set) var shareFlags: ShareFlags = []
    /// The session's. Nil until it has any, which guests and nobodies never have.
    package internal(set) var keys: SessionKeys?
    /// This connection's: where it was bound to the session it has a key of its own.
    package internal(set) var signer: MessageSigner?
    package internal(set) var cipher: MessageCipher?
    /// Every request is signed. Where a session has keys and 3.1.1 is spoken, TREE_CONNECT always is.
    package var signs = false
    /// Every request is sealed, and then not signed.
    package var seals = false
    package internal(set) var nextMessageID: UInt64 = 0
    /// What the server has granted and we have not used.
    package internal(set) var credits: Int
    package let clientGUID: GUID
    /// Of the connection: what a session's hash begins with.
    let preauthHash: PreauthIntegrityHash

    /// Who logs in.
    package enum User: Sendable {
        case password(name: String, password: String)
        case anonymous
    }

    /// Connects and negotiates.
    ///
    /// - Parameter clientGUID: the same for all connections that are to share a session; nil for one of its own.
    package init(
        address: String, port: UInt16, options: ClientOptions = ClientOptions(), clientGUID: GUID? = nil
    ) throws(SMBClientError) {
        self.options = options
        transport = try Transport(address: address, port: port, timeoutSeconds: options.timeoutSeconds)
        let random = SecureRandom.bytes(16)
        let clientGUID = clientGUID ?? GUID(
            first: random[..<8].reduce(0) { $0 << 8 | UInt64($1) }, second: random[8...].reduce(0) { $0 << 8 | UInt64($1) })
        self.clientGUID = clientGUID
        let request = NegotiateRequest(
            securityMode: options.securityMode, capabilities: options.announcedCapabilities, clientGUID: clientGUID,
            dialects: options.dialects, negotiateContexts: options.negotiateContexts(salt: SecureRandom.bytes(32)))
        var writer = WireWriter()
        SMB2Header(command: .negotiate, credits: 64, messageID: MessageID(rawValue: 0)).write(to: &writer)
        request.write(to: &writer)
        try transport.send(writer.bytes)
        let message = try transport.receive()
        let header = try Self.header(of: message)
        guard header.status == .success else { throw .status(header.status) }
        negotiated = try Negotiated(try Self.parse(NegotiateResponse.self, message), offered: options)
        var hash = PreauthIntegrityHash()
        hash.update(with: writer.bytes.span.bytes)
        hash.update(with: message.span.bytes)
        preauthHash = hash
        nextMessageID = 1
        credits = Int(header.credits)
    }

    /// Connects to a share by its bare name.
    package func connectTree(_ share: String) throws(SMBClientError) {
        let request = TreeConnectRequest(path: Array("\\\\server\\\(share)".utf8))
        // The server ends the connection otherwise — [MS-SMB2] 3.3.5.7
        let mustSign = negotiated.dialect == .smb311 && signer != nil
        let (header, message) = try exchange(.treeConnect, mustSign: mustSign) { request.write(to: &$0) }
        guard header.status == .success else { throw .status(header.status) }
        treeID = header.treeID
        shareFlags = try parse(TreeConnectResponse.self, message).shareFlags
        if shareFlags.contains(.encryptData) {
            guard cipher != nil else { throw .protocolViolation("the share wants to be sealed, and we have no key") }
            seals = true
        }
    }

    package func parse<Body: SMB2Body>(_ type: Body.Type, _ message: [UInt8]) throws(SMBClientError) -> Body {
        try Self.parse(type, message)
    }

    static func parse<Body: SMB2Body>(_ type: Body.Type, _ message: [UInt8]) throws(SMBClientError) -> Body {
        do throws(WireError) {
            return try Body(message: message.span.bytes)
        } catch {
            throw .malformed(error)
        }
    }

    static func header(of message: [UInt8]) throws(SMBClientError) -> SMB2Header {
        do throws(WireError) {
            var reader = WireReader(message.span.bytes)
            return try SMB2Header(parsing: &reader)
        } catch {
            throw .malformed(error)
        }
    }
}
