package import WireCoding

/// One entry of FileFullEaInformation, an extended attribute — [MS-FSCC] 2.4.16
package struct FileFullEaInformation: Equatable, Sendable {
    /// FILE_NEED_EA (0x80) or 0.
    package var flags: UInt8
    /// Bytes of an 8-bit code page, without the terminating zero. At most 255.
    package var eaName: [UInt8]
    /// At most 65535 bytes.
    package var eaValue: [UInt8]

    package init(flags: UInt8 = 0, eaName: [UInt8], eaValue: [UInt8]) {
        self.flags = flags
        self.eaName = eaName
        self.eaValue = eaValue
    }

    /// All entries; none for an empty buffer.
    package static func parseList(_ reader: inout WireReader) throws(WireError) -> [FileFullEaInformation] {
        var entries: [FileFullEaInformation] = []
        try EntryList.forEach(&reader, minimum: 8) { (entry: inout WireReader) throws(WireError) in
            let flags: UInt8 = try entry.integer()
            let nameLength: UInt8 = try entry.integer()
            let valueLength: UInt16 = try entry.integer()
            let name = try entry.array(Int(nameLength))
            let terminator: UInt8 = try entry.integer()
            guard terminator == 0 else { throw .unexpectedValue(field: "EaName", value: UInt64(terminator)) }
            let value = try entry.array(Int(valueLength))
            entries.append(FileFullEaInformation(flags: flags, eaName: name, eaValue: value))
        }
        return entries
    }

    /// Writes as many entries as fit into `limit` bytes and returns how many those are.
    @discardableResult
    package static func writeList(
        _ entries: [FileFullEaInformation], limit: Int = .max, to writer: inout WireWriter
    ) -> Int {
        let start = writer.count
        var previous: Int?
        for (index, entry) in entries.enumerated() {
            let padded = (writer.count - start + 3) / 4 * 4
            guard padded + 9 + entry.eaName.count + entry.eaValue.count <= limit else { return index }
            EntryList.begin(at: start, after: &previous, alignment: 4, &writer)
            writer.integer(entry.flags)
            writer.integer(UInt8(clamping: entry.eaName.count))
            writer.integer(UInt16(clamping: entry.eaValue.count))
            writer.append(entry.eaName)
            writer.integer(UInt8(0))
            writer.append(entry.eaValue)
        }
        return entries.count
    }
}

/// FILE_GET_EA_INFORMATION: the names that a query asks for — [MS-FSCC] 2.4.16.1
package enum FileGetEaInformation {
    /// All names; none for an empty buffer, which asks for every attribute.
    package static func parseList(_ reader: inout WireReader) throws(WireError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        try EntryList.forEach(&reader, minimum: 6) { (entry: inout WireReader) throws(WireError) in
            let length: UInt8 = try entry.integer()
            names.append(try entry.array(Int(length)))
        }
        return names
    }

    package static func writeList(_ names: [[UInt8]], to writer: inout WireWriter) {
        let start = writer.count
        var previous: Int?
        for name in names {
            EntryList.begin(at: start, after: &previous, alignment: 4, &writer)
            writer.integer(UInt8(clamping: name.count))
            writer.append(name)
            writer.integer(UInt8(0))
        }
    }
}
