import WireCoding

/// The layout that the responses of QUERY_DIRECTORY, CHANGE_NOTIFY and QUERY_INFO share: StructureSize 9, a 16-bit
/// offset, a 32-bit length, the bytes.
enum OutputBuffer {
    static let structureSize: UInt16 = 9

    static func parse(_ reader: inout WireReader) throws(WireError) -> [UInt8] {
        try reader.expectStructureSize(structureSize)
        let offset: UInt16 = try reader.integer()
        let length: UInt32 = try reader.integer()
        return try reader.slice(at: offset, count: length).array
    }

    /// Writes the fixed part, lets `body` write the buffer, and patches its length.
    static func write(to writer: inout WireWriter, _ body: (inout WireWriter) -> Void) {
        writer.integer(structureSize)
        writer.integer(UInt16(clamping: writer.count + 6))
        let lengthAt = writer.count
        writer.integer(UInt32(0))
        let start = writer.count
        body(&writer)
        writer.patch(UInt32(clamping: writer.count - start), at: lengthAt)
    }
}
