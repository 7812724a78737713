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

    @Test("Messages of several slices join each other and leave at any time", arguments: [SigningAlgorithm.hmacSHA256, .aes128CMAC])
    func slices(algorithm: SigningAlgorithm) throws {
        var random = SeededGenerator(seed: 11)
        let signer = try MessageSigner(algorithm, key: random.bytes(16))
        let shared = signer.shared
        let bench = Bench()
        let messages = (0..<12).map { number in
            number % 3 == 0
                ? (random.bytes(80), random.bytes(Int.random(in: 1...300_000, using: &random)))
                : (random.bytes(Int.random(in: 64...300_000, using: &random)), [])
        }
        let next = Mutex(0)
        @Sendable func submitNext() {
            let number = next.withLock { number in
                defer { number += 1 }
                return number
            }
            guard number < messages.count else { return }
            // Each is submitted while the one before is under way.
            let isFirst = Mutex(true)
            let job = bench.job(number, messages[number].0, messages[number].1) {
                if isFirst.withLock({ value in defer { value = false }; return value }) { submitNext() }
            }
            #expect(shared.submit(job, start: bench.starter))
        }
        submitNext()
        bench.runAll()
        for (number, message) in messages.enumerated() {
            let expected = signer.signature(ofBytes: message.0, followedBy: message.1)?.bytes
            #expect(bench.signatures.withLock { $0[number] ?? nil } == expected, "message \(number)")
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
        "A message joins a thread that has a lane for it, others get a thread, and none is forgotten",
        .enabled(if: LaneCodesTests.hasHMAC))
    func together() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        let shared = signer.shared
        let bench = Bench()
        let message = [UInt8](repeating: 9, count: 100_000)
        let threads = Mutex<[Int]>([])
        let lends = Mutex(0)
        let first = bench.job(0, message) {
            guard lends.withLock({ $0 += 1; return $0 }) == 2 else { return }
            // As if on other threads, while this one computes.
            for number in 1...3 {
                #expect(shared.submit(bench.job(number, message), start: bench.starter))
                threads.withLock { $0.append(bench.started.withLock { $0.count }) }
            }
        }
        #expect(shared.submit(first, start: bench.starter))
        #expect(bench.runOne())
        #expect(threads.withLock { $0 } == [0, 1, 1])
        #expect(bench.count >= 2)
        bench.runAll()
        let expected = signer.signature(ofBytes: message)?.bytes
        #expect(bench.signatures.withLock { $0 } == [0: expected, 1: expected, 2: expected, 3: expected])
    }

    @Test(
        "A thread whose turn is over leaves what waits to another, and does what it has begun",
        .enabled(if: LaneCodesTests.hasHMAC))
    func turns() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        let shared = signer.shared
        let bench = Bench()
        let (long, short) = ([UInt8](repeating: 9, count: 70 * 65_536), [UInt8](repeating: 8, count: 100))
        let lends = Mutex(0)
        // Once to begin, then once for each slice of 64 KiB; the turn is over after 64 of these.
        let first = bench.job(0, long) {
            guard lends.withLock({ $0 += 1; return $0 }) == 65 else { return }
            #expect(shared.submit(bench.job(1, short), start: bench.starter))
            #expect(bench.started.withLock { $0.isEmpty })
        }
        #expect(shared.submit(first, start: bench.starter))
        #expect(bench.runOne())
        #expect(bench.signatures.withLock { Array($0.keys) } == [0])
        #expect(bench.started.withLock { $0.count } == 1)
        bench.runAll()
        #expect(
            bench.signatures.withLock { $0 } == [
                0: signer.signature(ofBytes: long)?.bytes, 1: signer.signature(ofBytes: short)?.bytes,
            ])
        // Nobody is counted any more: the next one gets a thread.
        #expect(shared.submit(bench.job(2, short), start: bench.starter))
        #expect(bench.runOne() && bench.count == 3)
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
