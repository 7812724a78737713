import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes

@Suite("Dialects 2.0.2 to 3.1.1 — [MS-SMB2] 3.3.5.4")
struct DialectTests {
    static let all: [Dialect] = [.smb202, .smb210, .smb300, .smb302, .smb311]

    @Test("the highest that both have is answered, with what it can", arguments: all)
    func highest(dialect: Dialect) throws {
        let peer = Peer(try TestServer(dialects: .smb202...dialect))
        let reply = try peer.negotiate(Self.all)
        let body: NegotiateResponse = try reply.body()
        #expect(body.dialectRevision == dialect)
        #expect(body.capabilities.contains(.largeMTU) == (dialect >= .smb210))
        #expect(body.capabilities.contains(.encryption) == (dialect == .smb300 || dialect == .smb302))
        let promised: Capabilities = [.dfs, .leasing, .directoryLeasing, .persistentHandles, .notifications]
        #expect(body.capabilities.isDisjoint(with: promised))
        #expect(body.negotiateContexts.isEmpty == (dialect != .smb311))
        #expect(peer.connection.dialect == dialect)
        #expect(try peer.logIn().status == .success)
    }

    @Test("below the lowest nothing is spoken")
    func lowest() throws {
        let peer = Peer(try TestServer(dialects: .smb300...(.smb302)))
        #expect(try peer.negotiate([.smb202, .smb210, .smb311]).status == .notSupported)
        #expect(try peer.send(NegotiateTests.smb1(["SMB 2.002"])).isEmpty)
    }

    @Test("everybody signs at every dialect, and is understood", arguments: all)
    func signs(dialect: Dialect) throws {
        let server = try TestServer(signing: .required)
        let peer = try Peer.connected(to: server, signs: true, dialect: dialect)
        let file = try peer.open("a.txt")
        let data = [UInt8](repeating: 5, count: 20_000)
        let write = WriteRequest(dataLength: data.count, offset: 0, fileID: file)
        try peer.send(peer.message(.write, { write.write(data: data.span.bytes, to: &$0) }))
        let reply = try peer.request(.read, ReadRequest(length: 20_000, offset: 0, fileID: file))
        #expect(reply.status == .success && peer.isSigned(reply))
        #expect(try peer.request(.echo, EchoRequest(), signed: false).status == .accessDenied)
    }

    @Test(
        "the signing algorithm of 3.1.1 is the best that both have; CMAC where none is shared or none was offered",
        arguments: [
            ([.aesCMAC, .aesGMAC], SMBCryptography.SigningAlgorithm.aes128GMAC), ([.hmacSHA256, .aesCMAC], .aes128CMAC),
            ([.hmacSHA256], .hmacSHA256), ([.init(rawValue: 77)], .aes128CMAC), ([], .aes128CMAC),
        ] as [([SMBMessages.SigningAlgorithm], SMBCryptography.SigningAlgorithm)])
    func algorithm(offered: [SMBMessages.SigningAlgorithm], expected: SMBCryptography.SigningAlgorithm) throws {
        let peer = Peer(try TestServer())
        let reply = try peer.negotiate(Peer.request([.smb311], signing: offered))
        let contexts = try reply.body(NegotiateResponse.self).negotiateContexts
        #expect(contexts.contains { $0.type == 8 } == !offered.isEmpty)
        #expect(peer.connection.terms.signing == expected)
        #expect(peer.signing == expected)
        #expect(peer.isSigned(try peer.logIn()))
        #expect(peer.isSigned(try peer.connect()))
    }

    @Test(
        "the cipher of 3.1.1",
        arguments: [
            ([.aes128CCM, .aes256GCM, .aes128GCM], SMBCipher.aes128GCM), ([.aes256CCM, .aes256GCM], .aes256GCM),
            ([.aes128CCM], .aes128CCM), ([.aes256CCM], .aes256CCM), ([.init(rawValue: 9)], nil),
        ] as [([Cipher], SMBCipher?)])
    func cipher(offered: [Cipher], expected: SMBCipher?) throws {
        let peer = Peer(try TestServer())
        let reply = try peer.negotiate(Peer.request([.smb311], ciphers: offered))
        #expect(peer.connection.terms.cipher == expected)
        let contexts = try reply.body(NegotiateResponse.self).negotiateContexts
        #expect(contexts.contains(.encryption(ciphers: [Cipher(rawValue: expected?.rawValue ?? 0)])))
    }

    private static let hash = NegotiateContext.preauthIntegrity(hashAlgorithms: [.sha512], salt: [])
    private static let posix: [UInt8] = [
        0x93, 0xAD, 0x25, 0x50, 0x9C, 0xB4, 0x11, 0xE7, 0xB4, 0x23, 0x83, 0xDE, 0x96, 0x8B, 0xCD, 0x7C,
    ]

    @Test(
        "contexts that break their rules",
        arguments: [
            ([], .invalidParameter), ([hash, hash], .invalidParameter),
            ([.preauthIntegrity(hashAlgorithms: [], salt: [])], .invalidParameter),
            ([.preauthIntegrity(hashAlgorithms: [.init(rawValue: 2)], salt: [])], .smbNoPreauthIntegrityHashOverlap),
            ([hash, .encryption(ciphers: [])], .invalidParameter),
            ([hash, .encryption(ciphers: [.aes128GCM]), .encryption(ciphers: [.aes128GCM])], .invalidParameter),
            ([hash, .signing(algorithms: [])], .invalidParameter),
            ([hash, .compression(algorithms: [], flags: 0)], .invalidParameter),
            ([hash, .unknown(type: 0x77, data: [1]), .netname(Array("server".utf8))], .success),
            ([hash, .compression(algorithms: [.lz77], flags: 0)], .success),
        ] as [([NegotiateContext], NTStatus)])
    func contexts(contexts: [NegotiateContext], status: NTStatus) throws {
        let peer = Peer(try TestServer())
        let request = NegotiateRequest(dialects: [.smb311], negotiateContexts: contexts)
        let reply = try peer.negotiate(request)
        #expect(reply.status == status)
        guard status == .success else { return }
        // Only what was sent is answered, and nothing that is not spoken.
        #expect(try reply.body(NegotiateResponse.self).negotiateContexts.map(\.type) == [1])
    }

