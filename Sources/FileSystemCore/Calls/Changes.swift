package import AccessArbitration
package import FileSystemModel

/// One committed change, for all that follows from it: notices, breaks, recalls, the event stream.
package struct ChangeEvent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case created(Link)
        case removed(Link)
        case renamed(from: Link, to: Link)
        case attributes
        case data(Range<UInt64>)
        case extendedAttributes
        /// A named stream, under the name that it had.
        case stream(FileName, StreamChange)
    }

    package enum StreamChange: Sendable, Equatable {
        case created, removed, written
        case renamed(to: FileName)
    }

    package let kind: Kind
    package let inode: InodeNumber

    package init(_ kind: Kind, _ inode: InodeNumber) {
        self.kind = kind
        self.inode = inode
    }
}

/// Is told of every committed change in the order of the commits, after the locks were left.
package protocol ChangeObserver: Sendable {
    func changed(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID)
}

/// Which changes a cache has to hear of.
package enum CacheInterest: Sendable {
    case everything
    /// Directories that come to stand in another one. A kernel refuses to see one directory in two places, even where it
    /// keeps nothing else.
    case movedDirectories
}

/// Something that may hold copies of names, attributes or data: a mount's kernel.
package protocol CacheHolder: Sendable {
    /// Does not change after ``FileSystem/attach(_:)``.
    var interest: CacheInterest { get }

    /// Called between a commit and its answer, under the core's locks: it must only note what to recall, and return a gate that
    /// opens when it is done, or nil when it holds nothing of what changed.
    func recall(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) -> Gate?
}
