import Foundation
import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// The committed messages: what real programs sent, and what they never do.
let corpus: [(name: String, bytes: [UInt8])] = {
    do {
        return try loadCorpus(directory: Bundle.module.resourcePath.map { $0 + "/Corpus" } ?? "Corpus")
    } catch {
        return []
    }
}()

@Suite("Messages of real programs")
struct CorpusTests {
    @Test("the corpus is there")
    func present() {
        #expect(corpus.count > 50)
    }

    /// smbtorture sends a LOCK without locks, to see it refused.
    static let refused = ["lock-request-1", "smbtorture-311-lock-request"]
    /// Where our encoder's layout is another, and as good.
    static let differing = [
        // smbd leaves an old byte where an error has no data.
        "error-change-notify-00000103", "smbclient-311-write-response-00000103",
        "smbtorture-311-change-notify-response-00000103",
        // smbd tells no place where there is no data.
        "smbtorture-311-change-notify-response-0000010c",
        // smbclient leaves the data's wanted place to the server.
        "read-request", "smbclient-311-read-request",
        // smbclient fills a name up to a multiple of four bytes.
        "smbclient-311-create-request",
        // smbtorture tells no place for the output that a request has not.
        "smbtorture-311-ioctl-request-001440f2",
        // Windows tells a place for the channel's information that a request has not.
        "windows-published-write-request-30", "windows-published-write-request-311",
    ]

    @Test("every one decodes", arguments: corpus.map(\.name).filter { !refused.contains($0) })
    func decodes(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        _ = try AnyMessage.decode(bytes)
    }

    @Test("what no decoder accepts", arguments: refused)
    func refuses(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        #expect(throws: WireError.self) { _ = try AnyMessage.decode(bytes) }
    }

    @Test(
        "our encoder writes the same body", arguments: corpus.map(\.name).filter { !(refused + differing).contains($0) }
    )
    func encodesTheSame(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        guard let body = try AnyMessage.decode(bytes)?.body else { return }
        #expect(body == Array(bytes.dropFirst(SMB2Header.byteCount)))
    }

    @Test(
        "what we write means the same: decoded again, it is written the same",
        arguments: corpus.map(\.name).filter { !refused.contains($0) })
    func meansTheSame(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        guard let first = try AnyMessage.decode(bytes), let body = first.body else { return }
        let again = try AnyMessage.decode(bytes.prefix(SMB2Header.byteCount) + body)
        #expect(again == first)
    }
}
