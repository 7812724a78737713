import FileSystemModel
import MetadataStore
import Synchronization

/// Names that were deleted under their short ones. A program that saves a file by deleting it and making it again knows the short name
/// only; what it makes gets the long one back, in the place where it was, and is found by both — [MS-FSA] 2.1.1.2. Creation times are not
/// handed on.
final class FormerNames: Sendable {
    /// Where an entry was.
    struct Place: Sendable {
        let name: FileName
        let cookie: DirectoryCookie
    }

    private struct Key: Hashable {
        let parent: InodeNumber
        let shortName: FoldedName
    }

    private struct Former {
        let place: Place
        let removed: Timestamp
    }

    private let names = Mutex<[Key: Former]>([:])
    /// "The object store SHOULD … purge this entry from the tunnel cache once the entry is 15 seconds old."
    private static let lifetimeMilliseconds: UInt64 = 15_000
    private static let maximum = 1024

    func note(_ shortName: FoldedName, of entry: EntryRecord, now: Timestamp) {
        names.withLock { names in
            if names.count >= Self.maximum {
                names = names.filter { now.milliseconds(since: $0.value.removed) < Self.lifetimeMilliseconds }
                if names.count >= Self.maximum { names = [:] }
            }
            names[Key(parent: entry.parent, shortName: shortName)] = Former(
                place: Place(name: entry.name, cookie: entry.cookie), removed: now)
        }
    }

    /// Where the entry was that had this short name a moment ago; once.
    func take(_ shortName: FoldedName, in parent: InodeNumber, now: Timestamp) -> Place? {
        names.withLock { names in
            guard !names.isEmpty, let former = names.removeValue(forKey: Key(parent: parent, shortName: shortName)),
                now.milliseconds(since: former.removed) < Self.lifetimeMilliseconds
            else { return nil }
            return former.place
        }
    }
}
