import CLinux
import Configuration
import Glibc

/// The process that started us, watched without a signal that a thread's end could trigger.
struct ParentProcess {
    /// Readable when the parent has ended; nil when there is nobody to watch.
    let descriptor: Int32

    init?() {
        let parent = getppid()
        guard parent > 1 else { return nil }
        descriptor = linux_process_descriptor(parent)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

/// Runs a command as a shell would: with our standard streams, in a process group of its own that has the terminal if
/// we had it. Signals that reach us are passed on, and its end becomes an exit code.
struct CommandRunner {
    let arguments: [String]
    /// `NAME=value`, before which the names of our own environment yield.
    let variables: [String]
    /// How long the command may take.
    let limit: Duration?
    let parent: ParentProcess?
    let watchdog: Watchdog?

    /// How long a command that was told to end may take over it.
    private static let patience = Duration.seconds(5)

    /// - Returns: the exit code: the command's, 128+n after signal n, 124 after the time limit, 127 when there is no
    ///   such command, 126 when it cannot be executed.
    func run() throws(Failure) -> Int32 {
        let terminal = Terminal.ifForeground()
        let signals = Signals.descriptor()
        guard signals >= 0 else { throw Failure("cannot wait for signals: \(systemError())") }
        defer { close(signals) }
        var child = pid_t()
        let error = Spawn.command(
            arguments, environment: environment(), terminal: terminal?.descriptor, into: &child)
        guard error == 0 else {
            errno = error
            Console.complain("cannot run \(arguments.first ?? ""): \(systemError())")
            terminal?.takeBack()
            return error == ENOENT ? 127 : 126
        }
        watchdog?.killGroup(child)
        let code = wait(for: child, signals: signals, terminal: terminal)
        terminal?.takeBack()
        ProcessGroup(child).end()
        return code
    }

    private func environment() -> [String] {
        let names = Set(variables.map { $0.prefix { $0 != "=" } })
        return Spawn.currentEnvironment().filter { !names.contains($0.prefix { $0 != "=" }) } + variables
    }

    private func wait(for child: pid_t, signals: Int32, terminal: Terminal?) -> Int32 {
        let clock = ContinuousClock()
        var deadline = limit.map { clock.now + $0 }
        var isTimedOut = false
        var parentDescriptor = parent?.descriptor ?? -1
        while true {
            if let code = collect(child, terminal: terminal) { return isTimedOut ? 124 : code }
            var polled = [
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: parentDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let wait = deadline.map { max(0, (clock.now.duration(to: $0) + .milliseconds(1)).milliseconds) } ?? -1
            _ = poll(&polled, 2, Int32(clamping: wait))
            while case let signal = linux_take_signal(signals), signal != 0 {
                if Signals.ending.contains(signal) { ProcessGroup(child).send(signal) }
            }
            if polled[1].revents != 0 {
                // Whoever waits for us is gone: nobody would ever end this.
                parentDescriptor = -1
                ProcessGroup(child).send(SIGTERM)
                deadline = clock.now + Self.patience
            }
            if let passed = deadline, clock.now >= passed {
                let isFirst = limit != nil && !isTimedOut && parentDescriptor == (parent?.descriptor ?? -1)
                ProcessGroup(child).send(isFirst ? SIGTERM : SIGKILL)
                ProcessGroup(child).send(SIGCONT)
                isTimedOut = isTimedOut || isFirst
                deadline = clock.now + Self.patience
            }
        }
    }

    /// The exit code if the command has ended. A command that was stopped from the terminal stops us too, so that the
    /// shell gets its prompt, and goes on when we do.
    private func collect(_ child: pid_t, terminal: Terminal?) -> Int32? {
        while true {
            var status: Int32 = 0
            let result = waitpid(child, &status, WNOHANG | WUNTRACED)
            if result < 0, errno == EINTR { continue }
            guard result == child else { return nil }
            let low = status & 0x7F
            if low == 0 { return status >> 8 & 0xFF }
            guard low == 0x7F else { return 128 + low }
            guard let terminal else { return nil }
            terminal.takeBack()
            raise(SIGSTOP)
            terminal.give(to: child)
            ProcessGroup(child).send(SIGCONT)
        }
    }
}

/// The terminal in whose foreground we are.
struct Terminal {
    let descriptor: Int32
    private let group = getpgrp()

    /// Nil when there is no terminal or somebody else has it.
    static func ifForeground() -> Terminal? {
        let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard tcgetpgrp(descriptor) == getpgrp() else {
            close(descriptor)
            return nil
        }
        return Terminal(descriptor: descriptor)
    }

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    func give(to group: pid_t) {
        setForeground(group)
    }

    func takeBack() {
        setForeground(group)
    }

    /// From the background this would stop us, were the signal not ignored meanwhile.
    private func setForeground(_ group: pid_t) {
        let before = signal(SIGTTOU, SIG_IGN)
        tcsetpgrp(descriptor, group)
        signal(SIGTTOU, before)
    }
}
