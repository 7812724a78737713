package import WireCoding

/// FileFsVolumeInformation — [MS-FSCC] 2.5.9, 18 bytes and the label
package struct FileFsVolumeInformation: InformationStructure {
    package var volumeCreationTime: FileTime
    package var volumeSerialNumber: UInt32
    package var supportsObjects: Bool
    /// WTF-8.
    package var volumeLabel: [UInt8]

    package init(
        volumeCreationTime: FileTime, volumeSerialNumber: UInt32, supportsObjects: Bool = false, volumeLabel: [UInt8]
    ) {
        self.volumeCreationTime = volumeCreationTime
        self.volumeSerialNumber = volumeSerialNumber
        self.supportsObjects = supportsObjects
        self.volumeLabel = volumeLabel
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        volumeCreationTime = try FileTime(parsing: &reader)
        volumeSerialNumber = try reader.integer()
        let length: UInt32 = try reader.integer()
        supportsObjects = try reader.boolean()
        try reader.skip(1)
        volumeLabel = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        volumeCreationTime.write(to: &writer)
        writer.integer(volumeSerialNumber)
        let lengthAt = writer.count
        writer.integer(UInt32(0))
        writer.boolean(supportsObjects)
        writer.integer(UInt8(0))
        writer.patch(UInt32(clamping: UTF16LE.encode(volumeLabel, to: &writer)), at: lengthAt)
    }

    /// Of the part before the label.
    package static let fixedByteCount = 18
}

/// FileFsLabelInformation — [MS-FSCC] 2.5.5
package struct FileFsLabelInformation: InformationStructure {
    /// WTF-8.
    package var volumeLabel: [UInt8]

    package init(volumeLabel: [UInt8]) {
        self.volumeLabel = volumeLabel
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let length: UInt32 = try reader.integer()
        volumeLabel = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        writer.lengthAndName(volumeLabel)
    }
}

/// DeviceType and Characteristics of FileFsDeviceInformation — [MS-FSCC] 2.5.10, 8 bytes
package struct FileFsDeviceInformation: InformationStructure {
    package var deviceType: UInt32
    package var characteristics: UInt32

    package static let deviceTypeDisk: UInt32 = 0x0000_0007
    package static let deviceTypeNamedPipe: UInt32 = 0x0000_0011
    /// FILE_READ_ONLY_DEVICE
    package static let readOnlyDevice: UInt32 = 0x0000_0002
    /// FILE_REMOTE_DEVICE
    package static let remoteDevice: UInt32 = 0x0000_0010
    /// FILE_DEVICE_IS_MOUNTED
    package static let deviceIsMounted: UInt32 = 0x0000_0020

    package init(deviceType: UInt32 = Self.deviceTypeDisk, characteristics: UInt32 = Self.deviceIsMounted) {
        self.deviceType = deviceType
        self.characteristics = characteristics
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        deviceType = try reader.integer()
        characteristics = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(deviceType)
        writer.integer(characteristics)
    }
}

/// FileSystemAttributes — [MS-FSCC] 2.5.1
package struct FileSystemAttributes: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let caseSensitiveSearch = FileSystemAttributes(rawValue: 0x0000_0001)
    package static let casePreservedNames = FileSystemAttributes(rawValue: 0x0000_0002)
    package static let unicodeOnDisk = FileSystemAttributes(rawValue: 0x0000_0004)
    package static let persistentACLs = FileSystemAttributes(rawValue: 0x0000_0008)
    package static let fileCompression = FileSystemAttributes(rawValue: 0x0000_0010)
    package static let volumeQuotas = FileSystemAttributes(rawValue: 0x0000_0020)
    package static let supportsSparseFiles = FileSystemAttributes(rawValue: 0x0000_0040)
    package static let supportsReparsePoints = FileSystemAttributes(rawValue: 0x0000_0080)
    package static let supportsRemoteStorage = FileSystemAttributes(rawValue: 0x0000_0100)
    package static let volumeIsCompressed = FileSystemAttributes(rawValue: 0x0000_8000)
    package static let supportsObjectIDs = FileSystemAttributes(rawValue: 0x0001_0000)
    package static let supportsEncryption = FileSystemAttributes(rawValue: 0x0002_0000)
    package static let namedStreams = FileSystemAttributes(rawValue: 0x0004_0000)
    package static let readOnlyVolume = FileSystemAttributes(rawValue: 0x0008_0000)
    package static let sequentialWriteOnce = FileSystemAttributes(rawValue: 0x0010_0000)
    package static let supportsTransactions = FileSystemAttributes(rawValue: 0x0020_0000)
    package static let supportsHardLinks = FileSystemAttributes(rawValue: 0x0040_0000)
    package static let supportsExtendedAttributes = FileSystemAttributes(rawValue: 0x0080_0000)
    package static let supportsOpenByFileID = FileSystemAttributes(rawValue: 0x0100_0000)
    package static let supportsUSNJournal = FileSystemAttributes(rawValue: 0x0200_0000)
    package static let supportsIntegrityStreams = FileSystemAttributes(rawValue: 0x0400_0000)
    package static let supportsBlockRefcounting = FileSystemAttributes(rawValue: 0x0800_0000)
    package static let supportsSparseVDL = FileSystemAttributes(rawValue: 0x1000_0000)
}

/// FileFsAttributeInformation — [MS-FSCC] 2.5.1, 12 bytes and the name
package struct FileFsAttributeInformation: InformationStructure {
    package var fileSystemAttributes: FileSystemAttributes
    /// UTF-16 units.
    package var maximumComponentNameLength: UInt32
    /// Such as "NTFS", WTF-8.
    package var fileSystemName: [UInt8]

    package init(
        fileSystemAttributes: FileSystemAttributes, maximumComponentNameLength: UInt32 = 255, fileSystemName: [UInt8]
    ) {
        self.fileSystemAttributes = fileSystemAttributes
        self.maximumComponentNameLength = maximumComponentNameLength
        self.fileSystemName = fileSystemName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        fileSystemAttributes = FileSystemAttributes(rawValue: try reader.integer())
        maximumComponentNameLength = try reader.integer()
        let length: UInt32 = try reader.integer()
        fileSystemName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(fileSystemAttributes.rawValue)
        writer.integer(maximumComponentNameLength)
        writer.lengthAndName(fileSystemName)
    }

    /// Of the part before the name.
    package static let fixedByteCount = 12
}
