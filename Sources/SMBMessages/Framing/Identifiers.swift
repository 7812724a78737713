package import WireCoding

/// A session's number, unique on the server — [MS-SMB2] 2.2.1.2
package struct SessionID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package static let none = SessionID(rawValue: 0)
}

/// A tree connect's number, unique within its session — [MS-SMB2] 2.2.1.2
package struct TreeID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let none = TreeID(rawValue: 0)
    /// What a related request in a compound may carry instead of an identifier — [MS-SMB2] 3.3.5.2.7.2
    package static let inherited = TreeID(rawValue: .max)
}

/// A request's number, unique on its connection — [MS-SMB2] 2.2.1
package struct MessageID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Of break notifications, which answer no request — [MS-SMB2] 2.2.23
    package static let unsolicited = MessageID(rawValue: .max)
}

/// The number that an interim response gives to a request that has become asynchronous — [MS-SMB2] 2.2.1.1
package struct AsyncID: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// SMB2_FILEID, an open's handle on the wire — [MS-SMB2] 2.2.14.1
package struct FileID: Hashable, Sendable {
    package var persistent: UInt64
    package var volatile: UInt64

    package init(persistent: UInt64, volatile: UInt64) {
        self.persistent = persistent
        self.volatile = volatile
    }

    /// All bits set: in a related request, the open of the one before it — [MS-SMB2] 3.3.5.2.7.2. Also "no file".
    package static let inherited = FileID(persistent: .max, volatile: .max)

    package init(parsing reader: inout WireReader) throws(WireError) {
        persistent = try reader.integer()
        volatile = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(persistent)
        writer.integer(volatile)
    }
}

/// The 16 bytes of a header's Signature field — [MS-SMB2] 2.2.1
package struct MessageSignature: Hashable, Sendable {
    /// Bytes 0..<8, read little-endian.
    package var first: UInt64
    /// Bytes 8..<16, read little-endian.
    package var second: UInt64

    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    package static let zero = MessageSignature(first: 0, second: 0)

    /// The first 16 bytes of `bytes`; throws if there are fewer.
    package init(_ bytes: RawSpan) throws(WireError) {
        var reader = WireReader(bytes)
        try self.init(parsing: &reader)
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        first = try reader.integer()
        second = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(first)
        writer.integer(second)
    }

    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: 16)
        write(to: &writer)
        return writer.bytes
    }
}
