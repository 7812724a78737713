import ArgumentParser
import Glibc
import SMBClient

/// A load generator for SMB2 servers, at every dialect: one thread, frames that are made once.
@main
struct SMBLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smbload", abstract: "Put an SMB2 server under load and print what it did as one line of JSON.")

    @Argument(help: "What to do.") var workload: Workload
    @Option(help: "The server's numeric address.") var address = "127.0.0.1"
    @Option(help: "The server's port.") var port: UInt16 = 12445
    @Option(help: "The share's name.") var share = "export"
    @Option(help: "Who logs in; nobody is anonymous.") var user = ""
    @Option(help: "The user's password.") var password = ""
    @Option(help: "Connections.") var connections = 1
    @Option(help: "Requests under way on each connection.") var depth = 1
    @Option(help: "Bytes of a read, a write, or a listing's buffer.") var block = 4096
    @Option(help: "Bytes of the file that is read and written.") var size: UInt64 = 64 << 20
    @Option(help: "Seconds of load.") var seconds = 3.0
    @Option(help: "Entries of the directory that is listed.") var entries = 10_000
    @Option(help: "The seed of random offsets.") var seed: UInt64 = 1
    @Option(help: "The dialect: 2.0.2, 2.1, 3.0, 3.0.2 or 3.1.1.") var dialect = LoadDialect.smb202
    @Flag(help: "Sign every request.") var sign = false
    @Option(help: "Sign with this: hmac, cmac or gmac. The dialect's own otherwise.") var signing: LoadSigning?
    @Option(help: "Seal every request with this: aes-128-gcm, aes-128-ccm, aes-256-gcm or aes-256-ccm.")
    var cipher: LoadCipher?
    @Flag(help: "Only make what the load needs.") var prepareOnly = false

    func validate() throws {
        guard connections > 0, connections <= 4096, depth > 0, depth <= 1024 else {
            throw ValidationError("1 to 4096 connections and a depth of 1 to 1024, please")
        }
        guard block > 0, block <= 8 << 20, seconds > 0 else { throw ValidationError("a block of 1 byte to 8 MiB, please") }
    }

    func run() throws {
        let plan = LoadPlan(
            address: address, port: port, share: share,
            user: user.isEmpty ? .anonymous : .password(name: user, password: password), workload: workload,
            connections: connections, depth: depth, blockSize: block, fileSize: size, seconds: seconds, entries: entries,
            dialect: dialect.value, signing: signing?.value ?? (sign ? dialect.defaultSigning : nil), cipher: cipher?.value,
            seed: seed)
        try plan.prepare()
        guard !prepareOnly else { return }
        let (result, elapsed) = workload == .login ? try logInRepeatedly(plan) : try load(plan)
        print(result.json(plan, seconds: elapsed))
        if result.errors > 0 { throw ExitCode(3) }
    }

    /// Connect, log in, connect the tree, hang up; one after the other.
    private func logInRepeatedly(_ plan: LoadPlan) throws -> (LoadResult, Double) {
        var result = LoadResult()
        let computed = LoadClock.cpuSeconds()
        let start = LoadClock.now()
        let end = start + UInt64(seconds * 1e9)
        while LoadClock.now() < end {
            let began = LoadClock.now()
            _ = try plan.connect()
            result.finish(from: began, to: LoadClock.now())
        }
        result.cpuSeconds = LoadClock.cpuSeconds() - computed
        return (result, Double(LoadClock.now() - start) / 1e9)
    }

    private func load(_ plan: LoadPlan) throws -> (LoadResult, Double) {
        let all = try (0..<plan.connections).map { try LoadConnection(plan, number: $0, client: try plan.connect()) }
        var interests = all.map { pollfd(fd: $0.client.transport.descriptor, events: Int16(POLLIN), revents: 0) }
        let computed = LoadClock.cpuSeconds()
        let start = LoadClock.now()
        let end = start + UInt64(seconds * 1e9)
        for connection in all { try connection.start(now: start) }
        while LoadClock.now() < end {
            guard poll(&interests, nfds_t(interests.count), 100) > 0 else { continue }
            for (index, connection) in all.enumerated() where interests[index].revents != 0 {
                if interests[index].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { try connection.receive() }
                try connection.flush()
                interests[index].events = Int16(connection.hasOutput ? POLLIN | POLLOUT : POLLIN)
            }
        }
        let elapsed = Double(LoadClock.now() - start) / 1e9
        var result = LoadResult()
        for connection in all { result.add(connection.result) }
        result.cpuSeconds = LoadClock.cpuSeconds() - computed
        return (result, elapsed)
    }
}
