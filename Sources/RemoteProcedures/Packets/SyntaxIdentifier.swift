package import WindowsTypes
package import WireCoding

/// p_syntax_id_t: an interface or a transfer syntax, with its version — [C706] 12.6.3.1
package struct SyntaxIdentifier: Hashable, Sendable {
    package var uuid: GUID
    package var major: UInt16
    package var minor: UInt16

    package init(_ uuid: GUID, _ major: UInt16, _ minor: UInt16 = 0) {
        self.uuid = uuid
        self.major = major
        self.minor = minor
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        uuid = try GUID(parsing: &reader)
        major = try reader.integer()
        minor = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        uuid.write(to: &writer)
        writer.integer(major)
        writer.integer(minor)
    }

    /// NDR as [C706] 14 has it, the only transfer syntax that is spoken here.
    package static let ndr = SyntaxIdentifier(GUID(0x8A88_5D04, 0x1CEB, 0x11C9, 0x9FE8_0800_2B10_4860), 2)
    /// NDR64 — [MS-RPCE] 2.2.5
    package static let ndr64 = SyntaxIdentifier(GUID(0x7171_0533, 0xBEBA, 0x4937, 0x8319_B5DB_EF9C_CC36), 1)
    package static let none = SyntaxIdentifier(.zero, 0)

    /// Whether a server that has this interface serves a client that asks for `other`: the same one, at no later minor
    /// version — [C706] 6.1.2
    package func serves(_ other: SyntaxIdentifier) -> Bool {
        uuid == other.uuid && major == other.major && other.minor <= minor
    }
}
