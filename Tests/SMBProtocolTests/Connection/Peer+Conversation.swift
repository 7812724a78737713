import Authentication
import FileSystemCore
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

/// How a conversation begins, and what is said about files.
extension Peer {
    @discardableResult
    func negotiate(_ dialects: [Dialect] = [.smb202]) throws -> Reply {
        try negotiate(Self.request(dialects))
    }

    /// Negotiates and takes over what was chosen.
    @discardableResult
    func negotiate(_ body: NegotiateRequest) throws -> Reply {
        let message = message(.negotiate, body, credits: 8)
        let reply = try #require(try send(message).first)
        guard reply.status == .success else { return reply }
        let response: NegotiateResponse = try reply.body()
        clientGUID = body.clientGUID
        dialect = response.dialectRevision
        if dialect >= .smb300 { signing = .aes128CMAC }
        if dialect < .smb311, response.capabilities.contains(.encryption) { cipherName = .aes128CCM }
        for context in response.negotiateContexts {
            switch context {
            case .signing(let algorithms): signing = try #require(.init(rawValue: algorithms.first?.rawValue ?? 99))
            case .encryption(let ciphers): cipherName = SMBCipher(rawValue: ciphers.first?.rawValue ?? 0)
            default: break
            }
        }
        if dialect == .smb311 {
            preauthentication.update(with: message.span.bytes)
            preauthentication.update(with: reply.bytes.span.bytes)
        }
        return reply
    }

    /// What a client sends that offers these dialects, with everything that it can.
    static func request(
        _ dialects: [Dialect], mode: SecurityMode = .signingEnabled,
        signing: [SMBMessages.SigningAlgorithm] = [.aesGMAC, .aesCMAC, .hmacSHA256],
        ciphers: [Cipher] = [.aes128GCM, .aes128CCM]
    ) -> NegotiateRequest {
        var contexts: [NegotiateContext] = [.preauthIntegrity(hashAlgorithms: [.sha512], salt: [1, 2, 3, 4])]
        if !ciphers.isEmpty { contexts.append(.encryption(ciphers: ciphers)) }
        if !signing.isEmpty { contexts.append(.signing(algorithms: signing)) }
        let is3 = dialects.contains { $0 >= .smb300 }
        return NegotiateRequest(
            securityMode: mode, capabilities: is3 ? [.largeMTU, .encryption, .multiChannel] : [], dialects: dialects,
            negotiateContexts: dialects.contains(.smb311) ? contexts : [])
    }

    /// Logs in and returns the last response.
    @discardableResult
    func logIn(
        _ name: String? = "alice", password: String = TestServer.password, mode: SecurityMode = .signingEnabled,
        signs: Bool = true, previous: SessionID = .none, flags: SessionSetupFlags = []
    ) throws -> Reply {
        let credentials: NTLMCredentials =
            try name.map { .user(name: $0, domain: "", hash: try NTHash(password: password)) } ?? .anonymous
        var client = SPNEGOClient(NTLMClient(credentials))
        var token = client.initialToken
        var hash = preauthentication
        while true {
            let message = message(
                .sessionSetup,
                SessionSetupRequest(
                    flags: flags, securityMode: mode, previousSessionID: previous, securityBuffer: token), credits: 16
            )
            var replies = try send(message)
            // A request to bind waits until both connections run together.
            if flags.contains(.binding), replies.isEmpty { replies = try settle() }
            guard let reply = replies.first, replies.count == 1 else { throw NoReply(count: replies.count) }
            hash.update(with: message.span.bytes)
            if reply.status == .moreProcessingRequired { hash.update(with: reply.bytes.span.bytes) }
            sessionID = reply.header.sessionID
            guard reply.status == .success || reply.status == .moreProcessingRequired else { return reply }
            let body: SessionSetupResponse = try reply.body()
            let next = try client.step(body.securityBuffer)
            if reply.status == .success {
                if signs, body.sessionFlags.isDisjoint(with: [.isGuest, .isNull]), let key = client.sessionKey,
                    signer == nil || flags.contains(.binding)
                {
                    let keys = try keys(key, hash)
                    // A channel seals with the session's keys.
                    if !flags.contains(.binding) {
                        cipher = try cipherName.map {
                            try MessageCipher($0, sealingKey: keys.clientToServer, openingKey: keys.serverToClient)
                        }
                    }
                    signer = try MessageSigner(signing, key: keys.signing)
                }
                return reply
            }
            guard let next else { return reply }
            token = next
        }
    }

    private func keys(_ key: SessionKey, _ hash: PreauthIntegrityHash) throws -> SessionKeys {
        let schedule: SessionKeys.Schedule =
            dialect == .smb311 ? .dialect311(hash) : dialect >= .smb300 ? .dialect30 : .dialect2
        return try SessionKeys(schedule, sessionKey: key.bytes, cipher: cipherName)
    }

    /// Makes this connection a channel of another's session, and returns the last response.
    func bind(
        to other: Peer, as name: String = "alice", password: String = TestServer.password
    ) throws -> Reply {
        sessionID = other.sessionID
        treeID = other.treeID
        signer = other.signer
        cipher = other.cipher
        return try logIn(name, password: password, flags: .binding)
    }

    @discardableResult
    func connect(_ share: String = "export") throws -> Reply {
        let reply = try request(.treeConnect, TreeConnectRequest(path: Array("\\\\server\\\(share)".utf8)))
        if reply.status == .success { treeID = reply.header.treeID }
        return reply
    }

    /// All the way to a tree connect.
    static func connected(
        to server: TestServer, as name: String? = "alice", signs: Bool = false, dialect: Dialect = .smb202
    ) throws -> Peer {
        let peer = Peer(server)
        try peer.negotiate([dialect])
        try peer.logIn(name, signs: signs)
        try peer.connect()
        return peer
    }

    // MARK: Files

    static func create(
        _ name: String, access: UInt32 = 0x0012_019F, share: ShareAccess = [.read, .write, .delete],
        disposition: SMBMessages.CreateDisposition = .openIf, options: CreateOptions = []
    ) -> CreateRequest {
        CreateRequest(
            desiredAccess: access, shareAccess: share, createDisposition: disposition, createOptions: options,
            name: Array(name.utf8))
    }

    func open(_ name: String, options: CreateOptions = []) throws -> FileID {
        let reply = try request(.create, Self.create(name, options: options))
        guard reply.status == .success else { throw Refused(status: reply.status) }
        return try reply.body(CreateResponse.self).fileID
    }

    struct Refused: Error { let status: NTStatus }
}
