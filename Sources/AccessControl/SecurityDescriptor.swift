package import WireCoding

/// A self-relative security descriptor: owner, group, and who may do what — [MS-DTYP] 2.4.6
///
/// The SACL is not looked at: nothing is audited here, and no client sees or sets one.
package struct SecurityDescriptor: Equatable, Sendable {
    /// Control — [MS-DTYP] 2.4.6
    package struct Control: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// There is a DACL, though it may be the NULL one, which lets everybody do everything.
        package static let hasDACL = Control(rawValue: 0x0004)
        package static let hasSACL = Control(rawValue: 0x0010)
        /// Nothing is inherited from the directory.
        package static let isProtected = Control(rawValue: 0x1000)
        /// Offsets instead of pointers: always so on the wire.
        package static let isSelfRelative = Control(rawValue: 0x8000)
    }

    package var control: Control
    package var owner: SID?
    package var group: SID?
    /// Nil without one, and for the NULL one.
    package var dacl: AccessControlList?

    package init(control: Control = .isSelfRelative, owner: SID? = nil, group: SID? = nil, dacl: AccessControlList? = nil) {
        self.control = control.union(dacl == nil ? .isSelfRelative : [.isSelfRelative, .hasDACL])
        self.owner = owner
        self.group = group
        self.dacl = dacl
    }
}

extension SecurityDescriptor {
    private static let headerByteCount = 20

    package var byteCount: Int {
        Self.headerByteCount + (owner?.byteCount ?? 0) + (group?.byteCount ?? 0) + (dacl?.byteCount ?? 0)
    }

    /// - Throws: for another revision than 1, for pointers instead of offsets, and for parts that are not whole inside the bytes.
    package init(bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes.span.bytes)
        let revision: UInt8 = try reader.integer()
        guard revision == 1 else { throw .unexpectedValue(field: "Revision", value: UInt64(revision)) }
        try reader.skip(1)
        let control = Control(rawValue: try reader.integer())
        guard control.contains(.isSelfRelative) else { throw .invalid("no self-relative security descriptor") }
        var offsets: [Int] = []
        for _ in 0..<4 {
            let offset = Int(clamping: try reader.integer(as: UInt32.self))
            // Owner, group and the two lists: 0 for none, or behind the header and with eight bytes at least.
            guard offset == 0 || (offset >= Self.headerByteCount && offset <= bytes.count - 8) else {
                throw .outOfBounds(offset: offset, count: 8)
            }
            offsets.append(offset)
        }
        func part<Part>(
            at offset: Int, _ parse: (inout WireReader) throws(WireError) -> Part
        ) throws(WireError) -> Part? {
            guard offset != 0 else { return nil }
            var reader = WireReader(bytes.span.bytes)
            try reader.seek(to: offset)
            return try parse(&reader)
        }
        self.control = control.subtracting(.hasSACL)
        owner = try part(at: offsets[0]) { reader throws(WireError) in try SID(parsing: &reader) }
        group = try part(at: offsets[1]) { reader throws(WireError) in try SID(parsing: &reader) }
        // Without the flag the offset means nothing — [MS-DTYP] 2.4.6
        dacl =
            !control.contains(.hasDACL)
            ? nil : try part(at: offsets[3]) { reader throws(WireError) in try AccessControlList(parsing: &reader) }
    }

    /// As it goes on the wire: owner, group and list, in the order in which the header names them. Any order will do, and
    /// Samba has this one, which clients exist that take for granted.
    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: byteCount)
        writer.integer(UInt8(1))
        writer.integer(UInt8(0))
        writer.integer(control.rawValue)
        let behindOwner = Self.headerByteCount + (owner?.byteCount ?? 0)
        let behindGroup = behindOwner + (group?.byteCount ?? 0)
        writer.integer(UInt32(owner == nil ? 0 : Self.headerByteCount))
        writer.integer(UInt32(clamping: group == nil ? 0 : behindOwner))
        writer.integer(UInt32(0))
        writer.integer(UInt32(clamping: dacl == nil ? 0 : behindGroup))
        owner?.write(to: &writer)
        group?.write(to: &writer)
        dacl?.write(to: &writer)
        return writer.bytes
    }
}
