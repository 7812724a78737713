import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@Suite("Hostile input")
struct HostileInputTests {
    /// A trap would end the process: that it does not is what is tested here. The seed stands on standard error.
    @Test("no mutation of a message makes a decoder trap")
    func messages() {
        let inputs = corpus + allFixtures.map { (name: $0.name, bytes: $0.message) }
        var accepted = 0
        let count = HostileRun().forEachInput(of: inputs, label: "messages") { _, bytes in
            if (try? AnyMessage.decode(bytes)) != nil { accepted += 1 }
        }
        #expect(count > inputs.count)
        // Where everything is refused the mutations are too coarse to reach the decoders.
        #expect(accepted > count / 20)
    }

    @Test("no mutation makes the body decoders trap")
    func bodies() {
        let inputs = allFixtures.map { (name: $0.name, bytes: $0.message) }
        let decoders = Dictionary(allFixtures.map { ($0.name, $0.decode) }, uniquingKeysWith: { first, _ in first })
        HostileRun().forEachInput(of: inputs, label: "bodies") { name, bytes in
            _ = try? decoders[name]?(bytes)
        }
    }

    @Test("a run repeats from its seed")
    func repeatable() {
        let input: [UInt8] = Array(0..<100)
        var first = SeededGenerator(seed: 7)
        var second = SeededGenerator(seed: 7)
        var other = SeededGenerator(seed: 8)
        let firstRun = (0..<50).map { _ in mutate(input, using: &first) }
        #expect(firstRun == (0..<50).map { _ in mutate(input, using: &second) })
        #expect(firstRun != (0..<50).map { _ in mutate(input, using: &other) })
    }
}
