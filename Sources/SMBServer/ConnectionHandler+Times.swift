import Logging
import NIOCore
import SMBProtocol

/// How long a peer may take.
extension ConnectionHandler {
    struct Times {
        let opened: NIODeadline
        var lastActivity: NIODeadline
        var frameBegan: NIODeadline?
        var unwritableSince: NIODeadline?
    }

    func startClock() {
        let limits = server.limits
        let shortest = min(
            limits.authenticationTimeoutMilliseconds, limits.frameTimeoutMilliseconds, limits.writeTimeoutMilliseconds,
            limits.idleTimeoutMilliseconds)
        let tick = TimeAmount.milliseconds(max(20, min(5000, shortest / 4)))
        clock = eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] _ in self?.checkTimes() }
    }

    /// A frame that has begun has to end in time.
    func noteFrame() {
        if !assembler.isWithinFrame {
            times.frameBegan = nil
        } else if times.frameBegan == nil {
            times.frameBegan = .now()
        }
    }

    private func checkTimes() {
        guard !isLent, !isClosing, let machine = self.now else { return }
        let now = NIODeadline.now()
        let limits = server.limits
        func isOver(_ since: NIODeadline?, _ milliseconds: Int64) -> Bool {
            guard let since else { return false }
            return now - since >= .milliseconds(milliseconds)
        }
        if !machine.isAuthenticated, isOver(times.opened, limits.authenticationTimeoutMilliseconds) {
            return abort(.timedOut)
        }
        if isOver(times.frameBegan, limits.frameTimeoutMilliseconds) { return abort(.timedOut) }
        if isOver(times.unwritableSince, limits.writeTimeoutMilliseconds) { return abort(.timedOut) }
        // What others on its strand have handed to the machine is not in its report.
        if machine.isIdle, self.machine?.hasOpens == false, isOver(times.lastActivity, limits.idleTimeoutMilliseconds) { return close(.timedOut) }
    }

    private func abort(_ reason: DisconnectReason) {
        logger.debug("SMB connection ends", metadata: ["client": "\(address)", "reason": "\(reason)"])
        abort()
    }
}
