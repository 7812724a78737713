package import AccessArbitration
package import FileSystemCore
package import FileSystemModel
import Synchronization

/// What a mount's kernel may hold of one node.
package enum KernelGrant: Equatable, Sendable {
    case none
    /// An entry was sent whose inode the kernel may only now be making; it is recalled by name first.
    case instantiating(Link)
    case granted
}

/// What a mount lets its kernel cache, and recalls when it changes.
///
/// An uncached mount hands out nothing: every term is zero and every grant is ``KernelGrant/none``. One thing the kernel
/// holds all the same: the place of each directory that it has seen. It asks again before it believes a name, but when it
/// meets the directory elsewhere while it renames across directories, it cannot take it there and says ESTALE. So that one
/// change is recalled, and no other: commits of all others make no events at all.
package final class GrantTable: CacheHolder {
    private let door: DoorID
    private let nodes: NodeTable
    private let notifier = Mutex<(any KernelNotifier)?>(nil)

    init(door: DoorID, nodes: NodeTable) {
        self.door = door
        self.nodes = nodes
    }

    package var interest: CacheInterest { .movedDirectories }

    /// From now on, or with nil no longer, there is a kernel to recall from.
    func connect(_ notifier: (any KernelNotifier)?) { self.notifier.withLock { $0 = notifier } }

    /// How long the kernel may keep an entry and its attributes.
    package func term(for attributes: Attributes) -> CacheTerm { .none }

    /// What OPEN tells the kernel: past the page cache, writers side by side.
    package func openFlags(for attributes: Attributes?) -> UInt32 {
        OpenedFile.directIO | OpenedFile.parallelDirectWrites
    }

    package func attributeGrant(of node: NodeID) -> KernelGrant { .none }

    package func recall(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) -> Gate? {
        // What this kernel has asked for it does itself.
        guard door != self.door, let notifier = notifier.withLock({ $0 }) else { return nil }
        let places = events.compactMap { event -> Link? in
            // A name's answer may be on its way still, so it is the directory around it that must be known, not the node.
            guard case .renamed(let old, _) = event.kind, nodes.holds(NodeID(old.parent)) else { return nil }
            return old
        }
        guard !places.isEmpty else { return nil }
        let gate = Gate(count: places.count)
        for place in places { notifier.invalidateEntry(place.name, in: NodeID(place.parent)) { gate.pass() } }
        return gate
    }
}
