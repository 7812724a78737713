package import WireCoding

/// An SMB1 NEGOTIATE, all of SMB1 that this server reads: it leads a multi-protocol client to SMB2 — [MS-SMB2] 3.3.5.3
///
/// The bytes begin with the SMB1 header, 0xFF 'S' 'M' 'B'.
package struct SMB1NegotiateRequest: Equatable, Sendable {
    /// Dialect names as they stand there, without the terminating zero.
    package var dialects: [[UInt8]]

    package init(dialects: [[UInt8]]) {
        self.dialects = dialects
    }

    /// 0xFF 'S' 'M' 'B', read little-endian.
    package static let protocolID: UInt32 = 0x424D_53FF
    package static let headerByteCount = 32
    private static let negotiateCommand: UInt8 = 0x72
    private static let maximumDialects = 64

    package static let smb2Dot002 = Array("SMB 2.002".utf8)
    package static let smb2Wildcard = Array("SMB 2.???".utf8)

    /// The dialect of the SMB2 answer: 0x02FF where "SMB 2.???" is offered, 0x0202 for "SMB 2.002" alone, nil for
    /// neither.
    package var smb2Dialect: Dialect? {
        if dialects.contains(Self.smb2Wildcard) { return .wildcard }
        return dialects.contains(Self.smb2Dot002) ? .smb202 : nil
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let magic: UInt32 = try reader.integer()
        guard magic == Self.protocolID else { throw .unexpectedValue(field: "Protocol", value: UInt64(magic)) }
        let command: UInt8 = try reader.integer()
        guard command == Self.negotiateCommand else { throw .unexpectedValue(field: "Command", value: UInt64(command)) }
        try reader.seek(to: Self.headerByteCount)
        let wordCount: UInt8 = try reader.integer()
        guard wordCount == 0 else { throw .unexpectedValue(field: "WordCount", value: UInt64(wordCount)) }
        let byteCount: UInt16 = try reader.integer()
        var list = WireReader(try reader.span(Int(byteCount)))
        dialects = []
        while !list.isAtEnd {
            guard dialects.count < Self.maximumDialects else {
                throw .tooMany(field: "Dialects", limit: Self.maximumDialects)
            }
            let format: UInt8 = try list.integer()
            guard format == 2 else { throw .unexpectedValue(field: "BufferFormat", value: UInt64(format)) }
            var name: [UInt8] = []
            while true {
                let byte: UInt8 = try list.integer()
                if byte == 0 { break }
                name.append(byte)
            }
            dialects.append(name)
        }
    }

    /// Writes header and body; a test client is the only one who does.
    package func write(to writer: inout WireWriter) {
        writer.integer(Self.protocolID)
        writer.integer(Self.negotiateCommand)
        writer.integer(UInt32(0))
        writer.integer(UInt8(0x18))
        writer.integer(UInt16(0xC853))
        writer.zeros(12)
        writer.integer(UInt16.max)
        writer.integer(UInt16(0xFEFF))
        writer.integer(UInt32(0))
        writer.integer(UInt8(0))
        writer.integer(UInt16(clamping: dialects.reduce(0) { $0 + $1.count + 2 }))
        for dialect in dialects {
            writer.integer(UInt8(2))
            writer.append(dialect)
            writer.integer(UInt8(0))
        }
    }
}
