import COpenSSL
import Glibc

/// The library's generator of unpredictable bytes.
package enum SecureRandom {
    package static func bytes(_ count: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        // Without randomness every challenge could be foreseen: there is nothing sensible to go on with.
        precondition(RAND_bytes(&result, Int32(clamping: count)) == 1, "the system gives no random bytes")
        return result
    }
}

/// The system's clock in Windows' units.
package enum SystemFileTime {
    /// Seconds from 1601-01-01 to 1970-01-01.
    private static let epochDifference: Int64 = 11_644_473_600

    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let ticks = (Int64(time.tv_sec) &+ epochDifference) &* 10_000_000 &+ Int64(time.tv_nsec) / 100
        return UInt64(clamping: ticks)
    }
}
