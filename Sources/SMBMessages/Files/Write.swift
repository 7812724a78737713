package import WireCoding

/// Flags of a WRITE request — [MS-SMB2] 2.2.21
package struct WriteFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let writeThrough = WriteFlags(rawValue: 0x0000_0001)
    package static let writeUnbuffered = WriteFlags(rawValue: 0x0000_0002)
}

/// SMB2 WRITE Request — [MS-SMB2] 2.2.21
///
/// The data is never part of this value: ``dataRange`` says where it lies in the message.
package struct WriteRequest: Equatable, Sendable {
    /// Where the data lies, in bytes from the header's start.
    package var dataRange: Range<Int>
    /// Bytes from the file's start.
    package var offset: UInt64
    package var fileID: FileID
    package var channel: DataChannel
    package var remainingBytes: UInt32
    package var flags: WriteFlags

    package init(
        dataRange: Range<Int>, offset: UInt64, fileID: FileID, channel: DataChannel = .none, remainingBytes: UInt32 = 0,
        flags: WriteFlags = []
    ) {
        self.dataRange = dataRange
        self.offset = offset
        self.fileID = fileID
        self.channel = channel
        self.remainingBytes = remainingBytes
        self.flags = flags
    }

    /// A request for `dataLength` bytes that follow the fixed part directly, as ``write(to:)`` lays them out.
    package init(dataLength: Int, offset: UInt64, fileID: FileID, flags: WriteFlags = []) {
        let start = SMB2Header.byteCount + Self.prefixByteCount
        self.init(dataRange: start..<start + dataLength, offset: offset, fileID: fileID, flags: flags)
    }

    /// Of the fixed part; the data begins that far behind the header.
    package static let prefixByteCount = 48
}

extension WriteRequest: SMB2Body {
    package static let structureSize: UInt16 = 49

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        let dataOffset: UInt16 = try reader.integer()
        let length: UInt32 = try reader.integer()
        offset = try reader.integer()
        fileID = try FileID(parsing: &reader)
        channel = DataChannel(rawValue: try reader.integer())
        remainingBytes = try reader.integer()
        let channelInfoOffset: UInt16 = try reader.integer()
        let channelInfoLength: UInt16 = try reader.integer()
        flags = WriteFlags(rawValue: try reader.integer())
        _ = try reader.slice(at: channelInfoOffset, count: channelInfoLength)
        dataRange = try reader.range(at: dataOffset, count: length)
        // Data inside the header or the fixed part is no data.
        guard dataRange.isEmpty || dataRange.lowerBound >= SMB2Header.byteCount + Self.prefixByteCount else {
            throw .outOfBounds(offset: dataRange.lowerBound, count: dataRange.count)
        }
        // "If Channel is equal to SMB2_CHANNEL_NONE and DataOffset is greater than 0x100, the server MUST fail the request
        // with STATUS_INVALID_PARAMETER." — [MS-SMB2] 3.3.5.13
        guard channel != .none || dataOffset <= 0x100 else {
            throw .unexpectedValue(field: "DataOffset", value: UInt64(dataOffset))
        }
    }

    /// Writes the fixed part for as many bytes as ``dataRange`` has; the caller puts them directly behind it.
    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(SMB2Header.byteCount + Self.prefixByteCount))
        writer.integer(UInt32(clamping: dataRange.count))
        writer.integer(offset)
        fileID.write(to: &writer)
        writer.integer(channel.rawValue)
        writer.integer(remainingBytes)
        writer.integer(UInt32(0))
        writer.integer(flags.rawValue)
    }

    /// Writes the fixed part and `data`, whose length counts instead of ``dataRange``'s.
    package func write(data: RawSpan, to writer: inout WireWriter) {
        var request = self
        request.dataRange = 0..<data.byteCount
        request.write(to: &writer)
        // "The Buffer field … MUST be at least one byte": nothing to write is one zero.
        if data.byteCount == 0 { writer.integer(UInt8(0)) } else { writer.append(data) }
    }
}

/// SMB2 WRITE Response — [MS-SMB2] 2.2.22
package struct WriteResponse: Equatable, Sendable {
    /// Bytes written.
    package var count: UInt32

    package init(count: UInt32) {
        self.count = count
    }
}

extension WriteResponse: SMB2Body {
    package static let structureSize: UInt16 = 17

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(2)
        count = try reader.integer()
        try reader.skip(8)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(0))
        writer.integer(count)
        writer.integer(UInt64(0))
    }
}
