package import WireCoding

/// FileFsSizeInformation — [MS-FSCC] 2.5.8, 24 bytes
package struct FileFsSizeInformation: InformationStructure {
    package var totalAllocationUnits: UInt64
    package var availableAllocationUnits: UInt64
    package var sectorsPerAllocationUnit: UInt32
    package var bytesPerSector: UInt32

    package init(
        totalAllocationUnits: UInt64, availableAllocationUnits: UInt64, sectorsPerAllocationUnit: UInt32,
        bytesPerSector: UInt32
    ) {
        self.totalAllocationUnits = totalAllocationUnits
        self.availableAllocationUnits = availableAllocationUnits
        self.sectorsPerAllocationUnit = sectorsPerAllocationUnit
        self.bytesPerSector = bytesPerSector
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        totalAllocationUnits = try reader.integer()
        availableAllocationUnits = try reader.integer()
        sectorsPerAllocationUnit = try reader.integer()
        bytesPerSector = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(totalAllocationUnits)
        writer.integer(availableAllocationUnits)
        writer.integer(sectorsPerAllocationUnit)
        writer.integer(bytesPerSector)
    }
}

/// FileFsFullSizeInformation — [MS-FSCC] 2.5.4, 32 bytes
package struct FileFsFullSizeInformation: InformationStructure {
    package var totalAllocationUnits: UInt64
    package var callerAvailableAllocationUnits: UInt64
    package var actualAvailableAllocationUnits: UInt64
    package var sectorsPerAllocationUnit: UInt32
    package var bytesPerSector: UInt32

    package init(
        totalAllocationUnits: UInt64, callerAvailableAllocationUnits: UInt64, actualAvailableAllocationUnits: UInt64,
        sectorsPerAllocationUnit: UInt32, bytesPerSector: UInt32
    ) {
        self.totalAllocationUnits = totalAllocationUnits
        self.callerAvailableAllocationUnits = callerAvailableAllocationUnits
        self.actualAvailableAllocationUnits = actualAvailableAllocationUnits
        self.sectorsPerAllocationUnit = sectorsPerAllocationUnit
        self.bytesPerSector = bytesPerSector
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        totalAllocationUnits = try reader.integer()
        callerAvailableAllocationUnits = try reader.integer()
        actualAvailableAllocationUnits = try reader.integer()
        sectorsPerAllocationUnit = try reader.integer()
        bytesPerSector = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(totalAllocationUnits)
        writer.integer(callerAvailableAllocationUnits)
        writer.integer(actualAvailableAllocationUnits)
        writer.integer(sectorsPerAllocationUnit)
        writer.integer(bytesPerSector)
    }
}

