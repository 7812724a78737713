package import WireCoding

/// FileRenameInformation and FileLinkInformation for SMB2 (type 2), which look the same — [MS-FSCC] 2.4.42.2, 2.4.28.2
package struct FileRenameInformation: InformationStructure {
    package var replaceIfExists: Bool
    /// Must be 0 over the network.
    package var rootDirectory: UInt64
    /// The new path, or the new link's, from the share's root, WTF-8; a stream's new name where it begins with a colon.
    package var fileName: [UInt8]

    package init(replaceIfExists: Bool, rootDirectory: UInt64 = 0, fileName: [UInt8]) {
        self.replaceIfExists = replaceIfExists
        self.rootDirectory = rootDirectory
        self.fileName = fileName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        replaceIfExists = try reader.boolean()
        try reader.skip(7)
        rootDirectory = try reader.integer()
        let length: UInt32 = try reader.integer()
        fileName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        let start = writer.count
        writer.boolean(replaceIfExists)
        writer.zeros(7)
        writer.integer(rootDirectory)
        writer.lengthAndName(fileName)
        // Windows refuses less than its structure's size, which rounds up to 24.
        writer.zeros(max(0, 24 - (writer.count - start)))
    }
}

/// Flags of FileRenameInformationEx and FileLinkInformationEx — [MS-FSCC] 2.4.43
package struct FileRenameFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let replaceIfExists = FileRenameFlags(rawValue: 0x0000_0001)
    package static let posixSemantics = FileRenameFlags(rawValue: 0x0000_0002)
    package static let suppressPinStateInheritance = FileRenameFlags(rawValue: 0x0000_0004)
    package static let ignoreReadOnlyAttribute = FileRenameFlags(rawValue: 0x0000_0040)
    /// All that are defined; those without a name here concern storage reserves.
    package static let defined = FileRenameFlags(rawValue: 0x0000_01FF)
}

/// FileRenameInformationEx and FileLinkInformationEx for SMB2, which look the same — [MS-FSCC] 2.4.43
package struct FileRenameInformationEx: InformationStructure {
    package var flags: FileRenameFlags
    /// Must be 0 over the network.
    package var rootDirectory: UInt64
    /// The new path from the share's root, WTF-8.
    package var fileName: [UInt8]

    package init(flags: FileRenameFlags, rootDirectory: UInt64 = 0, fileName: [UInt8]) {
        self.flags = flags
        self.rootDirectory = rootDirectory
        self.fileName = fileName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        flags = FileRenameFlags(rawValue: try reader.integer())
        try reader.skip(4)
        rootDirectory = try reader.integer()
        let length: UInt32 = try reader.integer()
        fileName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        let start = writer.count
        writer.integer(flags.rawValue)
        writer.zeros(4)
        writer.integer(rootDirectory)
        writer.lengthAndName(fileName)
        writer.zeros(max(0, 24 - (writer.count - start)))
    }
}
