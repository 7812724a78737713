import CLinux
import Glibc

/// The signals by which somebody asks this process to end. They are blocked in every thread from the first line of
/// `main`, so that none of them can end the process while a mount is up; they are fetched where the process is ready
/// for them.
enum Signals {
    static let ending: [Int32] = [SIGINT, SIGTERM, SIGHUP]

    /// Must run before any thread starts: threads inherit the mask.
    static func block() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in ending + [SIGCHLD] {
            sigaddset(&set, signal)
        }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client or a reader that went away is an error of one write, not the end of the process.
        Glibc.signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one of the ending signals.
    static func waitForEnd() -> Int32 {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in ending {
            sigaddset(&set, signal)
        }
        var received: Int32 = 0
        while sigwait(&set, &received) != 0 {}
        return received
    }

    /// Lets a second signal end the process at once, for whoever does not want to wait for an orderly end. What is left
    /// is the watchdog's to remove.
    static func endAtOnceOnNext() {
        var thread = pthread_t()
        let created = pthread_create(
            &thread, nil,
            { _ in
                let signal = Signals.waitForEnd()
                _exit(128 &+ signal)
            }, nil)
        if created == 0 { pthread_detach(thread) }
    }

    /// A descriptor that becomes readable when a signal is pending.
    static func descriptor() -> Int32 {
        let signals = ending + [SIGCHLD]
        return linux_signal_descriptor(signals, Int32(signals.count))
    }
}
