import NIOCore
import NIOPosix
import SMBProtocol
import WindowsTypes

/// Where the machine runs when it is not on its loop, and what comes for it meanwhile.
extension ConnectionHandler: ConnectionHost {
    /// What the loop has to know of a machine that it does not touch.
    struct Report {
        var frameLimit = 0
        var isAuthenticated = false
        var isIdle = false
        var hasWork = false
        var isSaturated = false
        var hasReadyFrames = false
        var endReason: DisconnectReason?

        init() {}

        init(_ machine: Connection) {
            frameLimit = machine.frameLimit
            isAuthenticated = machine.isAuthenticated
            isIdle = machine.isIdle
            hasWork = machine.hasWork
            isSaturated = machine.isSaturated
            hasReadyFrames = machine.hasReadyFrames
            endReason = machine.endReason
        }
    }

    /// What the machine says of itself.
    var now: Report? {
        guard let machine else { return nil }
        return strand == nil ? Report(machine) : report
    }

    // MARK: ConnectionHost

    func makePayload(capacity: Int) -> any PayloadBuffer {
        NIOPayload(capacity: capacity, allocator: allocator)
    }

    func compute(_ job: @escaping @Sendable () -> Void) -> Bool {
        threads.compute(job)
        return true
    }

    func wake(_ wake: Wake) {
        eventLoop.execute { self.deliver(wake) }
    }

    private func deliver(_ wake: Wake) {
        guard !isLent, !isEnding else { return deferredWakes.append(wake) }
        guard let machine else { return wake.abandon() }
        if let strand { return lend(machine, to: strand) { $0.wake(wake) } }
        if machine.mayBlock(wake) { return lend(machine) { $0.wake(wake) } }
        machine.wake(wake)
        afterWork()
        // It may take frames again that it had no room for.
        work()
        flush()
        resumeReading()
    }

    // MARK: Pool threads

    /// Lets a pool thread go on with the machine.
    func lend(_ machine: Connection, _ body: @escaping @Sendable (Connection) -> Void) {
        // What is answered does not wait for what blocks. The flush may call back, to say that the peer is gone or takes
        // more again, or to hand over what it has sent last, and has to find the machine away.
        if let context { send(context) }
        isLent = true
        context?.flush()
        let box = Lent(machine)
        let eventLoop = eventLoop
        threads.blocking.submit { _ in
            body(box.machine)
            eventLoop.execute { self.takeBack() }
        }
    }

    private func takeBack() {
        isLent = false
        let returned = onReturn
        onReturn.removeAll()
        defer { for body in returned { body() } }
        if isClosing { return finish(.peerClosed) }
        let wakes = deferredWakes
        deferredWakes.removeAll()
        afterWork()
        for wake in wakes { deliver(wake) }
        // Whoever waits for the machine comes before the next frame.
        if returned.isEmpty { work() }
        flush()
        resumeReading()
    }

    /// Closes the machine, and does then what has waited for its end.
    func takeApart(_ machine: Connection, _ reason: DisconnectReason) {
        guard strand != nil || machine.blocksOnClose else {
            machine.close(reason)
            return ended()
        }
        isEnding = true
        let box = Lent(machine)
        let eventLoop = eventLoop
        let job: @Sendable () -> Void = {
            box.machine.close(reason)
            eventLoop.execute { self.ended() }
        }
        if let strand { strand.run(job) } else { threads.blocking.submit { _ in job() } }
    }

    private func ended() {
        isEnding = false
        let (wakes, returned) = (deferredWakes, onReturn)
        deferredWakes.removeAll()
        onReturn.removeAll()
        for wake in wakes { wake.abandon() }
        for body in returned { body() }
    }

    // MARK: Strands

    func join(_ other: any ConnectionHost, key: GUID) {
        let strand = threads.strands.strand(of: key)
        guard let other = other as? ConnectionHandler else { return wake(.joined(other)) }
        other.enter(strand) { self.enter(strand) { self.wake(.joined(other)) } }
    }

    /// Gives the machine to a strand for good, then calls `body`.
    private func enter(_ strand: Strand, then body: @escaping @Sendable () -> Void) {
        eventLoop.execute {
            if self.isEnding || self.isLent && self.strand == nil {
                self.onReturn.append { self.enter(strand, then: body) }
                return
            }
            if self.strand == nil, let machine = self.machine {
                self.report = Report(machine)
                self.strand = strand
            }
            body()
            self.work()
            self.flush()
            self.resumeReading()
        }
    }

    /// Works off what waits in the machine; false where nothing may be.
    func continueIntake(_ machine: Connection) -> Bool {
        guard strand == nil ? machine.hasReadyFrames : report.hasReadyFrames else { return false }
        if let strand {
            lend(machine, to: strand) { $0.continueIntake() }
        } else {
            machine.continueIntake()
            afterWork()
        }
        return true
    }

    /// Hands the next frame to the strand.
    func workOnStrand(_ machine: Connection) -> FrameAssembler.Next {
        guard let strand else { return .needsMore }
        return assembler.next(limit: report.frameLimit) { frame in
            let bytes = Array(frame)
            lend(machine, to: strand) { machine in bytes.withUnsafeBytes { machine.receive($0) } }
        } long: { frame in
            lend(machine, to: strand) { $0.receive(frame) }
        }
    }

    /// Lets the strand do something with the machine, and takes back what that has written.
    private func lend(_ machine: Connection, to strand: Strand, _ body: @escaping @Sendable (Connection) -> Void) {
        isLent = true
        let box = Lent(machine)
        let eventLoop = eventLoop
        strand.run {
            body(box.machine)
            while box.machine.isBlocked { box.machine.continueBlocking() }
            var output = Output()
            swap(&output, &box.machine.output)
            let written = Written(output: output, report: Report(box.machine))
            eventLoop.execute { self.takeBack(written) }
        }
    }

    private func takeBack(_ written: Written) {
        report = written.report
        var output = written.output
        if let context, !isClosing || context.channel.isActive {
            send(&output, context)
            // Not behind what comes next: the machine may be away again at once. It counts as lent until below.
            context.flush()
        }
        if let reason = report.endReason, !isClosing {
            isLent = false
            return close(reason)
        }
        takeBack()
    }
}

/// Carries the machine to another thread.
///
/// `@unchecked Sendable`: whoever lends it does not touch it until it is given back.
private struct Lent: @unchecked Sendable {
    let machine: Connection

    init(_ machine: Connection) { self.machine = machine }
}

/// Carries what a machine has written from its strand to its loop.
///
/// `@unchecked Sendable`: the strand lets go of it before the loop gets it.
private struct Written: @unchecked Sendable {
    var output: Output
    let report: ConnectionHandler.Report
}
