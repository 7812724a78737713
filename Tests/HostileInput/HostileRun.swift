#if canImport(Glibc)
    import Glibc
#endif

/// One bounded run over mutated inputs.
///
/// DITTOFS_FUZZ_SECONDS makes it longer; DITTOFS_FUZZ_SEED repeats one. A trap ends the process, so the seed has to be
/// on standard error before the run starts: ``forEachInput(of:_:)`` prints it.
package struct HostileRun: Sendable {
    package var seed: UInt64
    package var seconds: Double

    package init(defaultSeconds: Double = 2) {
        seed = Self.environment("DITTOFS_FUZZ_SEED").flatMap(UInt64.init) ?? UInt64.random(in: .min ... .max)
        seconds = Self.environment("DITTOFS_FUZZ_SECONDS").flatMap(Double.init) ?? defaultSeconds
    }

    /// Calls `body` with each input as it is and then with mutations of them until the time is up; returns how many
    /// there were.
    ///
    /// Each input gets its own generator, seeded from the run's seed and the number of the round: what `body` is given
    /// is the same for the same seed however fast the machine is.
    @discardableResult
    package func forEachInput(
        of corpus: [(name: String, bytes: [UInt8])], label: String, _ body: (_ name: String, _ bytes: [UInt8]) -> Void
    ) -> Int {
        Self.report("\(label): \(corpus.count) inputs, DITTOFS_FUZZ_SEED=\(seed)")
        for input in corpus { body(input.name, input.bytes) }
        guard !corpus.isEmpty else { return 0 }
        let end = Self.now() + seconds
        var round: UInt64 = 0
        while Self.now() < end {
            for _ in 0..<64 {
                var generator = SeededGenerator(seed: seed &+ round &* 0xD134_2543_DE82_EF95)
                let input = corpus[Int.random(in: 0..<corpus.count, using: &generator)]
                body(input.name, mutate(input.bytes, using: &generator))
                round += 1
            }
        }
        return corpus.count + Int(round)
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    private static func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func report(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