/// FileFsSectorSizeInformation — [MS-FSCC] 2.5.7, 28 bytes
package struct FileFsSectorSizeInformation: InformationStructure {
    package var logicalBytesPerSector: UInt32
    package var physicalBytesPerSectorForAtomicity: UInt32
    package var physicalBytesPerSectorForPerformance: UInt32
    package var fileSystemEffectivePhysicalBytesPerSectorForAtomicity: UInt32
    /// Bit 0: aligned device; bit 1: partition aligned on device; bit 2: no seek penalty; bit 3: trim enabled.
    package var flags: UInt32
    /// Bytes; 0 where the alignment is right, all ones where it is not known.
    package var byteOffsetForSectorAlignment: UInt32
    /// Bytes; as above.
    package var byteOffsetForPartitionAlignment: UInt32

    package init(
        logicalBytesPerSector: UInt32, physicalBytesPerSectorForAtomicity: UInt32,
        physicalBytesPerSectorForPerformance: UInt32, fileSystemEffectivePhysicalBytesPerSectorForAtomicity: UInt32,
        flags: UInt32 = 0x3, byteOffsetForSectorAlignment: UInt32 = 0, byteOffsetForPartitionAlignment: UInt32 = 0
    ) {
        self.logicalBytesPerSector = logicalBytesPerSector
        self.physicalBytesPerSectorForAtomicity = physicalBytesPerSectorForAtomicity
        self.physicalBytesPerSectorForPerformance = physicalBytesPerSectorForPerformance
        self.fileSystemEffectivePhysicalBytesPerSectorForAtomicity =
            fileSystemEffectivePhysicalBytesPerSectorForAtomicity
        self.flags = flags
        self.byteOffsetForSectorAlignment = byteOffsetForSectorAlignment
        self.byteOffsetForPartitionAlignment = byteOffsetForPartitionAlignment
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        logicalBytesPerSector = try reader.integer()
        physicalBytesPerSectorForAtomicity = try reader.integer()
        physicalBytesPerSectorForPerformance = try reader.integer()
        fileSystemEffectivePhysicalBytesPerSectorForAtomicity = try reader.integer()
        flags = try reader.integer()
        byteOffsetForSectorAlignment = try reader.integer()
        byteOffsetForPartitionAlignment = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(logicalBytesPerSector)
        writer.integer(physicalBytesPerSectorForAtomicity)
        writer.integer(physicalBytesPerSectorForPerformance)
        writer.integer(fileSystemEffectivePhysicalBytesPerSectorForAtomicity)
        writer.integer(flags)
        writer.integer(byteOffsetForSectorAlignment)
        writer.integer(byteOffsetForPartitionAlignment)
    }
}

/// FileFsObjectIdInformation — [MS-FSCC] 2.5.6, 64 bytes. The 48 bytes of ExtendedInfo are zero here.
package struct FileFsObjectIdInformation: InformationStructure {
    package var objectID: GUID

    package init(objectID: GUID) {
        self.objectID = objectID
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        objectID = try GUID(parsing: &reader)
        try reader.skip(48)
    }

    package func write(to writer: inout WireWriter) {
        objectID.write(to: &writer)
        writer.zeros(48)
    }
}

/// FileFsControlInformation, quota limits of the volume — [MS-FSCC] 2.5.2, 48 bytes
package struct FileFsControlInformation: InformationStructure {
    package var freeSpaceStartFiltering: UInt64
    package var freeSpaceThreshold: UInt64
    package var freeSpaceStopFiltering: UInt64
    /// Bytes; all ones for no limit.
    package var defaultQuotaThreshold: UInt64
    /// Bytes; all ones for no limit.
    package var defaultQuotaLimit: UInt64
    package var fileSystemControlFlags: UInt32

    package init(
        freeSpaceStartFiltering: UInt64 = 0, freeSpaceThreshold: UInt64 = 0, freeSpaceStopFiltering: UInt64 = 0,
        defaultQuotaThreshold: UInt64 = .max, defaultQuotaLimit: UInt64 = .max, fileSystemControlFlags: UInt32 = 0
    ) {
        self.freeSpaceStartFiltering = freeSpaceStartFiltering
        self.freeSpaceThreshold = freeSpaceThreshold
        self.freeSpaceStopFiltering = freeSpaceStopFiltering
        self.defaultQuotaThreshold = defaultQuotaThreshold
        self.defaultQuotaLimit = defaultQuotaLimit
        self.fileSystemControlFlags = fileSystemControlFlags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        freeSpaceStartFiltering = try reader.integer()
        freeSpaceThreshold = try reader.integer()
        freeSpaceStopFiltering = try reader.integer()
        defaultQuotaThreshold = try reader.integer()
        defaultQuotaLimit = try reader.integer()
        fileSystemControlFlags = try reader.integer()
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(freeSpaceStartFiltering)
        writer.integer(freeSpaceThreshold)
        writer.integer(freeSpaceStopFiltering)
        writer.integer(defaultQuotaThreshold)
        writer.integer(defaultQuotaLimit)
        writer.integer(fileSystemControlFlags)
        writer.integer(UInt32(0))
    }
}
