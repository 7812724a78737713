package import WireCoding

/// One entry of a list: who gets which rights, or is refused them — [MS-DTYP] 2.4.4
///
/// All kinds that have a mask and a SID, in this order, are told apart by their number alone; object entries, which name GUIDs
/// between the two and mean nothing for a file, are not decoded.
package struct AccessControlEntry: Equatable, Sendable {
    /// AceType
    package struct Kind: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let allowed = Kind(rawValue: 0x00)
        package static let denied = Kind(rawValue: 0x01)

        /// The object kinds, and the compound one that is reserved.
        fileprivate static let others: Set<UInt8> = [0x04, 0x05, 0x06, 0x07, 0x08, 0x0B, 0x0C, 0x0F, 0x10]
    }

    /// AceFlags: inheritance, and what an audit is about.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    package var kind: Kind
    package var flags: Flags
    package var mask: AccessMask
    package var sid: SID
    /// What follows the SID: a condition, an attribute, or a peer's padding.
    package var applicationData: [UInt8]

    package init(_ kind: Kind, _ mask: AccessMask, for sid: SID, flags: Flags = [], applicationData: [UInt8] = []) {
        self.kind = kind
        self.flags = flags
        self.mask = mask
        self.sid = sid
        self.applicationData = applicationData
    }
}

extension AccessControlEntry {
    /// The header and the mask, in bytes.
    private static let fixedByteCount = 8
    /// With the shortest SID.
    static let minimumByteCount = fixedByteCount + 8

    package var byteCount: Int { Self.fixedByteCount + sid.byteCount + applicationData.count }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let kind: UInt8 = try reader.integer()
        guard !Kind.others.contains(kind) else { throw .unknownValue(field: "AceType", value: UInt64(kind)) }
        self.kind = Kind(rawValue: kind)
        flags = Flags(rawValue: try reader.integer())
        let size: UInt16 = try reader.integer()
        guard size >= Self.minimumByteCount else { throw .invalid("an entry is shorter than a SID") }
        var body = WireReader(try reader.span(Int(size) - 4))
        mask = AccessMask(rawValue: try body.integer())
        sid = try SID(parsing: &body)
        applicationData = try body.array(body.remaining)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(kind.rawValue)
        writer.integer(flags.rawValue)
        writer.integer(UInt16(clamping: byteCount))
        writer.integer(mask.rawValue)
        sid.write(to: &writer)
        writer.append(applicationData)
    }
}

/// A list of entries, in the order in which they are asked — [MS-DTYP] 2.4.5
package struct AccessControlList: Equatable, Sendable {
    /// 2, or 4 where entries of directory services may occur.
    package var revision: UInt8
    package var entries: [AccessControlEntry]

    package init(_ entries: [AccessControlEntry], revision: UInt8 = 2) {
        self.revision = revision
        self.entries = entries
    }
}

extension AccessControlList {
    static let headerByteCount = 8

    package var byteCount: Int { Self.headerByteCount + entries.reduce(0) { $0 + $1.byteCount } }

    /// AclSize has 16 bits and bounds what is decoded.
    package init(parsing reader: inout WireReader) throws(WireError) {
        revision = try reader.integer()
        guard (2...4).contains(revision) else { throw .unexpectedValue(field: "AclRevision", value: UInt64(revision)) }
        try reader.skip(1)
        let size: UInt16 = try reader.integer()
        let count: UInt16 = try reader.integer()
        try reader.skip(2)
        guard size >= Self.headerByteCount else { throw .invalid("a list is shorter than its header") }
        var body = WireReader(try reader.span(Int(size) - Self.headerByteCount))
        guard Int(count) * AccessControlEntry.minimumByteCount <= body.remaining else {
            throw .invalid("a list has more entries than it has room for")
        }
        entries = []
        for _ in 0..<count { entries.append(try AccessControlEntry(parsing: &body)) }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(revision)
        writer.integer(UInt8(0))
        writer.integer(UInt16(clamping: byteCount))
        writer.integer(UInt16(clamping: entries.count))
        writer.integer(UInt16(0))
        for entry in entries { entry.write(to: &writer) }
    }
}
