import Authentication
package import SMBCryptography
package import SMBMessages
import WindowsTypes
package import WireCoding

/// A small SMB2 client that sees the server from outside only: for tests, benches and readiness.
///
/// Blocking, one request at a time, for use by one thread. What it needs of speed the load generator has, on top of the connection
/// that this class sets up.
package final class SMBClient {
    package let transport: Transport
    package private(set) var negotiated: NegotiateResponse
    package private(set) var sessionID = SessionID.none
    package private(set) var sessionFlags: SessionFlags = []
    package private(set) var treeID = TreeID.none
    /// Signs what is sent, when the session signs.
    package private(set) var signer: MessageSigner?
    package private(set) var nextMessageID: UInt64 = 0
    /// What the server has granted and we have not used.
    package private(set) var credits = 1
    private let clientGUID: GUID

    /// Who logs in.
    package enum User: Sendable {
        case password(name: String, password: String)
        case anonymous
    }

    /// Connects and negotiates.
    ///
    /// - Parameter dialects: what is offered.
    package init(
        address: String, port: UInt16, dialects: [Dialect] = [.smb202], timeoutSeconds: Int = 30
    ) throws(SMBClientError) {
        transport = try Transport(address: address, port: port, timeoutSeconds: timeoutSeconds)
        let random = SecureRandom.bytes(16)
        clientGUID = GUID(
            first: random[..<8].reduce(0) { $0 << 8 | UInt64($1) }, second: random[8...].reduce(0) { $0 << 8 | UInt64($1) })
        negotiated = NegotiateResponse(
            securityMode: [], dialectRevision: .smb202, serverGUID: clientGUID, maxTransactSize: 0, maxReadSize: 0,
            maxWriteSize: 0, systemTime: .zero, securityBuffer: [])
        let request = NegotiateRequest(
            securityMode: .signingEnabled, capabilities: .largeMTU, clientGUID: clientGUID, dialects: dialects)
        let (header, message) = try exchange(.negotiate, request)
        guard header.status == .success else { throw .status(header.status) }
        negotiated = try parse(NegotiateResponse.self, message)
    }

    /// Logs in with NTLMv2 through SPNEGO.
    ///
    /// - Parameter signing: sign every request from now on. Without effect for guests, who have no key.
    package func logIn(_ user: User, signing: Bool = false) throws(SMBClientError) {
        let credentials: NTLMCredentials
        do throws(AuthenticationError) {
            switch user {
            case .anonymous: credentials = .anonymous
            case .password(let name, let password):
                credentials = .user(name: name, domain: "", hash: try NTHash(password: password))
            }
        } catch {
            throw .authentication(error)
        }
        var client = SPNEGOClient(NTLMClient(credentials))
        var token: [UInt8]? = client.initialToken
        var flags: SessionFlags = []
        while let current = token {
            let request = SessionSetupRequest(
                flags: [], securityMode: .signingEnabled, capabilities: [], previousSessionID: .none, securityBuffer: current)
            let (header, message) = try exchange(.sessionSetup, request)
            guard header.status == .success || header.status == .moreProcessingRequired else {
                throw .status(header.status)
            }
            sessionID = header.sessionID
            let response = try parse(SessionSetupResponse.self, message)
            flags = response.sessionFlags
            if header.status == .success, response.securityBuffer.isEmpty { break }
            do throws(AuthenticationError) {
                token = try client.step(response.securityBuffer)
            } catch {
                throw .authentication(error)
            }
            if header.status == .success { break }
        }
        sessionFlags = flags
        guard signing, flags.isDisjoint(with: [.isGuest, .isNull]), let key = client.sessionKey else { return }
        do throws(CryptographyError) {
            signer = try MessageSigner(.hmacSHA256, key: key.bytes)
        } catch {
            throw .protocolViolation("no signing key: \(error)")
        }
    }

    /// Connects to a share by its bare name.
    package func connectTree(_ share: String) throws(SMBClientError) {
        let (header, _) = try exchange(.treeConnect, TreeConnectRequest(path: Array("\\\\server\\\(share)".utf8)))
        guard header.status == .success else { throw .status(header.status) }
        treeID = header.treeID
    }

    // MARK: Requests

    /// Sends one request and waits for its final answer.
    ///
    /// - Returns: the answer's header, whatever its status, and the whole message.
    package func exchange(
        _ command: Command, _ body: some SMB2Body
    ) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        try exchange(command) { body.write(to: &$0) }
    }

    package func exchange(
        _ command: Command, writing body: (inout WireWriter) -> Void
    ) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        let identifier = takeMessageID()
        try transport.send(frame(command, identifier, body))
        return try answer(to: identifier)
    }

    /// Builds one signed frame without sending it.
    package func frame(
        _ command: Command, _ identifier: MessageID, _ body: (inout WireWriter) -> Void
    ) throws(SMBClientError) -> [UInt8] {
        var writer = WireWriter()
        let header = SMB2Header(
            command: command, flags: signer == nil ? [] : .signed,
            creditCharge: negotiated.dialectRevision > .smb202 ? 1 : 0, credits: 64, messageID: identifier, treeID: treeID,
            sessionID: sessionID)
        header.write(to: &writer)
        body(&writer)
        if let signer {
            guard signer.sign(&writer.bytes, in: 0..<writer.bytes.count) else {
                throw .protocolViolation("the request could not be signed")
            }
        }
        return writer.bytes
    }

    package func takeMessageID() -> MessageID {
        defer { nextMessageID += 1 }
        credits -= 1
        return MessageID(rawValue: nextMessageID)
    }

    /// Waits for the final answer to one request; interim answers pass by.
    package func answer(to identifier: MessageID) throws(SMBClientError) -> (header: SMB2Header, message: [UInt8]) {
        while true {
            let message = try transport.receive()
            let header: SMB2Header
            do throws(WireError) {
                var reader = WireReader(message.span.bytes)
                header = try SMB2Header(parsing: &reader)
            } catch {
                throw .malformed(error)
            }
            credits += Int(header.credits)
            guard header.messageID == identifier else { continue }
            if header.status == .pending, header.asyncID != nil { continue }
            if let signer, header.status != .userSessionDeleted {
                guard signer.verify(message.span.bytes) else { throw .protocolViolation("a wrong signature") }
            }
            return (header, message)
        }
    }

    package func parse<Body: SMB2Body>(_ type: Body.Type, _ message: [UInt8]) throws(SMBClientError) -> Body {
        do throws(WireError) {
            return try Body(message: message.span.bytes)
        } catch {
            throw .malformed(error)
        }
    }
}
