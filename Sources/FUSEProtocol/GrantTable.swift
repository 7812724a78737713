package import AccessArbitration
package import FileSystemCore
package import FileSystemModel

/// What a mount's kernel may hold of one node.
package enum KernelGrant: Equatable, Sendable {
    case none
    /// An entry was sent whose inode the kernel may only now be making; it is recalled by name first.
    case instantiating(Link)
    case granted
}

/// What a mount lets its kernel cache, and recalls when it changes.
///
/// An uncached mount hands out nothing: every term is zero, every grant is ``KernelGrant/none``, and no change has
/// anything to recall. It is therefore not attached to the core, whose commits then make no events at all.
package final class GrantTable: CacheHolder {
    package init() {}

    /// How long the kernel may keep an entry and its attributes.
    package func term(for attributes: Attributes) -> CacheTerm { .none }

    /// What OPEN tells the kernel: past the page cache, writers side by side.
    package func openFlags(for attributes: Attributes?) -> UInt32 {
        OpenedFile.directIO | OpenedFile.parallelDirectWrites
    }

    package func attributeGrant(of node: NodeID) -> KernelGrant { .none }

    package func recall(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) -> Gate? { nil }
}
