package import WireCoding

/// What follows a header: one request or response.
///
/// Offsets that a message carries count from its header, so both directions work on bytes that begin there: the reader
/// holds the message from its header on and stands at the body; the writer's origin is the header's first byte, and
/// ``SMB2Header/byteCount`` bytes have been written since.
package protocol SMB2Body: Sendable {
    /// The StructureSize that begins the body. Odd where variable bytes may follow.
    static var structureSize: UInt16 { get }

    init(parsing reader: inout WireReader) throws(WireError)
    func write(to writer: inout WireWriter)
}

extension SMB2Body {
    /// Parses the body of `message`, which begins with its header.
    package init(message: RawSpan) throws(WireError) {
        var reader = WireReader(message)
        try reader.seek(to: SMB2Header.byteCount)
        try self.init(parsing: &reader)
    }
}

/// A body without fields: StructureSize 4 and two reserved bytes.
package protocol SMB2EmptyBody: SMB2Body {
    init()
}

extension SMB2EmptyBody {
    package static var structureSize: UInt16 { 4 }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(4)
        try reader.skip(2)
        self.init()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(UInt16(4))
        writer.integer(UInt16(0))
    }
}

extension WireReader {
    /// The range that a peer's (offset, length) pair names, relative to the header, for data that is not to be copied.
    ///
    /// A length of zero gives an empty range at the start, wherever the offset points.
    func range(at start: some BinaryInteger, count: some BinaryInteger) throws(WireError) -> Range<Int> {
        _ = try slice(at: start, count: count)
        let count = Int(clamping: count)
        if count == 0 { return 0..<0 }
        let start = Int(clamping: start)
        return start..<start + count
    }
}
