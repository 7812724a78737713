package import WireCoding

/// One entry of FileStreamInformation — [MS-FSCC] 2.4.49
package struct FileStreamInformation: Equatable, Sendable {
    /// `:name:$DATA`, WTF-8.
    package var streamName: [UInt8]
    /// Bytes.
    package var streamSize: UInt64
    /// Bytes.
    package var streamAllocationSize: UInt64

    package init(streamName: [UInt8], streamSize: UInt64, streamAllocationSize: UInt64) {
        self.streamName = streamName
        self.streamSize = streamSize
        self.streamAllocationSize = streamAllocationSize
    }

    /// All entries; none for an empty buffer.
    package static func parseList(_ reader: inout WireReader) throws(WireError) -> [FileStreamInformation] {
        var entries: [FileStreamInformation] = []
        try EntryList.forEach(&reader, minimum: 24) { (entry: inout WireReader) throws(WireError) in
            let nameLength: UInt32 = try entry.integer()
            let size: UInt64 = try entry.integer()
            let allocationSize: UInt64 = try entry.integer()
            let name = try entry.name(length: nameLength)
            entries.append(
                FileStreamInformation(streamName: name, streamSize: size, streamAllocationSize: allocationSize))
        }
        return entries
    }

    /// Writes as many entries as fit into `limit` bytes and returns how many those are.
    @discardableResult
    package static func writeList(
        _ entries: [FileStreamInformation], limit: Int = .max, to writer: inout WireWriter
    ) -> Int {
        let start = writer.count
        var previous: Int?
        for (index, entry) in entries.enumerated() {
            let padded = (writer.count - start + 7) / 8 * 8
            guard padded + 24 + UTF16LE.byteCount(of: entry.streamName) <= limit else { return index }
            EntryList.begin(at: start, after: &previous, alignment: 8, &writer)
            let lengthAt = writer.count
            writer.integer(UInt32(0))
            writer.integer(entry.streamSize)
            writer.integer(entry.streamAllocationSize)
            writer.patch(UInt32(clamping: UTF16LE.encode(entry.streamName, to: &writer)), at: lengthAt)
        }
        return entries.count
    }
}
