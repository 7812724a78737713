import Glibc
import Synchronization

import FileSystemCore
package import FileSystemModel

/// The time of this machine, with one thread for what is due later. The thread starts when something is scheduled for
/// the first time.
package final class SystemClock: CoreClock {
    private struct Timer {
        let due: ContinuousClock.Instant
        let body: @Sendable () -> Void
    }

    private struct State {
        var timers: [Timer] = []
        /// Wakes the thread when something earlier is scheduled.
        var bell: (ring: Int32, hear: Int32)?
    }

    private let state = Mutex(State())

    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
    }

    package func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {
        let timer = Timer(due: .now + .milliseconds(Int64(delay)), body: body)
        let bell = state.withLock { state in
            state.timers.append(timer)
            if state.bell == nil { state.bell = startThread() }
            return state.bell
        }
        guard let bell else {
            // Without a thread, late is better than never.
            body()
            return
        }
        var byte: UInt8 = 1
        _ = write(bell.ring, &byte, 1)
    }

    private func startThread() -> (ring: Int32, hear: Int32)? {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { return nil }
        var thread = pthread_t()
        let hear = ends[1]
        let context = Unmanaged.passRetained(Worker(clock: self, hear: hear))
        let created = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let worker = Unmanaged<Worker>.fromOpaque(context).takeRetainedValue()
                worker.clock.serve(worker.hear)
                return nil
            }, context.toOpaque())
        guard created == 0 else {
            context.release()
            close(ends[0])
            close(ends[1])
            return nil
        }
        pthread_detach(thread)
        return (ends[0], ends[1])
    }

    private final class Worker: Sendable {
        let clock: SystemClock
        let hear: Int32

        init(clock: SystemClock, hear: Int32) {
            self.clock = clock
            self.hear = hear
        }
    }

    /// Lives as long as the process.
    private func serve(_ hear: Int32) {
        var ignored = [UInt8](repeating: 0, count: 64)
        while true {
            let now = ContinuousClock.now
            let (due, next) = state.withLock { state in
                let due = state.timers.filter { $0.due <= now }
                state.timers.removeAll { $0.due <= now }
                return (due, state.timers.map(\.due).min())
            }
            for timer in due { timer.body() }
            if !due.isEmpty { continue }
            var wait: Int32 = -1
            if let next {
                let (seconds, attoseconds) = (next - now).components
                wait = Int32(clamping: seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000 &+ 1)
            }
            var polled = pollfd(fd: hear, events: Int16(POLLIN), revents: 0)
            _ = poll(&polled, 1, wait)
            while read(hear, &ignored, ignored.count) > 0 {}
        }
    }
}
