import FileSystemCore
import FileSystemModel
import WindowsTypes

/// The file-system classes of QUERY_INFO — [MS-FSCC] 2.5. Only what works is claimed: user interfaces obey it.
struct VolumeQuery {
    let statistics: FileSystemStatistics
    /// WTF-8.
    let label: [UInt8]
    let isReadOnly: Bool
    let hasNamedStreams: Bool
    /// Asked through an open of the POSIX extensions.
    let isPosix: Bool

    /// Nil for a class that the table does not answer.
    func answer(_ informationClass: FileSystemInformationClass) -> InformationAnswer? {
        switch informationClass {
        case .volume: InformationAnswer(volume.bytes, fixedByteCount: 24)
        case .size: InformationAnswer(size.bytes)
        case .device: InformationAnswer(device.bytes)
        case .attribute: InformationAnswer(attribute.bytes, fixedByteCount: 16)
        // No limits, and none that could be set.
        case .control: InformationAnswer(FileFsControlInformation().bytes)
        case .fullSize: InformationAnswer(fullSize.bytes)
        case .objectID: InformationAnswer(FileFsObjectIdInformation(objectID: objectID).bytes)
        case .sectorSize: InformationAnswer(sectorSize.bytes)
        case .posix: isPosix ? InformationAnswer(posix.bytes) : nil
        default: nil
        }
    }

    private var volume: FileFsVolumeInformation {
        FileFsVolumeInformation(
            volumeCreationTime: FileTime(statistics.created),
            volumeSerialNumber: UInt32(truncatingIfNeeded: statistics.identifier), volumeLabel: label)
    }

    private var size: FileFsSizeInformation {
        FileFsSizeInformation(
            totalAllocationUnits: statistics.totalBytes / VolumeGeometry.unit,
            availableAllocationUnits: statistics.freeBytes / VolumeGeometry.unit,
            sectorsPerAllocationUnit: VolumeGeometry.sectorsPerUnit, bytesPerSector: VolumeGeometry.bytesPerSector)
    }

    private var fullSize: FileFsFullSizeInformation {
        let free = statistics.freeBytes / VolumeGeometry.unit
        return FileFsFullSizeInformation(
            totalAllocationUnits: statistics.totalBytes / VolumeGeometry.unit, callerAvailableAllocationUnits: free,
            actualAvailableAllocationUnits: free, sectorsPerAllocationUnit: VolumeGeometry.sectorsPerUnit,
            bytesPerSector: VolumeGeometry.bytesPerSector)
    }

    private var device: FileFsDeviceInformation {
        var characteristics = FileFsDeviceInformation.deviceIsMounted
        if isReadOnly { characteristics |= FileFsDeviceInformation.readOnlyDevice }
        return FileFsDeviceInformation(
            deviceType: FileFsDeviceInformation.deviceTypeDisk, characteristics: characteristics)
    }

    /// Names are kept as they are written and found in any case, and two may differ in nothing else; descriptors keep no
    /// more than the mode, and there are no quotas and no compression.
    private var attribute: FileFsAttributeInformation {
        var claims: FileSystemAttributes = [
            .caseSensitiveSearch, .casePreservedNames, .unicodeOnDisk, .supportsHardLinks, .supportsExtendedAttributes,
            .supportsSparseFiles, .supportsReparsePoints, .supportsObjectIDs, .supportsBlockRefcounting,
        ]
        if hasNamedStreams { claims.insert(.namedStreams) }
        if isReadOnly { claims.insert(.readOnlyVolume) }
        return FileFsAttributeInformation(
            fileSystemAttributes: claims, maximumComponentNameLength: UInt32(FileName.maximumUnits),
            fileSystemName: Array("NTFS".utf8))
    }

    /// As the mount's statfs(2) has it.
    private var posix: FileFsPosixInformation {
        let unit = UInt64(max(statistics.blockSize, 1))
        let free = statistics.freeBytes / unit
        return FileFsPosixInformation(
            optimalTransferSize: statistics.blockSize, blockSize: statistics.blockSize,
            totalBlocks: statistics.totalBytes / unit, availableBlocks: free, userAvailableBlocks: free,
            totalFileNodes: statistics.inodes &+ free, freeFileNodes: free, identifier: statistics.identifier)
    }

    private var objectID: GUID { GUID(first: statistics.identifier, second: 0) }

    private var sectorSize: FileFsSectorSizeInformation {
        let physical = UInt32(VolumeGeometry.unit)
        return FileFsSectorSizeInformation(
            logicalBytesPerSector: VolumeGeometry.bytesPerSector, physicalBytesPerSectorForAtomicity: physical,
            physicalBytesPerSectorForPerformance: physical,
            fileSystemEffectivePhysicalBytesPerSectorForAtomicity: physical)
    }
}
