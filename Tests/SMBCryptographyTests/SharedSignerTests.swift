import HostileInput
import Synchronization
import Testing

@testable import SMBCryptography

/// What is started and not yet called, and what came of it.
private final class Bench: Sendable {
    let started = Mutex<[@Sendable () -> Void]>([])
    let signatures = Mutex<[Int: [UInt8]?]>([:])

    var starter: SharedSigner.Starter { { work in self.started.withLock { $0.append(work) }; return true } }

    func job(
        _ number: Int, _ message: [UInt8], _ payload: [UInt8] = [], whileLent: @escaping @Sendable () -> Void = {}
    ) -> SharedSigner.Job {
        SharedSigner.Job { body in
            message.withUnsafeBytes { message in
                payload.withUnsafeBytes { payload in
                    whileLent()
                    body(message, payload)
                }
            }
        } done: { signature in
            self.signatures.withLock { signatures in
                #expect(signatures[number] == nil, "message \(number) is done twice")
                signatures[number] = signature?.bytes
                if signature == nil { signatures[number] = .some(nil) }
            }
        }
    }

    /// Calls what was started, in its order; false where there was nothing.
    func runOne() -> Bool {
        let work = started.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        work?()
        return work != nil
    }

    func runAll() { while runOne() {} }

    var count: Int { signatures.withLock { $0.count } }
}

@Suite("Signing for other threads")
struct SharedSignerTests {
    @Test("Every message gets the signature that its session's signer finds", arguments: SigningAlgorithm.allCases)
    func signatures(algorithm: SigningAlgorithm) throws {
        var random = SeededGenerator(seed: 7)
        let signer = try MessageSigner(algorithm, key: random.bytes(16))
        let bench = Bench()
        let messages = (0..<11).map { number in
            (random.bytes(64 + 13 * number), number % 2 == 0 ? [] : random.bytes(1000 * number))
        }
        for (number, message) in messages.enumerated() {
            #expect(signer.shared.submit(bench.job(number, message.0, message.1), start: bench.starter))
        }
        bench.runAll()
        for (number, message) in messages.enumerated() {
            let expected = signer.signature(ofBytes: message.0, followedBy: message.1)?.bytes
            let found = bench.signatures.withLock { $0[number] ?? nil }
            #expect(found != nil && found == expected, "message \(number)")
        }
    }

    @Test("A message without a header among others gets no signature, and the others theirs")
    func short() throws {
        let signer = try MessageSigner(.aes128CMAC, key: [UInt8](repeating: 3, count: 16))
        let bench = Bench()
        let whole = [UInt8](repeating: 9, count: 100)
        for (number, message) in [whole, [UInt8](whole.prefix(63)), whole].enumerated() {
            #expect(signer.shared.submit(bench.job(number, message), start: bench.starter))
        }
        bench.runAll()
        let expected = signer.signature(ofBytes: whole)?.bytes
        #expect(bench.signatures.withLock { $0 } == [0: expected, 1: nil, 2: expected])
    }

    @Test("Where no thread is to be had nothing happens")
    func noThread() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        let bench = Bench()
        let message = [UInt8](repeating: 9, count: 100)
        #expect(!signer.shared.submit(bench.job(0, message)) { _ in false })
        #expect(signer.shared.submit(bench.job(1, message), start: bench.starter))
        bench.runAll()
        #expect(bench.signatures.withLock { Array($0.keys) } == [1])
    }

    @Test(
        "One message waits for the thread that is at work, two do not, and none is forgotten",
        .enabled(if: LaneCodesTests.hasHMAC))
    func together() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        let shared = signer.shared
        let bench = Bench()
        let message = [UInt8](repeating: 9, count: 100)
        let seen = Mutex<[Int]>([])
        let first = bench.job(0, message) {
            // As if on other threads, while this one computes.
            #expect(shared.submit(bench.job(1, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
            #expect(shared.submit(bench.job(2, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
            #expect(shared.submit(bench.job(3, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
        }
        #expect(shared.submit(first, start: bench.starter))
        bench.runAll()
        #expect(seen.withLock { $0 } == [0, 2, 2])
        #expect(bench.count == 4)
    }

    @Test("Many threads at once do each message once")
    func threads() async throws {
        let signer = try MessageSigner(.aes128CMAC, key: [UInt8](repeating: 3, count: 16))
        let shared = signer.shared
        let bench = Bench()
        let expected = try #require(signer.signature(ofBytes: [UInt8](repeating: 9, count: 5000))?.bytes)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let job = bench.job(number, [UInt8](repeating: 9, count: 5000))
                #expect(shared.submit(job, start: bench.starter))
                group.addTask { _ = bench.runOne() }
            }
        }
        bench.runAll()
        #expect(bench.signatures.withLock { $0.values.allSatisfy { $0 == expected } })
        #expect(bench.count == 200)
    }
}
