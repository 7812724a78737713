import WindowsTypes
package import WireCoding

/// Symbolic Link Error Response — [MS-SMB2] 2.2.2.2.1
package struct SymbolicLinkError: Equatable, Sendable {
    /// How much of the requested path, counted from its end, was not parsed, in bytes of UTF-16.
    package var unparsedPathLength: UInt16
    package var isRelative: Bool
    /// The target as the client is to use it, WTF-8.
    package var substituteName: [UInt8]
    /// The target as a user is to see it, WTF-8.
    package var printName: [UInt8]

    package init(unparsedPathLength: UInt16, isRelative: Bool, substituteName: [UInt8], printName: [UInt8]) {
        self.unparsedPathLength = unparsedPathLength
        self.isRelative = isRelative
        self.substituteName = substituteName
        self.printName = printName
    }

    private static let errorTag: UInt32 = 0x4C4D_5953
    private static let reparseTag: UInt32 = 0xA000_000C

    package init(parsing reader: inout WireReader) throws(WireError) {
        let linkLength: UInt32 = try reader.integer()
        guard Int(clamping: linkLength) <= reader.remaining else {
            throw .outOfBounds(offset: 4, count: Int(clamping: linkLength))
        }
        let tag: UInt32 = try reader.integer()
        guard tag == Self.errorTag else { throw .unexpectedValue(field: "SymLinkErrorTag", value: UInt64(tag)) }
        let kind: UInt32 = try reader.integer()
        guard kind == Self.reparseTag else { throw .unexpectedValue(field: "ReparseTag", value: UInt64(kind)) }
        try reader.skip(2)
        unparsedPathLength = try reader.integer()
        let substituteOffset: UInt16 = try reader.integer()
        let substituteLength: UInt16 = try reader.integer()
        let printOffset: UInt16 = try reader.integer()
        let printLength: UInt16 = try reader.integer()
        let flags: UInt32 = try reader.integer()
        isRelative = flags & 1 != 0
        let buffer = WireReader(try reader.span(reader.remaining))
        substituteName = try UTF16LE.decode(try buffer.slice(at: substituteOffset, count: substituteLength))
        printName = try UTF16LE.decode(try buffer.slice(at: printOffset, count: printLength))
    }

    package func write(to writer: inout WireWriter) {
        let start = writer.count
        writer.integer(UInt32(0))
        writer.integer(Self.errorTag)
        writer.integer(Self.reparseTag)
        let substituteLength = UTF16LE.byteCount(of: substituteName)
        let printLength = UTF16LE.byteCount(of: printName)
        writer.integer(UInt16(clamping: substituteLength + printLength + 12))
        writer.integer(unparsedPathLength)
        writer.integer(UInt16(0))
        writer.integer(UInt16(clamping: substituteLength))
        writer.integer(UInt16(clamping: substituteLength))
        writer.integer(UInt16(clamping: printLength))
        writer.integer(UInt32(isRelative ? 1 : 0))
        UTF16LE.encode(substituteName, to: &writer)
        UTF16LE.encode(printName, to: &writer)
        // SymLinkLength counts everything after itself.
        writer.patch(UInt32(clamping: writer.count - start - 4), at: start)
    }
}