    @Test("the POSIX extensions are answered with their version, where the client has that")
    func posixExtensions() throws {
        for (data, expected) in [(Self.posix, true), ([UInt8](repeating: 3, count: 16) + Self.posix, true), ([1], false)] {
            let peer = Peer(try TestServer())
            let request = NegotiateRequest(
                dialects: [.smb311], negotiateContexts: [Self.hash, .unknown(type: 0x0100, data: data)])
            let contexts = try peer.negotiate(request).body(NegotiateResponse.self).negotiateContexts
            #expect(contexts.contains(.unknown(type: 0x0100, data: Self.posix)) == expected)
            #expect(peer.connection.isPosixNegotiated == expected)
        }
    }

    @Test("salts differ")
    func salt() throws {
        func salt() throws -> [UInt8] {
            let contexts = try Peer(try TestServer()).negotiate([.smb311]).body(NegotiateResponse.self).negotiateContexts
            guard case .preauthIntegrity(_, let salt)? = contexts.first else { return [] }
            return salt
        }
        let (one, two) = (try salt(), try salt())
        #expect(one.count == 32 && one != two)
    }

    @Test("a 3.1.1 TREE_CONNECT that is neither signed nor sealed ends the connection; a guest's does not")
    func treeConnect() throws {
        let server = try TestServer()
        let peer = Peer(server)
        try peer.negotiate([.smb311])
        try peer.logIn()
        let request = TreeConnectRequest(path: Array("\\\\s\\export".utf8))
        #expect(try peer.send(peer.message(.treeConnect, request, signed: false)).isEmpty)
        #expect(peer.connection.endReason == .unprotectedTreeConnect)
        let guest = Peer(server)
        try guest.negotiate([.smb311])
        try guest.logIn("stranger")
        #expect(try guest.connect().status == .success)
    }

    @Test("FSCTL_VALIDATE_NEGOTIATE_INFO repeats what was said, and ends a 3.1.1 connection", arguments: all)
    func validate(dialect: Dialect) throws {
        let server = try TestServer(dialects: .smb202...dialect)
        let peer = Peer(server)
        let request = Peer.request(Self.all)
        let negotiated = try peer.negotiate(request).body(NegotiateResponse.self)
        try peer.logIn()
        try peer.connect()
        let information = ValidateNegotiateInfoRequest(
            capabilities: request.capabilities, guid: request.clientGUID, securityMode: request.securityMode,
            dialects: request.dialects)
        let ioctl = IoctlRequest(ctlCode: .validateNegotiateInfo, input: information.bytes, maxOutputResponse: 24)
        let replies = try peer.send(peer.message(.ioctl, ioctl))
        guard dialect != .smb311 else {
            #expect(replies.isEmpty && peer.connection.endReason != nil)
            return
        }
        let reply = try #require(replies.first)
        #expect(peer.isSigned(reply))
        let answer = try ValidateNegotiateInfoResponse(bytes: try reply.body(IoctlResponse.self).output)
        #expect(answer.dialect == dialect)
        #expect(answer.capabilities == negotiated.capabilities)
        // A request that does not decode is refused, and the refusal is signed.
        let short = IoctlRequest(ctlCode: .validateNegotiateInfo, input: [1, 2, 3], maxOutputResponse: 24)
        let refusal = try peer.request(.ioctl, short)
        #expect(refusal.status == .invalidParameter && peer.isSigned(refusal))
    }

    @Test("data costs a credit for each 64 KiB from dialect 2.1 on", arguments: all)
    func charge(dialect: Dialect) throws {
        var limits = ServerLimits()
        limits.transferBytes = 1 << 20
        let peer = try Peer.connected(to: try TestServer(limits: limits), signs: true, dialect: dialect)
        let file = try peer.open("a")
        func read(_ length: UInt32, charge: UInt16) throws -> NTStatus {
            try peer.request(.read, ReadRequest(length: length, offset: 0, fileID: file), credits: 40, charge: charge)
                .status
        }
        let hasMulti = dialect >= .smb210
        #expect(try read(65536, charge: 0) == .endOfFile)
        #expect(try read(65537, charge: 1) == .invalidParameter)
        #expect(try read(65537, charge: hasMulti ? 2 : 1) == (hasMulti ? .endOfFile : .invalidParameter))
        #expect(try read(1 << 20, charge: hasMulti ? 16 : 1) == (hasMulti ? .endOfFile : .invalidParameter))
        #expect(try read((1 << 20) + 1, charge: hasMulti ? 17 : 1) == .invalidParameter)
    }

    @Test("a request may not use ids that it was not granted")
    func chargeBeyondWindow() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate([.smb210])
        let request = peer.message(.echo, EchoRequest(), charge: 60_000)
        #expect(try peer.send(request).isEmpty)
        #expect(peer.connection.endReason == .badMessageID(1))
    }
}
