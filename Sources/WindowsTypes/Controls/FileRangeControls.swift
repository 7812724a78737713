package import WireCoding

/// FILE_ZERO_DATA_INFORMATION, the input of FSCTL_SET_ZERO_DATA — [MS-FSCC] 2.3.85
package struct FileZeroDataInformation: InformationStructure {
    package var fileOffset: UInt64
    /// The first byte after the last one that is to be zero.
    package var beyondFinalZero: UInt64

    package init(fileOffset: UInt64, beyondFinalZero: UInt64) {
        self.fileOffset = fileOffset
        self.beyondFinalZero = beyondFinalZero
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        fileOffset = try reader.integer()
        beyondFinalZero = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(fileOffset)
        writer.integer(beyondFinalZero)
    }
}

/// FILE_ALLOCATED_RANGE_BUFFER: the input of FSCTL_QUERY_ALLOCATED_RANGES, and each element of its output —
/// [MS-FSCC] 2.3.51
package struct FileAllocatedRange: InformationStructure {
    package static let byteCount = 16

    package var fileOffset: UInt64
    /// Bytes.
    package var length: UInt64

    package init(fileOffset: UInt64, length: UInt64) {
        self.fileOffset = fileOffset
        self.length = length
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        fileOffset = try reader.integer()
        length = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(fileOffset)
        writer.integer(length)
    }
}

/// FILE_SET_SPARSE_BUFFER, the input of FSCTL_SET_SPARSE — [MS-FSCC] 2.3.83
package struct FileSetSparseBuffer: InformationStructure {
    package var setSparse: Bool

    package init(setSparse: Bool) {
        self.setSparse = setSparse
    }

    /// "If no input buffer is passed … the file is set to sparse." What follows the byte does not count.
    package init(parsing reader: inout WireReader) throws(WireError) {
        setSparse = reader.isAtEnd ? true : try reader.boolean()
    }

    package func write(to writer: inout WireWriter) {
        writer.boolean(setSparse)
    }
}

/// FILE_REGION_INPUT, the input of FSCTL_QUERY_FILE_REGIONS — [MS-FSCC] 2.3.55
package struct FileRegionInput: InformationStructure {
    package var fileOffset: UInt64
    /// Bytes.
    package var length: UInt64
    /// FILE_REGION_USAGE_VALID_CACHED_DATA and the like.
    package var desiredUsage: UInt32

    package init(fileOffset: UInt64, length: UInt64, desiredUsage: UInt32) {
        self.fileOffset = fileOffset
        self.length = length
        self.desiredUsage = desiredUsage
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        fileOffset = try reader.integer()
        length = try reader.integer()
        desiredUsage = try reader.integer()
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(fileOffset)
        writer.integer(length)
        writer.integer(desiredUsage)
        writer.integer(UInt32(0))
    }
}

/// FILE_REGION_OUTPUT, the output of FSCTL_QUERY_FILE_REGIONS — [MS-FSCC] 2.3.56
package struct FileRegionOutput: InformationStructure {
    package struct Region: Equatable, Sendable {
        package static let byteCount = 24

        package var fileOffset: UInt64
        /// Bytes.
        package var length: UInt64
        package var usage: UInt32

        package init(fileOffset: UInt64, length: UInt64, usage: UInt32) {
            self.fileOffset = fileOffset
            self.length = length
            self.usage = usage
        }
    }

    package static let headerByteCount = 16
    /// FILE_REGION_USAGE_VALID_CACHED_DATA: within what was ever written.
    package static let validCachedData: UInt32 = 1

    /// How many there are, also where not all are told.
    package var totalRegionCount: UInt32
    package var regions: [Region]

    package init(totalRegionCount: UInt32, regions: [Region]) {
        self.totalRegionCount = totalRegionCount
        self.regions = regions
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        totalRegionCount = try reader.integer()
        let count: UInt32 = try reader.integer()
        try reader.skip(4)
        guard UInt64(count) <= UInt64(reader.remaining / Region.byteCount) else {
            throw .tooMany(field: "RegionEntryCount", limit: reader.remaining / Region.byteCount)
        }
        regions = []
        for _ in 0..<count {
            regions.append(
                Region(
                    fileOffset: try reader.integer(), length: try reader.integer(),
                    usage: try reader.integer()))
            try reader.skip(4)
        }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(UInt32(0))
        writer.integer(totalRegionCount)
        writer.integer(UInt32(clamping: regions.count))
        writer.integer(UInt32(0))
        for region in regions {
            writer.integer(region.fileOffset)
            writer.integer(region.length)
            writer.integer(region.usage)
            writer.integer(UInt32(0))
        }
    }
}

/// FILE_LEVEL_TRIM, the input of FSCTL_FILE_LEVEL_TRIM — [MS-FSCC] 2.3.13
package struct FileLevelTrim: InformationStructure {
    /// Only a server's own programs have one.
    package var key: UInt32
    package var ranges: [FileAllocatedRange]

    package init(key: UInt32 = 0, ranges: [FileAllocatedRange]) {
        self.key = key
        self.ranges = ranges
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        key = try reader.integer()
        let count: UInt32 = try reader.integer()
        guard UInt64(count) <= UInt64(reader.remaining / FileAllocatedRange.byteCount) else {
            throw .tooMany(field: "NumRanges", limit: reader.remaining / FileAllocatedRange.byteCount)
        }
        ranges = []
        for _ in 0..<count { ranges.append(try FileAllocatedRange(parsing: &reader)) }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(key)
        writer.integer(UInt32(clamping: ranges.count))
        for range in ranges { range.write(to: &writer) }
    }
}
