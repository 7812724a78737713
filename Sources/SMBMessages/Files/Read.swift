package import WireCoding

/// Flags of a READ request — [MS-SMB2] 2.2.19
package struct ReadFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let readUnbuffered = ReadFlags(rawValue: 0x01)
    package static let requestCompressed = ReadFlags(rawValue: 0x02)
}

/// Channel of READ and WRITE, 3.x dialects — [MS-SMB2] 2.2.19
package struct DataChannel: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let none = DataChannel(rawValue: 0)
    package static let rdmaV1 = DataChannel(rawValue: 1)
    package static let rdmaV1Invalidate = DataChannel(rawValue: 2)
    package static let rdmaTransform = DataChannel(rawValue: 3)
}

/// SMB2 READ Request — [MS-SMB2] 2.2.19
package struct ReadRequest: Equatable, Sendable {
    package var flags: ReadFlags
    /// Bytes wanted.
    package var length: UInt32
    /// Bytes from the file's start.
    package var offset: UInt64
    package var fileID: FileID
    /// Fewer bytes than this are STATUS_END_OF_FILE.
    package var minimumCount: UInt32
    package var channel: DataChannel
    package var remainingBytes: UInt32

    package init(
        flags: ReadFlags = [], length: UInt32, offset: UInt64, fileID: FileID, minimumCount: UInt32 = 0,
        channel: DataChannel = .none, remainingBytes: UInt32 = 0
    ) {
        self.flags = flags
        self.length = length
        self.offset = offset
        self.fileID = fileID
        self.minimumCount = minimumCount
        self.channel = channel
        self.remainingBytes = remainingBytes
    }
}

extension ReadRequest: SMB2Body {
    package static let structureSize: UInt16 = 49

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(1)  // Padding: where the client would like the data; a server may ignore it
        flags = ReadFlags(rawValue: try reader.integer())
        length = try reader.integer()
        offset = try reader.integer()
        fileID = try FileID(parsing: &reader)
        minimumCount = try reader.integer()
        channel = DataChannel(rawValue: try reader.integer())
        remainingBytes = try reader.integer()
        let channelInfoOffset: UInt16 = try reader.integer()
        let channelInfoLength: UInt16 = try reader.integer()
        _ = try reader.slice(at: channelInfoOffset, count: channelInfoLength)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt8(SMB2Header.byteCount + 16))
        writer.integer(flags.rawValue)
        writer.integer(length)
        writer.integer(offset)
        fileID.write(to: &writer)
        writer.integer(minimumCount)
        writer.integer(channel.rawValue)
        writer.integer(remainingBytes)
        writer.integer(UInt32(0))
        // "The Buffer field … MUST be at least one byte": without channel information, one zero.
        writer.integer(UInt8(0))
    }
}

/// SMB2 READ Response — [MS-SMB2] 2.2.20
///
/// The data is never part of this value: a server writes the prefix and lets the data follow, a client reads it in
/// place.
package struct ReadResponse: Equatable, Sendable {
    /// Where the data lies, in bytes from the header's start.
    package var dataRange: Range<Int>
    package var dataRemaining: UInt32

    package init(dataRange: Range<Int>, dataRemaining: UInt32 = 0) {
        self.dataRange = dataRange
        self.dataRemaining = dataRemaining
    }

    /// Of the fixed part; the data begins that far behind the header.
    package static let prefixByteCount = 16

    /// Writes the fixed part for `dataLength` bytes, which the caller puts directly behind it.
    ///
    /// - Parameter padding: zeros between the two, which DataOffset skips; at most 175.
    package static func writePrefix(
        dataLength: Int, dataRemaining: UInt32 = 0, padding: Int = 0, to writer: inout WireWriter
    ) {
        writer.integer(structureSize)
        writer.integer(UInt8(clamping: SMB2Header.byteCount + prefixByteCount + padding))
        writer.integer(UInt8(0))
        writer.integer(UInt32(clamping: dataLength))
        writer.integer(dataRemaining)
        writer.integer(UInt32(0))
        if padding > 0 { writer.zeros(padding) }
    }
}

extension ReadResponse: SMB2Body {
    package static let structureSize: UInt16 = 17

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        let dataOffset: UInt8 = try reader.integer()
        try reader.skip(1)
        let dataLength: UInt32 = try reader.integer()
        dataRemaining = try reader.integer()
        try reader.skip(4)
        dataRange = try reader.range(at: dataOffset, count: dataLength)
    }

    /// Writes the fixed part for as many bytes as ``dataRange`` has.
    package func write(to writer: inout WireWriter) {
        Self.writePrefix(dataLength: dataRange.count, dataRemaining: dataRemaining, to: &writer)
    }
}
