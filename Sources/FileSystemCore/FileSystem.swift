import Synchronization

import AccessArbitration
import AccessControl
package import ContentStore
package import FileSystemModel
package import MetadataStore

/// One share's file system: the rules, once, for every door.
///
/// Synchronous, thread-safe, and without a thread of its own. A call takes the namespace lock (names), then inodes' locks (records and
/// bytes), then leaves (the arbitration table, the feed). Nobody upgrades a lock. Handlers run when the locks are left.
package final class FileSystem: Sendable {
    package let options: FileSystemOptions
    package let environment: CoreEnvironment
    let metadata: any MetadataStore
    let content: any ContentStore
    let arbitration = ArbitrationTable()
    /// Guards names: every look-up reads, every change of an entry writes.
    let namespace = ReadWriteLock()
    let inodes = InodeLocks()
    let directoryNames = DirectoryNames()
    let formerNames = FormerNames()
    let detachedStreams = DetachedStreams()
    let feed = ChangeFeed()

    private let sequence = Atomic<UInt64>(0)
    private let nextOpenID = Atomic<UInt64>(1)
    private let openTable = Mutex<[OpenID: Open]>([:])
    private let observers = Mutex<[any OperationObserver]>([])
    private let isObserved = Atomic<Bool>(false)
    /// Content ids of this run begin with it, so that no two runs share one.
    private let epoch: UInt64
    package let share: ShareRecord

    /// Opens the stores' share, making its root where it is new.
    ///
    /// - Throws: what the stores throw.
    package init(
        options: FileSystemOptions, metadata: any MetadataStore, content: any ContentStore, environment: CoreEnvironment
    ) throws(FileSystemError) {
        self.options = options
        self.metadata = metadata
        self.content = content
        self.environment = environment
        epoch = environment.randomness()
        if let share = try metadata.share() {
            self.share = share
        } else {
            let now = environment.clock.now()
            share = ShareRecord(identifier: environment.randomness(), version: 1, created: now)
            var root = InodeRecord(
                attributes: Attributes(
                    inode: .root, type: .directory, permissions: options.rootPermissions, uid: options.rootUID,
                    gid: options.rootGID, linkCount: 2, time: now),
                parent: .root)
            root.attributes.dosAttributes = []
            _ = try metadata.apply(MetadataBatch(mutations: [.putShare(share), .putInode(root)]))
        }
        try scavenge()
    }

    /// The volume's number, which tells this file system from others for as long as its stores live.
    package var identifier: UInt64 { share.identifier }

    /// Whether a call may wait for a device; doors then start on a pool.
    package var isBlocking: Bool { metadata.isBlocking || content.isBlocking }

    // MARK: Around every call

    package func add(observer: any OperationObserver) {
        observers.withLock { $0.append(observer) }
        isObserved.store(true, ordering: .releasing)
    }

    package func subscribe(_ observer: any ChangeObserver) { feed.add(observer) }

    package func attach(_ holder: any CacheHolder) { feed.add(holder) }

    /// The one hook around every call: refuses to block where that is not allowed, hands on what was committed, and tells observers.
    @inline(__always)
    func perform<Value>(
        _ operation: Operation, _ subject: @autoclosure () -> Subject, _ context: OperationContext,
        _ body: () throws(FileSystemError) -> Outcome<Value>
    ) throws(FileSystemError) -> Outcome<Value> {
        if !context.mayBlock && isBlocking { return .wouldBlock }
        guard isObserved.load(ordering: .relaxed) else {
            defer { feed.drain() }
            return try body()
        }
        let start = ContinuousClock.now
        var failure: FileSystemError?
        var isPending = false
        defer {
            feed.drain()
            report(operation, subject(), context, failure, isPending, since: start)
        }
        do {
            let outcome = try body()
            if case .pending = outcome { isPending = true }
            return outcome
        } catch {
            failure = error
            throw error
        }
    }

    private func report(
        _ operation: Operation, _ subject: Subject, _ context: OperationContext, _ error: FileSystemError?, _ isPending: Bool,
        since start: ContinuousClock.Instant
    ) {
        let elapsed = (ContinuousClock.now - start).components
        let nanoseconds = UInt64(clamping: elapsed.seconds) &* 1_000_000_000 &+ UInt64(clamping: elapsed.attoseconds / 1_000_000_000)
        let trace = OperationTrace(
            door: context.door, client: context.client, identity: context.identity, requestNumber: context.operation,
            operation: operation, subject: subject, error: error, isPending: isPending, nanoseconds: nanoseconds)
        for observer in observers.withLock({ $0 }) { observer.completed(trace, in: self) }
    }

    // MARK: Commits

    /// Applies mutations and takes their place in the order. Under the locks of all that changes.
    func commit(
        _ mutations: [MetadataBatch.Mutation], _ context: OperationContext,
        preconditions: [MetadataBatch.Precondition] = [], orElse conflict: FileSystemError = .stale,
        isDirectoryMove: Bool = false, events: @autoclosure () -> [ChangeEvent]
    ) throws(FileSystemError) -> Receipt {
        let batch = MetadataBatch(preconditions: preconditions, mutations: mutations)
        guard try metadata.apply(batch) == .applied else { throw conflict }
        guard feed.isWatched(isDirectoryMove: isDirectoryMove) else { return Receipt(sequence: nextSequence()) }
        let (number, gate) = feed.commit(
            events(), isDirectoryMove: isDirectoryMove, door: context.door, numbering: nextSequence)
        return Receipt(sequence: number, gate: gate)
    }

    private func nextSequence() -> CommitSequence {
        CommitSequence(rawValue: sequence.add(1, ordering: .acquiringAndReleasing).newValue)
    }

    /// The receipt of a call that has changed nothing.
    var unchanged: Receipt { Receipt(sequence: CommitSequence(rawValue: sequence.load(ordering: .acquiring))) }

    // MARK: Records

    /// - Throws: `.stale` for an inode that is gone.
    func record(_ inode: InodeNumber) throws(FileSystemError) -> InodeRecord {
        guard let record = try metadata.inode(inode) else { throw .stale }
        return record
    }

    func newContentID() -> ContentID { ContentID(epoch: epoch, random: environment.randomness()) }

    func requireWritable() throws(FileSystemError) {
        if options.isReadOnly { throw .readOnly }
    }

    // MARK: Opens

    func newOpenID() -> OpenID { OpenID(rawValue: nextOpenID.add(1, ordering: .relaxed).oldValue) }

    func register(_ open: Open) { openTable.withLock { $0[open.id] = open } }

    func unregister(_ open: Open) { openTable.withLock { $0[open.id] = nil } }

    func open(_ id: OpenID) -> Open? { openTable.withLock { $0[id] } }

    /// Every open there is, in no order: for status and shutdown.
    package var opens: [Open] { openTable.withLock { Array($0.values) } }

    package var openCount: Int { openTable.withLock { $0.count } }

    /// Whether nobody has anything open, locked, pinned or on its way out, and nobody waits.
    package var isIdle: Bool { openCount == 0 && arbitration.isIdle }

    /// Closes the stores. Doors have closed their opens before.
    package func close() {
        metadata.close()
        content.close()
    }

    /// Finishes what an unclean end has left: content that nobody names, inodes without a name that were open.
    private func scavenge() throws(FileSystemError) {
        for inode in try metadata.orphans() {
            var mutations: [MetadataBatch.Mutation] = [.deleteOrphan(inode)]
            if let record = try metadata.inode(inode), record.attributes.linkCount == 0 {
                mutations += try deletion(of: record).mutations
            }
            _ = try metadata.apply(MetadataBatch(mutations: mutations))
        }
        discard(try metadata.pendingDeletes())
    }

    /// Deletes content whose pending delete is committed. With no lock held, since freeing much takes its time. What fails is told
    /// of, and tried again at the next start: the change that discarded it is committed, and its caller's answer is success.
    func discard(_ ids: [ContentID]) {
        for id in ids {
            do throws(FileSystemError) {
                try content.delete(id)
                _ = try metadata.apply(MetadataBatch(mutations: [.deletePendingDelete(id)]))
            } catch {
                environment.report("discarded content could not be deleted yet: \(error)")
            }
        }
    }
}
