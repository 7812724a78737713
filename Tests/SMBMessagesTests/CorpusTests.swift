import Foundation
import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

/// The committed messages: what real programs sent, and what they never do.
let corpus = (try? loadCorpus(directory: Bundle.module.resourcePath.map { $0 + "/Corpus" } ?? "Corpus")) ?? []

/// What was recorded a moment ago, in the directory that `DITTOFS_CAPTURES` names (test_capture.py sets it).
let recorded: [(name: String, bytes: [UInt8])] = {
    guard let directory = ProcessInfo.processInfo.environment["DITTOFS_CAPTURES"] else { return [] }
    // A directory that cannot be read, or holds no message, is to fail and not to pass for an empty one.
    guard let found = try? loadCorpus(directory: directory), !found.isEmpty else { return [("nothing recorded", [])] }
    return found.map { ("recorded \($0.name)", $0.bytes) }
}()

@Suite("Messages of real programs")
struct CorpusTests {
    @Test("the corpus is there")
    func present() {
        for sender in ["smbclient-", "smbtorture-", "cifs-", "smbprotocol-", "windows-"] {
            #expect(corpus.contains { $0.name.hasPrefix(sender) }, "\(sender)")
        }
        #expect(otherLayouts.isSubset(of: corpus.map(\.name)))
    }

    /// smbtorture sends a LOCK without locks, to see it refused.
    static let refused = ["lock-request-1", "smbtorture-311-lock-request"]
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
        "our encoder writes the same body",
        arguments: corpus.map(\.name).filter { !refused.contains($0) && !otherLayouts.contains($0) })
    func encodesTheSame(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        guard let outcome = try AnyMessage.decode(bytes), let body = outcome.body else { return }
        #expect(body == Self.received(bytes, outcome))
    }

    /// The body without the padding that leads to the next message of a compound.
    private static func received(_ bytes: [UInt8], _ outcome: AnyMessage.Outcome) -> [UInt8] {
        let body = Array(bytes.dropFirst(SMB2Header.byteCount))
        guard outcome.header.nextCommand != 0, let encoded = outcome.body, body.count > encoded.count,
            body.count < encoded.count + 8
        else { return body }
        return Array(body.prefix(encoded.count))
    }

    @Test("another layout is another", arguments: otherLayouts.sorted())
    func isOtherLayout(name: String) throws {
        let bytes = try #require(corpus.first { $0.name == name }).bytes
        let outcome = try #require(try AnyMessage.decode(bytes))
        #expect(try #require(outcome.body) != Self.received(bytes, outcome))
    }

    @Test(
        "what we write means the same: decoded again, it is written the same",
        arguments: (corpus + recorded).map(\.name).filter { !refused.contains($0) })
    func meansTheSame(name: String) throws {
        let bytes = try #require((corpus + recorded).first { $0.name == name }).bytes
        guard let first = try AnyMessage.decode(bytes), let body = first.body else { return }
        let again = try AnyMessage.decode(bytes.prefix(SMB2Header.byteCount) + body)
        #expect(again == first)
    }
}
