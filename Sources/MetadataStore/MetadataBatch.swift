package import FileSystemModel

/// A change of metadata, whole or not at all: a value, so that an engine can apply it as it likes and a test can hold it, cut it
/// or repeat it.
package struct MetadataBatch: Equatable, Sendable {
    /// What must be true for the batch to be applied.
    package enum Precondition: Equatable, Sendable {
        case entryAbsent(parent: InodeNumber, name: FileName)
        /// The inode exists and its change number is this one.
        case inodeVersion(InodeNumber, changeNumber: UInt64)
        case directoryEmpty(InodeNumber)
    }

    /// One record put or deleted. Deleting what is not there is no error.
    package enum Mutation: Equatable, Sendable {
        case putInode(InodeRecord)
        case deleteInode(InodeNumber)
        /// An entry of that name is replaced.
        case putEntry(EntryRecord)
        case deleteEntry(parent: InodeNumber, name: FileName)
        case putExtendedAttribute(InodeNumber, name: [UInt8], value: [UInt8])
        case deleteExtendedAttribute(InodeNumber, name: [UInt8])
        case putStream(StreamRecord)
        case deleteStream(InodeNumber, name: FileName)
        case putShare(ShareRecord)
        /// The inode has no name and is open: scavenged at the next start.
        case putOrphan(InodeNumber)
        case deleteOrphan(InodeNumber)
        /// The content belongs to nobody: a worker deletes it, and then this.
        case putPendingDelete(ContentID)
        case deletePendingDelete(ContentID)
        /// The size of the inode's content is committed before its bytes are safe.
        case putUnsynced(ContentID)
        case deleteUnsynced(ContentID)
        /// A durable or persistent handle, as the core coded it.
        case putDurableHandle(UInt64, value: [UInt8])
        case deleteDurableHandle(UInt64)
    }

    package var preconditions: [Precondition]
    package var mutations: [Mutation]

    package init(preconditions: [Precondition] = [], mutations: [Mutation] = []) {
        self.preconditions = preconditions
        self.mutations = mutations
    }
}

/// Whether a batch was applied.
package enum BatchOutcome: Equatable, Sendable {
    case applied
    /// A precondition does not hold; nothing has changed.
    case conflict
}
