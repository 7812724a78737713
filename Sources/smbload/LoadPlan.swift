import SMBClient
import SMBCryptography
import SMBMessages
import WindowsTypes

/// What is to be done, and to whom.
struct LoadPlan {
    var address: String
    var port: UInt16
    var share: String
    var user: SMBClient.User
    var workload: Workload
    var connections: Int
    /// Requests under way on each connection.
    var depth: Int
    /// Bytes a read or write, and of a listing's buffer.
    var blockSize: Int
    var fileSize: UInt64
    var seconds: Double
    var entries: Int
    var dialect: Dialect
    /// Nil leaves messages unsigned.
    var signing: SMBCryptography.SigningAlgorithm?
    /// Nil leaves messages unsealed.
    var cipher: SMBCipher?
    var seed: UInt64

    let file = "smbload.dat"
    let directory = "smbload.dir"

    var blocks: UInt64 { max(1, fileSize / UInt64(max(1, blockSize))) }

    /// Where the request begins that a connection sends after `serial` others, in bytes.
    func offset(_ serial: UInt64) -> UInt64 {
        guard workload.isRandom else { return serial % blocks * UInt64(blockSize) }
        var random = SystemLikeGenerator(seed: seed &+ serial)
        _ = random.next(below: blocks)
        return random.next(below: blocks) * UInt64(blockSize)
    }

    /// How many requests are made before the clock starts: enough for 2.5 GB, or 100,000 requests, a second.
    var preparedCount: Int {
        Int(min(4.5e9 / Double(max(1, blockSize)), 100_000) * seconds / Double(connections)) + depth
    }

    /// A connection that is logged in and has its tree.
    func connect() throws(SMBClientError) -> SMBClient {
        let options = ClientOptions(
            dialects: [dialect], signingAlgorithms: signing.map { [$0] } ?? [.aes128GMAC, .aes128CMAC, .hmacSHA256],
            ciphers: cipher.map { [$0] } ?? [])
        let client = try SMBClient(address: address, port: port, options: options)
        if let signing, client.negotiated.signingAlgorithm != signing {
            throw .protocolViolation("the server signs with \(client.negotiated.signingAlgorithm) only")
        }
        if let cipher, client.negotiated.cipher != cipher {
            throw .protocolViolation("the server does not seal with \(cipher)")
        }
        let most = Int(min(client.negotiated.response.maxReadSize, client.negotiated.response.maxWriteSize))
        guard !workload.movesData || blockSize <= most else {
            throw .protocolViolation("the server takes blocks of \(most) bytes at most")
        }
        try client.logIn(user, signing: signing != nil, sealing: cipher != nil)
        try client.connectTree(share)
        return client
    }

    /// Makes what the load needs to be there.
    func prepare() throws(SMBClientError) {
        let client = try connect()
        switch workload {
        case .read, .sequentialRead, .write, .sequentialWrite: try fill(client)
        case .open, .stat: try client.close(try client.create(file, disposition: .openIf).fileID)
        case .list: try populate(client)
        case .echo, .login, .createDelete: break
        }
    }

    private func fill(_ client: SMBClient) throws(SMBClientError) {
        let made = try client.create(file, disposition: .openIf)
        let step = min(1 << 20, Int(client.negotiated.response.maxWriteSize))
        let data = (0..<step).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var offset = made.endOfFile / UInt64(step) * UInt64(step)
        while offset < fileSize {
            _ = try client.write(made.fileID, at: offset, data)
            offset += UInt64(step)
        }
        try client.close(made.fileID)
    }

    private func populate(_ client: SMBClient) throws(SMBClientError) {
        let made = try client.create(
            directory, access: 0x0012_0089, disposition: .openIf, options: .directoryFile, attributes: .directory)
        try client.close(made.fileID)
        for index in 0..<entries {
            let digits = String(index)
            let name = "\(directory)\\file" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".txt"
            try client.close(try client.create(name, disposition: .openIf).fileID)
        }
    }
}
