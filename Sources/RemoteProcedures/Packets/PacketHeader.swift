package import WireCoding

/// PTYPE — [C706] 12.6.4. Open: a server answers some, and ends the association over the others.
package struct PacketKind: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let request = PacketKind(rawValue: 0)
    package static let response = PacketKind(rawValue: 2)
    package static let fault = PacketKind(rawValue: 3)
    package static let bind = PacketKind(rawValue: 11)
    package static let bindAcknowledgment = PacketKind(rawValue: 12)
    package static let bindRefusal = PacketKind(rawValue: 13)
    package static let alterContext = PacketKind(rawValue: 14)
    package static let alterContextResponse = PacketKind(rawValue: 15)
    package static let auth3 = PacketKind(rawValue: 16)
    package static let cancel = PacketKind(rawValue: 18)
    package static let orphaned = PacketKind(rawValue: 19)
}

/// PFC_* — [C706] 12.6.3.1
package struct PacketFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let firstFragment = PacketFlags(rawValue: 0x01)
    package static let lastFragment = PacketFlags(rawValue: 0x02)
    package static let pendingCancel = PacketFlags(rawValue: 0x04)
    package static let concurrentMultiplexing = PacketFlags(rawValue: 0x10)
    package static let didNotExecute = PacketFlags(rawValue: 0x20)
    package static let maybe = PacketFlags(rawValue: 0x40)
    package static let objectUUID = PacketFlags(rawValue: 0x80)

    package static let whole: PacketFlags = [.firstFragment, .lastFragment]
}

/// The 16 bytes that every connection-oriented packet begins with — [C706] 12.6.3.1
///
/// FRAG_LENGTH is not part of the value: a writer patches it with ``finish(_:)``.
package struct PacketHeader: Equatable, Sendable {
    package static let byteCount = 16
    /// Where FRAG_LENGTH stands.
    package static let lengthOffset = 8

    package var kind: PacketKind
    package var flags: PacketFlags
    /// Bytes of the authentication value at the packet's end, without its own eight bytes of header.
    package var authenticationLength: UInt16
    package var callID: UInt32

    package init(
        _ kind: PacketKind, flags: PacketFlags = .whole, authenticationLength: UInt16 = 0, callID: UInt32
    ) {
        self.kind = kind
        self.flags = flags
        self.authenticationLength = authenticationLength
        self.callID = callID
    }

    /// - Throws: ``WireError`` for another version than 5.0 and 5.1, and for another representation of data than little
    ///   endian, ASCII and IEEE — [C706] 14.1
    package init(parsing reader: inout WireReader) throws(WireError) {
        let version: UInt8 = try reader.integer()
        let minor: UInt8 = try reader.integer()
        guard version == 5, minor <= 1 else { throw .unexpectedValue(field: "rpc_vers", value: UInt64(version)) }
        kind = PacketKind(rawValue: try reader.integer())
        flags = PacketFlags(rawValue: try reader.integer())
        let representation: UInt32 = try reader.integer()
        guard representation & 0xFFFF == 0x0010 else {
            throw .unexpectedValue(field: "packed_drep", value: UInt64(representation))
        }
        try reader.skip(2)
        authenticationLength = try reader.integer()
        callID = try reader.integer()
    }

    /// Writes the header with a length of zero.
    package func write(to writer: inout WireWriter) {
        writer.integer(UInt8(5))
        writer.integer(UInt8(0))
        writer.integer(kind.rawValue)
        writer.integer(flags.rawValue)
        writer.integer(UInt32(0x10))
        writer.integer(UInt16(0))
        writer.integer(authenticationLength)
        writer.integer(callID)
    }

    /// Patches the length of the packet that `writer` holds alone.
    package static func finish(_ writer: inout WireWriter) {
        writer.patch(UInt16(clamping: writer.count), at: lengthOffset)
    }
}
