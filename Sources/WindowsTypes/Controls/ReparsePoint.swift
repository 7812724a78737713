package import WireCoding

/// ReparseTag — [MS-FSCC] 2.1.2.1. Open: whoever sees one that he does not know leaves it alone.
package struct ReparseTag: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// IO_REPARSE_TAG_RESERVED_ZERO: none.
    package static let none = ReparseTag(rawValue: 0)
    /// IO_REPARSE_TAG_RESERVED_ONE
    package static let reservedOne = ReparseTag(rawValue: 1)
    /// IO_REPARSE_TAG_SYMLINK
    package static let symbolicLink = ReparseTag(rawValue: 0xA000_000C)
    /// IO_REPARSE_TAG_NFS
    package static let nfs = ReparseTag(rawValue: 0x8000_0014)
    /// IO_REPARSE_TAG_MOUNT_POINT
    package static let mountPoint = ReparseTag(rawValue: 0xA000_0003)
}

/// REPARSE_DATA_BUFFER: the input of FSCTL_SET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT, the output of
/// FSCTL_GET_REPARSE_POINT — [MS-FSCC] 2.1.2.2
package struct ReparseDataBuffer: InformationStructure {
    package static let headerByteCount = 8
    /// MAXIMUM_REPARSE_DATA_BUFFER_SIZE: the header and all, in bytes.
    package static let maximumByteCount = 16_384

    package var tag: ReparseTag
    /// What the tag's owner put there.
    package var data: [UInt8]

    package init(tag: ReparseTag, data: [UInt8] = []) {
        self.tag = tag
        self.data = data
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        tag = ReparseTag(rawValue: try reader.integer())
        let length: UInt16 = try reader.integer()
        try reader.skip(2)
        data = try reader.array(Int(length))
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(tag.rawValue)
        writer.integer(UInt16(clamping: data.count))
        writer.integer(UInt16(0))
        writer.append(data)
    }
}

/// The data of IO_REPARSE_TAG_SYMLINK — [MS-FSCC] 2.1.2.4
package struct SymbolicLinkReparseData: InformationStructure {
    /// The target as it is to be followed, WTF-8 with backslashes.
    package var substituteName: [UInt8]
    /// The target as it is to be shown, WTF-8.
    package var printName: [UInt8]
    /// SYMLINK_FLAG_RELATIVE
    package var isRelative: Bool

    package init(substituteName: [UInt8], printName: [UInt8], isRelative: Bool) {
        self.substituteName = substituteName
        self.printName = printName
        self.isRelative = isRelative
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let substituteOffset: UInt16 = try reader.integer()
        let substituteLength: UInt16 = try reader.integer()
        let printOffset: UInt16 = try reader.integer()
        let printLength: UInt16 = try reader.integer()
        let flags: UInt32 = try reader.integer()
        isRelative = flags & 1 != 0
        let names = WireReader(try reader.span(reader.remaining))
        substituteName = try UTF16LE.decode(
            try names.slice(at: substituteOffset, count: substituteLength))
        printName = try UTF16LE.decode(try names.slice(at: printOffset, count: printLength))
    }

    package func write(to writer: inout WireWriter) {
        let substituteLength = UTF16LE.byteCount(of: substituteName)
        writer.integer(UInt16(0))
        writer.integer(UInt16(clamping: substituteLength))
        writer.integer(UInt16(clamping: substituteLength))
        writer.integer(UInt16(clamping: UTF16LE.byteCount(of: printName)))
        writer.integer(UInt32(isRelative ? 1 : 0))
        UTF16LE.encode(substituteName, to: &writer)
        UTF16LE.encode(printName, to: &writer)
    }
}

/// The data of IO_REPARSE_TAG_NFS: what POSIX has beside files and directories — [MS-FSCC] 2.1.2.6
package enum NFSReparseData: InformationStructure {
    /// NFS_SPECFILE_LNK: the target as POSIX writes it, WTF-8.
    case symbolicLink([UInt8])
    case characterDevice(major: UInt32, minor: UInt32)
    case blockDevice(major: UInt32, minor: UInt32)
    case fifo
    case socket

    private static let symbolicLinkType: UInt64 = 0x014B_4E4C
    private static let characterDeviceType: UInt64 = 0x0052_4843
    private static let blockDeviceType: UInt64 = 0x004B_4C42
    private static let fifoType: UInt64 = 0x4F46_4946
    private static let socketType: UInt64 = 0x4B43_4F53

    package init(parsing reader: inout WireReader) throws(WireError) {
        let type: UInt64 = try reader.integer()
        switch type {
        case Self.symbolicLinkType:
            self = .symbolicLink(try UTF16LE.decode(try reader.span(reader.remaining)))
        case Self.characterDeviceType:
            self = .characterDevice(major: try reader.integer(), minor: try reader.integer())
        case Self.blockDeviceType:
            self = .blockDevice(major: try reader.integer(), minor: try reader.integer())
        case Self.fifoType: self = .fifo
        case Self.socketType: self = .socket
        default: throw .unknownValue(field: "Type", value: type)
        }
    }

    package func write(to writer: inout WireWriter) {
        switch self {
        case .symbolicLink(let target):
            writer.integer(Self.symbolicLinkType)
            UTF16LE.encode(target, to: &writer)
        case .characterDevice(let major, let minor):
            writer.integer(Self.characterDeviceType)
            writer.integer(major)
            writer.integer(minor)
        case .blockDevice(let major, let minor):
            writer.integer(Self.blockDeviceType)
            writer.integer(major)
            writer.integer(minor)
        case .fifo: writer.integer(Self.fifoType)
        case .socket: writer.integer(Self.socketType)
        }
    }
}
