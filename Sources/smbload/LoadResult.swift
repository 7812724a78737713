import Glibc
import SMBMessages

enum LoadClock {
    /// Nanoseconds of the monotonic clock.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Seconds that the process has computed.
    static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What a connection has done.
struct LoadResult {
    var operations: UInt64 = 0
    var bytes: UInt64 = 0
    var entries: UInt64 = 0
    var errors: UInt64 = 0
    /// Answers whose signature or seal was verified whole, and was right.
    var verified: UInt64 = 0
    /// What this process has computed meanwhile, user and system.
    var cpuSeconds = 0.0
    /// Nanoseconds a step.
    var latencies: [UInt64] = []

    mutating func finish(from start: UInt64, to end: UInt64) {
        operations += 1
        latencies.append(end - min(start, end))
    }

    mutating func add(_ other: LoadResult) {
        operations += other.operations
        bytes += other.bytes
        entries += other.entries
        errors += other.errors
        verified += other.verified
        latencies += other.latencies
    }

    /// One JSON object on one line.
    func json(_ plan: LoadPlan, seconds: Double) -> String {
        let sorted = latencies.sorted()
        func percentile(_ share: Double) -> Double {
            guard !sorted.isEmpty else { return 0 }
            return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
        }
        let fields: [(String, String)] = [
            ("workload", "\"\(plan.workload.rawValue)\""), ("connections", "\(plan.connections)"), ("depth", "\(plan.depth)"),
            ("block", "\(plan.blockSize)"),
            ("dialect", "\"0x\(String(plan.dialect.rawValue, radix: 16))\""),
            ("signing", plan.signing.map { "\"\($0)\"" } ?? "null"), ("cipher", plan.cipher.map { "\"\($0)\"" } ?? "null"),
            ("seconds", "\(seconds)"), ("client_cpu_seconds", "\(cpuSeconds)"), ("verified", "\(verified)"),
            ("operations", "\(operations)"), ("per_second", "\(Double(operations) / seconds)"),
            ("megabytes_per_second", "\(Double(bytes) / seconds / 1e6)"),
            ("entries_per_second", "\(Double(entries) / seconds)"), ("p50_us", "\(percentile(0.5))"),
            ("p99_us", "\(percentile(0.99))"), ("errors", "\(errors)"),
        ]
        return "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }
}

/// A small generator whose seed is told, so that a run can be repeated.
struct SystemLikeGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(below bound: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return bound > 0 ? state % bound : 0
    }
}
