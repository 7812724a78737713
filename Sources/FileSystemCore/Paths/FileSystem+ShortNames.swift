import AccessArbitration
package import FileSystemModel
import MetadataStore
import Synchronization

/// The names that ``ShortName`` makes, in their directories. A name that an entry bears in full wins over another's short one, which
/// is not told as long as that is so.
extension FileSystem {
    /// The entry of which this is the short name, in one step of the index. Under the namespace lock.
    func entry(shortNamed name: FileName, in parent: InodeNumber) throws(FileSystemError) -> EntryRecord? {
        guard let cookie = ShortName.cookie(in: name.bytes), cookie >= .first else { return nil }
        guard let entry = try metadata.entry(at: cookie, in: parent),
            ShortName.make(for: entry.name.bytes, at: cookie) == FoldedName(name).bytes
        else { return nil }
        return entry
    }

    /// What an entry is called beside its name; empty where its name is short, or where another bears that name. Under the namespace
    /// lock.
    func shortName(of entry: EntryRecord, in directory: InodeRecord) throws(FileSystemError) -> [UInt8] {
        guard let short = ShortName.make(for: entry.name.bytes, at: entry.cookie) else { return [] }
        guard directory.hasHeldShortNames else { return short }
        return try metadata.entries(folded: FoldedName(shortName: short), in: entry.parent).isEmpty ? short : []
    }

    /// The short name of what is open, which is its own where that is short; empty for the root, for what has no name left, and where
    /// another bears the name: FileAlternateNameInformation — [MS-FSA] 2.1.5.12.4.
    package func shortName(of open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<[UInt8]> {
        try perform(.lookup, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            let name = try namespace.reading { () throws(FileSystemError) -> [UInt8] in
                guard let link = open.link, let entry = try metadata.entry(named: link.name, in: link.parent) else { return [] }
                guard !ShortName.isShort(entry.name.bytes) else { return entry.name.bytes }
                return try shortName(of: entry, in: try record(link.parent))
            }
            return .done(name, unchanged)
        }
    }

    // MARK: Names that come back

    /// Where what is about to be made under `name` goes: back to where the entry was of which that was the short name a moment ago.
    /// Under the namespace lock, written.
    func formerPlace(
        _ name: FileName, in parent: InodeNumber, exactly: Bool
    ) throws(FileSystemError) -> FormerNames.Place? {
        guard !exactly, ShortName.cookie(in: name.bytes) != nil,
            let place = formerNames.take(FoldedName(name), in: parent, now: environment.clock.now()),
            try entryIgnoringCase(place.name, in: parent) == nil
        else { return nil }
        return place
    }

    /// Before a name goes: the entry, where the open that takes it away came by the short name.
    func entryOpenedByShortName(_ open: Open) -> (shortName: FoldedName, entry: EntryRecord)? {
        let (link, shortName) = open.state.withLock { ($0.link, $0.shortName) }
        guard let link, let shortName, let entry = try? metadata.entry(named: link.name, in: link.parent),
            ShortName.make(for: entry.name.bytes, at: entry.cookie) == shortName.bytes
        else { return nil }
        return (shortName, entry)
    }
}

extension ResolvedPath {
    /// What was asked for, where it is the short name of what was found.
    var shortName: FoldedName? {
        guard let name, let entry, name != entry.name, name.bytes.contains(UInt8(ascii: "~")) else { return nil }
        let folded = FoldedName(name)
        return folded == entry.foldedName ? nil : folded
    }
}
