import FileSystemCore
import SMBClient
import SMBCryptography
import SMBMessages
import SMBProtocol
import SMBServer
import Testing
import WindowsTypes
import WireCoding

/// How a session is guarded, and what of it the client offers.
struct Guard: Sendable, CustomTestStringConvertible {
    var dialect: Dialect
    var signing: SMBCryptography.SigningAlgorithm?
    var cipher: SMBCipher?

    var testDescription: String {
        let what = cipher.map { "\($0)" } ?? signing.map { "\($0)" } ?? "plain"
        return "\(String(dialect.rawValue, radix: 16)), \(what)"
    }

    static let all: [Guard] =
        ClientOptions.allDialects.map { Guard(dialect: $0) }
        + [
            Guard(dialect: .smb202, signing: .hmacSHA256), Guard(dialect: .smb210, signing: .hmacSHA256),
            Guard(dialect: .smb300, signing: .aes128CMAC), Guard(dialect: .smb302, signing: .aes128CMAC),
            Guard(dialect: .smb300, cipher: .aes128CCM), Guard(dialect: .smb302, cipher: .aes128CCM),
        ]
        + SMBCryptography.SigningAlgorithm.allCases.map { Guard(dialect: .smb311, signing: $0) }
        + SMBCipher.allCases.map { Guard(dialect: .smb311, cipher: $0) }

    func client(of live: LiveServer) throws -> SMBClient {
        let options = ClientOptions(
            dialects: [dialect], signingAlgorithms: signing.map { [$0] } ?? [], ciphers: cipher.map { [$0] } ?? [],
            timeoutSeconds: 20)
        let client = try SMBClient(address: "127.0.0.1", port: live.port, options: options)
        try client.logIn(
            .password(name: "alice", password: "secret"), signing: signing != nil, sealing: cipher != nil)
        try client.connectTree("export")
        return client
    }
}

@Suite("Every dialect on real sockets", .serialized)
struct DialectTests {
    @Test("large transfers come back as they went", arguments: Guard.all, [false, true])
    func transfers(way: Guard, blocks: Bool) throws {
        let live = try LiveServer(blocks: blocks, encryption: .preferred)
        defer { live.server.stop(grace: .seconds(1)) }
        let client = try way.client(of: live)
        #expect(client.negotiated.dialect == way.dialect)
        if let signing = way.signing { #expect(client.negotiated.signingAlgorithm == signing) }
        #expect(client.negotiated.cipher == way.cipher)
        #expect(client.seals == (way.cipher != nil))
        let most = way.dialect == .smb202 ? 65_536 : 1 << 20
        #expect(Int(client.negotiated.response.maxReadSize) >= most)
        #expect(Int(client.negotiated.response.maxWriteSize) >= most)
        let file = try client.create("large", disposition: .create).fileID
        let data = ServerTests.pattern(3 * most + 4321, 5)
        for start in stride(from: 0, to: data.count, by: most) {
            let part = Array(data[start..<min(data.count, start + most)])
            #expect(try client.write(file, at: UInt64(start), part) == part.count)
        }
        for count in [1, 4096, 65_536, most] {
            #expect(try client.read(file, at: 77, count: count) == Array(data[77..<77 + count]))
        }
        #expect(try client.read(file, at: UInt64(3 * most), count: most) == Array(data[(3 * most)...]))
        #expect(try client.read(file, at: UInt64(data.count), count: most).isEmpty)
        try client.close(file)
        try client.echo()
        try client.logOff()
        #expect(live.fileSystem.openCount == 0)
    }

    @Test("a frame that was tampered with ends the connection, and nothing of it is done", arguments: SMBCipher.allCases)
    func tampered(cipher: SMBCipher) throws {
        let live = try LiveServer(encryption: .preferred)
        defer { live.server.stop(grace: .seconds(1)) }
        let way = Guard(dialect: .smb311, cipher: cipher)
        for place in [4, 20, 44, 60, 100] {
            let client = try way.client(of: live)
            let file = try client.create("t", disposition: .openIf).fileID
            let request = WriteRequest(dataLength: 5, offset: 0, fileID: file)
            var frame = try client.frame(.write, client.takeMessageID()) {
                request.write(data: [1, 2, 3, 4, 5].span.bytes, to: &$0)
            }
            frame[place] ^= 0x40
            try client.transport.send(frame)
            #expect(isClosedByServer(client.transport), "byte \(place)")
        }
        let client = try way.client(of: live)
        #expect(try client.create("t", disposition: .open).endOfFile == 0)
    }

    @Test("requests of other algorithms are not accepted for those of the session")
    func wrongSignature() throws {
        let live = try LiveServer()
        defer { live.server.stop(grace: .seconds(1)) }
        for algorithm in SMBCryptography.SigningAlgorithm.allCases {
            let client = try Guard(dialect: .smb311, signing: algorithm).client(of: live)
            var frame = try client.frame(.echo, client.takeMessageID()) { EchoRequest().write(to: &$0) }
            frame[50] ^= 1
            try client.transport.send(frame)
            // It is not signed: it carries the signature that was refused.
            let answer = try client.transport.receive()
            var reader = WireReader(answer.span.bytes)
            #expect(try SMB2Header(parsing: &reader).status == .accessDenied)
            #expect(answer[48..<64] == frame[48..<64])
        }
    }
}
