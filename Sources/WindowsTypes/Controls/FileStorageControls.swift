package import WireCoding

/// CompressionState: the output of FSCTL_GET_COMPRESSION and the input of FSCTL_SET_COMPRESSION — [MS-FSCC] 2.3.18
package struct CompressionState: InformationStructure {
    package static let byteCount = 2
    /// COMPRESSION_FORMAT_NONE
    package static let none = CompressionState(format: 0)

    package var format: UInt16

    package init(format: UInt16) {
        self.format = format
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        format = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(format)
    }
}

/// FSCTL_GET_INTEGRITY_INFORMATION_BUFFER, the output of FSCTL_GET_INTEGRITY_INFORMATION — [MS-FSCC] 2.3.20
package struct IntegrityInformation: InformationStructure {
    package static let byteCount = 16

    /// CHECKSUM_TYPE_NONE is 0.
    package var checksumAlgorithm: UInt16
    package var flags: UInt32
    /// Bytes; 0 without checksums.
    package var checksumChunkSize: UInt32
    /// Bytes.
    package var clusterSize: UInt32

    package init(
        checksumAlgorithm: UInt16, flags: UInt32, checksumChunkSize: UInt32, clusterSize: UInt32
    ) {
        self.checksumAlgorithm = checksumAlgorithm
        self.flags = flags
        self.checksumChunkSize = checksumChunkSize
        self.clusterSize = clusterSize
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        checksumAlgorithm = try reader.integer()
        try reader.skip(2)
        flags = try reader.integer()
        checksumChunkSize = try reader.integer()
        clusterSize = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(checksumAlgorithm)
        writer.integer(UInt16(0))
        writer.integer(flags)
        writer.integer(checksumChunkSize)
        writer.integer(clusterSize)
    }
}

/// FSCTL_SET_INTEGRITY_INFORMATION_BUFFER, the input of FSCTL_SET_INTEGRITY_INFORMATION — [MS-FSCC] 2.3.73
package struct IntegrityUpdate: InformationStructure {
    /// CHECKSUM_TYPE_NONE
    package static let none: UInt16 = 0
    /// CHECKSUM_TYPE_UNCHANGED
    package static let unchanged: UInt16 = 0xFFFF

    package var checksumAlgorithm: UInt16
    package var flags: UInt32

    package init(checksumAlgorithm: UInt16, flags: UInt32) {
        self.checksumAlgorithm = checksumAlgorithm
        self.flags = flags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        checksumAlgorithm = try reader.integer()
        try reader.skip(2)
        flags = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(checksumAlgorithm)
        writer.integer(UInt16(0))
        writer.integer(flags)
    }
}

/// FILE_OBJECTID_BUFFER, type 1: the output of FSCTL_CREATE_OR_GET_OBJECT_ID and FSCTL_GET_OBJECT_ID —
/// [MS-FSCC] 2.1.3.1
package struct FileObjectIDBuffer: InformationStructure {
    package static let byteCount = 64

    package var objectID: GUID
    /// Of the volume on which the object was made.
    package var birthVolumeID: GUID
    package var birthObjectID: GUID
    package var domainID: GUID

    package init(objectID: GUID, birthVolumeID: GUID, birthObjectID: GUID, domainID: GUID = .zero) {
        self.objectID = objectID
        self.birthVolumeID = birthVolumeID
        self.birthObjectID = birthObjectID
        self.domainID = domainID
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        objectID = try GUID(parsing: &reader)
        birthVolumeID = try GUID(parsing: &reader)
        birthObjectID = try GUID(parsing: &reader)
        domainID = try GUID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        objectID.write(to: &writer)
        birthVolumeID.write(to: &writer)
        birthObjectID.write(to: &writer)
        domainID.write(to: &writer)
    }
}
