import Foundation
import HostileInput
@testable import RemoteProcedures
import Testing

@Suite("Hostile conversations")
struct HostileConversationTests {
    /// What rpcclient and smbclient 4.17 have written to pipes.
    static let corpus: [(name: String, bytes: [UInt8])] = {
        do {
            return try loadCorpus(directory: Bundle.module.resourcePath.map { $0 + "/Corpus" } ?? "Corpus")
        } catch {
            return []
        }
    }()

    private static func pipe(of name: String) -> String { name.contains("wkssvc") ? "wkssvc" : "srvsvc" }

    private static func isBind(_ bytes: [UInt8]) -> Bool { bytes.count > 2 && bytes[2] == 11 }

    @Test("what clients have sent is answered, and never with a fault")
    func captures() throws {
        #expect(Self.corpus.count >= 6)
        for (name, bytes) in Self.corpus {
            var conversation = Conversation(Self.pipe(of: name))
            if Self.isBind(bytes) {
                let packets = try conversation.exchange(bytes)
                #expect(try packets[0].acknowledgment.results.first == .accepted(.ndr), "\(name)")
            } else {
                try conversation.bind(
                    Self.pipe(of: name) == "wkssvc" ? WorkstationService.identifier : ServerService.identifier)
                #expect(try conversation.exchange(bytes).map(\.header.kind) == [.response], "\(name)")
            }
        }
    }

    @Test("every truncation waits for more, or ends the conversation")
    func truncations() throws {
        for (name, bytes) in Self.corpus {
            for count in 0..<bytes.count {
                var conversation = Conversation(Self.pipe(of: name))
                #expect(try conversation.exchange(Array(bytes[..<count])).isEmpty)
                #expect(conversation.association.bufferedBytes == count)
            }
        }
    }

    /// A trap would end the process: that it does not is what is tested here. The seed stands on standard error.
    @Test("no mutation makes it trap, answer without end, or keep what it should not")
    func mutations() throws {
        let limits = AssociationLimits()
        var answered = 0
        let count = HostileRun().forEachInput(of: Self.corpus, label: "conversations") { name, bytes in
            var conversation = Conversation(Self.pipe(of: name))
            if !Self.isBind(bytes) {
                _ = try? conversation.bind(
                    Self.pipe(of: name) == "wkssvc" ? WorkstationService.identifier : ServerService.identifier)
            }
            conversation.association.write(bytes)
            conversation.association.write(bytes)
            if conversation.association.unreadMessages > 0 { answered += 1 }
            let bound = limits.unreadBytes + limits.argumentBytes + 2 * bytes.count
            #expect(conversation.association.bufferedBytes <= bound)
        }
        #expect(answered > count / 20)
    }
}
