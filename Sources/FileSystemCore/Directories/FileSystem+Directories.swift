import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// Up to `limit` entries after a cookie, with their attributes: `.` and `..`, then the rest in the order in which they were made.
    /// An entry that stays while others come and go is listed exactly once.
    ///
    /// - Throws: `.notDirectory`, `.badHandle` without the right to read, `.stale`.
    package func readDirectory(
        _ open: Open, after cookie: DirectoryCookie, limit: Int, telling facts: DirectoryFacts = [], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[DirectoryEntry]> {
        try perform(.readDirectory, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.isDirectory else { throw .notDirectory }
            guard open.access.contains(.readData) else { throw open.style == .windows ? .accessDenied : .badHandle }
            let entries = try namespace.reading { () throws(FileSystemError) -> [DirectoryEntry] in
                let directory = try record(open.inode)
                var result: [DirectoryEntry] = []
                result.reserveCapacity(max(0, min(limit, 1024)))
                guard directory.attributes.linkCount > 0 else { return result }
                if cookie < .dot, result.count < limit {
                    result.append(try describe([0x2E], .dot, directory, facts))
                }
                if cookie < .dotDot, result.count < limit {
                    let parent = try directory.parent.map { number throws(FileSystemError) in try record(number) } ?? directory
                    result.append(try describe([0x2E, 0x2E], .dotDot, parent, facts))
                }
                guard result.count < limit else { return result }
                for entry in try metadata.entries(in: open.inode, after: cookie, limit: limit - result.count) {
                    guard let record = try metadata.inode(entry.inode) else { continue }
                    result.append(try describe(entry, record, in: directory, facts))
                }
                return result
            }
            if cookie == .start { noteAccess(open, context) }
            return .done(entries, unchanged)
        }
    }

    /// One entry by its name, or its short one, compared without regard to case or exactly: a listing whose pattern holds no wildcard
    /// needs no scan.
    package func entry(
        named name: FileName, in open: Open, exactly: Bool = false, telling facts: DirectoryFacts = [],
        _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<DirectoryEntry?> {
        try perform(.lookup, .entry(parent: open.inode, name: name), context) { () throws(FileSystemError) in
            guard open.isDirectory else { throw .notDirectory }
            guard open.access.contains(.readData) else { throw .accessDenied }
            let found = try namespace.reading { () throws(FileSystemError) -> DirectoryEntry? in
                let found = exactly ? try metadata.entry(named: name, in: open.inode) : try entryIgnoringCase(name, in: open.inode)
                guard let entry = found else { return nil }
                return try describe(entry, try record(entry.inode), in: try record(open.inode), facts)
            }
            return .done(found, unchanged)
        }
    }

    @inline(__always)
    private func describe(
        _ entry: EntryRecord, _ record: InodeRecord, in directory: InodeRecord, _ facts: DirectoryFacts
    ) throws(FileSystemError) -> DirectoryEntry {
        var result = try describe(entry.name.bytes, entry.cookie, record, facts)
        if facts.contains(.shortNames) { result.shortName = try shortName(of: entry, in: directory) }
        return result
    }

    @inline(__always)
    private func describe(
        _ name: [UInt8], _ cookie: DirectoryCookie, _ record: InodeRecord, _ facts: DirectoryFacts
    ) throws(FileSystemError) -> DirectoryEntry {
        var result = DirectoryEntry(name: name, cookie: cookie, attributes: record.attributes)
        if facts.contains(.appleMetadata) { result.apple = try appleMetadata(of: record) }
        if facts.contains(.extendedAttributes), record.hasHeldExtendedAttributes {
            result.extendedAttributes = try metadata.extendedAttributes(of: record.attributes.inode)
        }
        return result
    }
}
