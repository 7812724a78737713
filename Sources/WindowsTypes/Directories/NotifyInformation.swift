package import WireCoding

/// Action of FILE_NOTIFY_INFORMATION — [MS-FSCC] 2.7.1
package struct NotifyAction: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let added = NotifyAction(rawValue: 1)
    package static let removed = NotifyAction(rawValue: 2)
    package static let modified = NotifyAction(rawValue: 3)
    package static let renamedOldName = NotifyAction(rawValue: 4)
    package static let renamedNewName = NotifyAction(rawValue: 5)
    package static let addedStream = NotifyAction(rawValue: 6)
    package static let removedStream = NotifyAction(rawValue: 7)
    package static let modifiedStream = NotifyAction(rawValue: 8)
    package static let removedByDelete = NotifyAction(rawValue: 9)
    package static let idNotTunnelled = NotifyAction(rawValue: 10)
    package static let tunnelledIDCollision = NotifyAction(rawValue: 11)
}

/// One entry of FILE_NOTIFY_INFORMATION — [MS-FSCC] 2.7.1
package struct FileNotifyInformation: Equatable, Sendable {
    package var action: NotifyAction
    /// Path relative to the watched directory, WTF-8.
    package var fileName: [UInt8]

    package init(action: NotifyAction, fileName: [UInt8]) {
        self.action = action
        self.fileName = fileName
    }

    /// All entries; none for an empty buffer.
    package static func parseList(_ reader: inout WireReader) throws(WireError) -> [FileNotifyInformation] {
        var entries: [FileNotifyInformation] = []
        try EntryList.forEach(&reader, minimum: 12) { (entry: inout WireReader) throws(WireError) in
            let action = NotifyAction(rawValue: try entry.integer())
            let length: UInt32 = try entry.integer()
            entries.append(FileNotifyInformation(action: action, fileName: try entry.name(length: length)))
        }
        return entries
    }

    /// Writes as many entries as fit into `limit` bytes and returns how many those are. A list that does not fit whole
    /// is STATUS_NOTIFY_ENUM_DIR and no list at all.
    @discardableResult
    package static func writeList(
        _ entries: [FileNotifyInformation], limit: Int = .max, to writer: inout WireWriter
    ) -> Int {
        let start = writer.count
        var previous: Int?
        for (index, entry) in entries.enumerated() {
            let padded = (writer.count - start + 3) / 4 * 4
            guard padded + 12 + UTF16LE.byteCount(of: entry.fileName) <= limit else { return index }
            EntryList.begin(at: start, after: &previous, alignment: 4, &writer)
            writer.integer(entry.action.rawValue)
            writer.lengthAndName(entry.fileName)
        }
        return entries.count
    }
}
