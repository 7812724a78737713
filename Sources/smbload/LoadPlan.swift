import SMBClient
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
    var signs: Bool
    var seed: UInt64

    let file = "smbload.dat"
    let directory = "smbload.dir"

    var blocks: UInt64 { max(1, fileSize / UInt64(max(1, blockSize))) }

    /// A connection that is logged in and has its tree.
    func connect() throws(SMBClientError) -> SMBClient {
        let client = try SMBClient(address: address, port: port, dialects: [.smb202])
        try client.logIn(user, signing: signs)
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
        let step = 65_536
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
