import Synchronization

/// Brings messages that are to be signed to as few threads as have lanes for them: those of one thread cost hardly more
/// than one of them alone.
final class SigningQueue: Sendable {
    private struct Waiting {
        let job: SharedSigner.Job
        /// Who has threads.
        let start: SharedSigner.Starter
    }

    private struct State {
        /// Messages that a thread is to take: more than ``room`` only until whoever took room away has started another.
        var waiting: [Waiting] = []
        /// How many messages the threads that are at work, or will be, would take beside those they have.
        var room = 0
    }

    private let codes: LaneCodes
    private let state = Mutex(State())

    /// A thread that has done so many slices takes no more, since others may have something for it to do.
    private static let slicesPerTurn = 64

    init(_ codes: LaneCodes) {
        self.codes = codes
    }

    /// - Returns: false, and nothing has happened, where there is no thread.
    func submit(_ job: SharedSigner.Job, _ start: @escaping SharedSigner.Starter) -> Bool {
        let joinsOthers = state.withLock { state in
            guard state.waiting.count < state.room else { return false }
            state.waiting.append(Waiting(job: job, start: start))
            return true
        }
        return joinsOthers || self.start(job, start)
    }

    /// Has one more thread work, if there is one.
    ///
    /// - Parameter first: what it begins with.
    private func start(_ first: SharedSigner.Job?, _ start: SharedSigner.Starter) -> Bool {
        let room = codes.laneCount - (first == nil ? 0 : 1)
        state.withLock { $0.room += room }
        if start({ self.work(first, room: room) }) { return true }
        let isMissed = state.withLock { state in
            state.room -= room
            return state.waiting.count > state.room
        }
        // Others had taken it for granted.
        if isMissed { _ = self.start(nil) { work in work(); return true } }
        return false
    }

    // MARK: On a thread

    /// Does what waits, as much at a time as there are lanes, until there is nothing or its turn is over.
    private func work(_ first: SharedSigner.Job?, room: Int) {
        var (lanes, room, slices) = (SigningLanes(codes), room, 0)
        if let first { lanes.add(first) }
        while slices < Self.slicesPerTurn, take(&lanes, &room) {
            lanes.step()
            slices += 1
        }
        if slices == Self.slicesPerTurn { leave(room) }
        while !lanes.isEmpty { lanes.step() }
    }

    /// Fills the lanes with what waits; false when there is nothing to do, and the thread is not counted any more.
    ///
    /// - Parameter room: what the thread is counted with, and then what it has.
    private func take(_ lanes: inout SigningLanes, _ room: inout Int) -> Bool {
        let taken: [Waiting]? = state.withLock { state in
            let taken = Array(state.waiting.prefix(codes.laneCount - lanes.count))
            state.waiting.removeFirst(taken.count)
            let isOver = lanes.count + taken.count == 0
            let left = isOver ? 0 : codes.laneCount - lanes.count - taken.count
            state.room += left - room
            room = left
            return isOver ? nil : taken
        }
        for message in taken ?? [] { lanes.add(message.job) }
        return taken != nil
    }

    /// Leaves what waits to other threads: to a new one, behind what others have put into the queue meanwhile, where those
    /// at work have no room for it.
    private func leave(_ room: Int) {
        let next = state.withLock { state in
            state.room -= room
            return state.waiting.count > state.room ? state.waiting.first?.start : nil
        }
        if let next { _ = start(nil, next) }
    }
}
