package import FileSystemModel
package import WireCoding

/// A security identifier — [MS-DTYP] 2.4.2
package struct SID: Hashable, Sendable {
    /// The authority's number, of which 48 bits count.
    package let authority: UInt64
    /// At most ``maximumSubauthorities``; what is more is cut off.
    package let subauthorities: [UInt32]

    package static let maximumSubauthorities = 15

    package init(authority: UInt64, _ subauthorities: [UInt32]) {
        self.authority = authority & 0xFFFF_FFFF_FFFF
        self.subauthorities = Array(subauthorities.prefix(Self.maximumSubauthorities))
    }

    /// S-1-22-1-uid: a user who is known by number alone, as Samba has it.
    package init(unixUser uid: UInt32) { self.init(authority: 22, [1, uid]) }

    /// S-1-22-2-gid.
    package init(unixGroup gid: UInt32) { self.init(authority: 22, [2, gid]) }

    /// S-1-5-88-3-mode: no principal, but the mode of a file, in an entry of its list. Windows' NFS server wrote it first; Linux
    /// (`modefromsid`), macOS and Samba read and write it.
    package init(unixMode mode: Permissions) { self.init(authority: 5, [88, 3, UInt32(mode.rawValue)]) }

    /// S-1-1-0 — [MS-DTYP] 2.4.2.4
    package static let everyone = SID(authority: 1, [0])
    /// S-1-5-11 — [MS-DTYP] 2.4.2.4
    package static let authenticatedUsers = SID(authority: 5, [11])

    /// The number of a user who is known by number: S-1-22-1-uid, or S-1-5-88-1-uid as Windows' NFS server has it.
    package var uid: UInt32? { number(in: [1], or: [88, 1]) }

    /// The number of a group: S-1-22-2-gid or S-1-5-88-2-gid.
    package var gid: UInt32? { number(in: [2], or: [88, 2]) }

    /// The last number of S-1-5-88-3, with whatever bits it has.
    package var unixMode: UInt32? { authority == 5 ? number(behind: [88, 3]) : nil }

    private func number(in unix: [UInt32], or networkFileSystem: [UInt32]) -> UInt32? {
        switch authority {
        case 22: number(behind: unix)
        case 5: number(behind: networkFileSystem)
        default: nil
        }
    }

    private func number(behind prefix: [UInt32]) -> UInt32? {
        subauthorities.count == prefix.count + 1 && subauthorities.starts(with: prefix) ? subauthorities.last : nil
    }
}

extension SID {
    /// On the wire, in bytes.
    package var byteCount: Int { 8 + 4 * subauthorities.count }

    /// - Throws: for another revision than 1 and more subauthorities than there may be.
    package init(parsing reader: inout WireReader) throws(WireError) {
        let revision: UInt8 = try reader.integer()
        guard revision == 1 else { throw .unexpectedValue(field: "Revision", value: UInt64(revision)) }
        let count: UInt8 = try reader.integer()
        guard count <= Self.maximumSubauthorities else {
            throw .tooMany(field: "SubAuthorityCount", limit: Self.maximumSubauthorities)
        }
        // Six bytes, the highest first.
        var authority: UInt64 = 0
        for _ in 0..<6 { authority = authority << 8 | UInt64(try reader.integer(as: UInt8.self)) }
        var subauthorities: [UInt32] = []
        for _ in 0..<count { subauthorities.append(try reader.integer()) }
        self.init(authority: authority, subauthorities)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(UInt8(1))
        writer.integer(UInt8(clamping: subauthorities.count))
        for place in (0..<6).reversed() { writer.integer(UInt8(truncatingIfNeeded: authority >> (8 * UInt64(place)))) }
        for subauthority in subauthorities { writer.integer(subauthority) }
    }
}

extension SID: CustomStringConvertible {
    package var description: String {
        "S-1-\(authority)" + subauthorities.map { "-\($0)" }.joined()
    }
}
