package import WindowsTypes
package import WireCoding

/// Flags of CHANGE_NOTIFY — [MS-SMB2] 2.2.35
package struct ChangeNotifyFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let watchTree = ChangeNotifyFlags(rawValue: 0x0001)
}

/// CompletionFilter — [MS-SMB2] 2.2.35
package struct CompletionFilter: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let fileName = CompletionFilter(rawValue: 0x0000_0001)
    package static let directoryName = CompletionFilter(rawValue: 0x0000_0002)
    package static let attributes = CompletionFilter(rawValue: 0x0000_0004)
    package static let size = CompletionFilter(rawValue: 0x0000_0008)
    package static let lastWrite = CompletionFilter(rawValue: 0x0000_0010)
    package static let lastAccess = CompletionFilter(rawValue: 0x0000_0020)
    package static let creation = CompletionFilter(rawValue: 0x0000_0040)
    package static let ea = CompletionFilter(rawValue: 0x0000_0080)
    package static let security = CompletionFilter(rawValue: 0x0000_0100)
    package static let streamName = CompletionFilter(rawValue: 0x0000_0200)
    package static let streamSize = CompletionFilter(rawValue: 0x0000_0400)
    package static let streamWrite = CompletionFilter(rawValue: 0x0000_0800)
}

/// SMB2 CHANGE_NOTIFY Request — [MS-SMB2] 2.2.35
package struct ChangeNotifyRequest: Equatable, Sendable {
    package var flags: ChangeNotifyFlags
    /// Bytes.
    package var outputBufferLength: UInt32
    package var fileID: FileID
    package var completionFilter: CompletionFilter

    package init(
        flags: ChangeNotifyFlags = [], outputBufferLength: UInt32, fileID: FileID, completionFilter: CompletionFilter
    ) {
        self.flags = flags
        self.outputBufferLength = outputBufferLength
        self.fileID = fileID
        self.completionFilter = completionFilter
    }
}

extension ChangeNotifyRequest: SMB2Body {
    package static let structureSize: UInt16 = 32

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        flags = ChangeNotifyFlags(rawValue: try reader.integer())
        outputBufferLength = try reader.integer()
        fileID = try FileID(parsing: &reader)
        completionFilter = CompletionFilter(rawValue: try reader.integer())
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(flags.rawValue)
        writer.integer(outputBufferLength)
        fileID.write(to: &writer)
        writer.integer(completionFilter.rawValue)
        writer.integer(UInt32(0))
    }
}

/// SMB2 CHANGE_NOTIFY Response — [MS-SMB2] 2.2.36
package struct ChangeNotifyResponse: Equatable, Sendable {
    /// FILE_NOTIFY_INFORMATION entries.
    package var outputBuffer: [UInt8]

    package init(outputBuffer: [UInt8] = []) {
        self.outputBuffer = outputBuffer
    }

    package init(entries: [FileNotifyInformation]) {
        var writer = WireWriter()
        FileNotifyInformation.writeList(entries, to: &writer)
        outputBuffer = writer.bytes
    }

    package var entries: [FileNotifyInformation] {
        get throws(WireError) {
            var reader = WireReader(outputBuffer.span.bytes)
            return try FileNotifyInformation.parseList(&reader)
        }
    }
}

extension ChangeNotifyResponse: SMB2Body {
    package static let structureSize = OutputBuffer.structureSize

    package init(parsing reader: inout WireReader) throws(WireError) {
        outputBuffer = try OutputBuffer.parse(&reader)
    }

    package func write(to writer: inout WireWriter) {
        OutputBuffer.write(to: &writer) { $0.append(outputBuffer) }
    }
}
