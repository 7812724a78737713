import AccessControl
import HostileInput
import Testing
import WindowsTypes
import WireCoding

/// One row: a structure, its bytes derived by hand from the section that its doc comment names.
struct InformationFixture: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    /// How much of ``bytes`` the decoder needs; less where the encoder pads.
    var required: Int
    var decode: @Sendable (_ bytes: [UInt8]) throws -> Bool
    var encoded: [UInt8]

    var testDescription: String { name }

    init<Structure: InformationStructure>(_ value: Structure, _ hex: String, padding: Int = 0) {
        name = "\(Structure.self)"
        bytes = HostileInput.bytes(ofHex: hex)
        required = bytes.count - padding
        decode = { try Structure(bytes: $0) == value }
        encoded = value.bytes
    }
}

let time = FileTime(rawValue: 0x0807_0605_0403_0201)
let timeHex = "0102030405060708"
let otherTime = FileTime(rawValue: 1)
let otherTimeHex = "0100000000000000"

let basic = FileBasicInformation(
    creationTime: time, lastAccessTime: otherTime, lastWriteTime: time, changeTime: otherTime,
    fileAttributes: [.hidden, .archive])
let basicHex = "\(timeHex) \(otherTimeHex) \(timeHex) \(otherTimeHex) 22000000 00000000"
let standard = FileStandardInformation(
    allocationSize: 0x1000, endOfFile: 0xFFF, numberOfLinks: 2, deletePending: true, directory: false)
let standardHex = "0010000000000000 ff0f000000000000 02000000 01 00 0000"

let informationFixtures: [InformationFixture] = [
    InformationFixture(basic, basicHex),
    InformationFixture(
        FileBasicUpdate(
            creationTime: .set(time), lastAccessTime: .freeze, lastWriteTime: .thaw, changeTime: .omit,
            fileAttributes: .normal),
        "\(timeHex) ffffffffffffffff feffffffffffffff 0000000000000000 80000000 00000000"),
    InformationFixture(standard, standardHex),
    InformationFixture(FileInternalInformation(indexNumber: 0x1122), "2211000000000000"),
    InformationFixture(FileEaInformation(eaSize: 5), "05000000"),
    InformationFixture(FileAccessInformation(accessFlags: 0x001F_01FF), "ff011f00"),
    InformationFixture(FilePositionInformation(currentByteOffset: 3), "0300000000000000"),
    InformationFixture(FileModeInformation(mode: 0x1002), "02100000"),
    InformationFixture(FileAlignmentInformation(alignmentRequirement: 7), "07000000"),
    InformationFixture(FileNameInformation(fileName: Array("é".utf8)), "02000000 e900"),
    InformationFixture(
        FileAllInformation(
            basic: basic, standard: standard, internal: FileInternalInformation(indexNumber: 17),
            ea: FileEaInformation(eaSize: 1), access: FileAccessInformation(accessFlags: 2),
            position: FilePositionInformation(currentByteOffset: 3), mode: FileModeInformation(mode: 4),
            alignment: FileAlignmentInformation(alignmentRequirement: 5),
            name: FileNameInformation(fileName: Array(#"\a"#.utf8))),
        """
        \(basicHex) \(standardHex) 1100000000000000 01000000 02000000 0300000000000000 04000000 05000000
        04000000 5c006100
        """),
    InformationFixture(
        FileNetworkOpenInformation(
            creationTime: time, lastAccessTime: time, lastWriteTime: time, changeTime: otherTime, allocationSize: 0x200,
            endOfFile: 0x101, fileAttributes: .directory),
        "\(timeHex) \(timeHex) \(timeHex) \(otherTimeHex) 0002000000000000 0101000000000000 10000000 00000000"),
    InformationFixture(
        FileAttributeTagInformation(fileAttributes: .reparsePoint, reparseTag: 0xA000_000C), "00040000 0c0000a0"),
    InformationFixture(
        FileCompressionInformation(
            compressedFileSize: 9, compressionFormat: 2, compressionUnitShift: 16, chunkShift: 12, clusterShift: 12),
        "0900000000000000 0200 10 0c 0c 000000"),
    InformationFixture(
        FileIdInformation(volumeSerialNumber: 1, fileID: 2, fileIDHigh: 3),
        "0100000000000000 0200000000000000 0300000000000000"),
    InformationFixture(FileAllocationInformation(allocationSize: 4), "0400000000000000"),
    InformationFixture(FileEndOfFileInformation(endOfFile: 4), "0400000000000000"),
    InformationFixture(FileValidDataLengthInformation(validDataLength: 4), "0400000000000000"),
    InformationFixture(FileDispositionInformation(deletePending: true), "01"),
    InformationFixture(FileDispositionInformationEx(flags: [.delete, .ignoreReadOnlyAttribute]), "11000000"),
    InformationFixture(
        FileRenameInformation(replaceIfExists: true, fileName: Array("abc".utf8)),
        "01 00000000000000 0000000000000000 06000000 610062006300"),
    InformationFixture(
        FileRenameInformation(replaceIfExists: false, fileName: Array("a".utf8)),
        "00 00000000000000 0000000000000000 02000000 6100 0000", padding: 2),
    InformationFixture(
        FileRenameInformationEx(flags: [.replaceIfExists, .posixSemantics], fileName: Array("abc".utf8)),
        "03000000 00000000 0000000000000000 06000000 610062006300"),
    InformationFixture(
        FileRenameInformationEx(flags: .ignoreReadOnlyAttribute, fileName: Array("a".utf8)),
        "40000000 00000000 0000000000000000 02000000 6100 0000", padding: 2),
    InformationFixture(
        FileFsVolumeInformation(
            volumeCreationTime: time, volumeSerialNumber: 0xABCD_EF01, supportsObjects: true,
            volumeLabel: Array("v".utf8)),
        "\(timeHex) 01efcdab 02000000 01 00 7600"),
    InformationFixture(
        FilePosixInformation(
            creationTime: time, lastAccessTime: otherTime, lastWriteTime: time, changeTime: otherTime, endOfFile: 5,
            allocationSize: 0x1000, fileAttributes: .archive, inode: 0x1122, device: 7,
            facts: PosixFileFacts(
                hardLinks: 2, reparseTag: 0xA000_000C, mode: 0o20644, owner: SID(unixUser: 1000),
                group: SID(unixGroup: 100))),
        """
        \(timeHex) \(otherTimeHex) \(timeHex) \(otherTimeHex) 0500000000000000 0010000000000000 20000000
        2211000000000000 07000000 00000000 02000000 0c0000a0 a4210000
        0102 000000000016 01000000 e8030000 0102 000000000016 02000000 64000000
        """),
    InformationFixture(
        FileFsPosixInformation(
            optimalTransferSize: 0x1000, blockSize: 0x200, totalBlocks: 3, availableBlocks: 4, userAvailableBlocks: 5,
            totalFileNodes: 6, freeFileNodes: 7, identifier: 8),
        """
        00100000 00020000 0300000000000000 0400000000000000 0500000000000000 0600000000000000 0700000000000000
        0800000000000000
        """),
    InformationFixture(FileFsLabelInformation(volumeLabel: Array("v".utf8)), "02000000 7600"),
    InformationFixture(
        FileFsSizeInformation(
            totalAllocationUnits: 100, availableAllocationUnits: 50, sectorsPerAllocationUnit: 8, bytesPerSector: 512),
        "6400000000000000 3200000000000000 08000000 00020000"),
    InformationFixture(FileFsDeviceInformation(), "07000000 20000000"),
    InformationFixture(
        FileFsAttributeInformation(
            fileSystemAttributes: [.caseSensitiveSearch, .casePreservedNames, .unicodeOnDisk, .persistentACLs],
            fileSystemName: Array("NTFS".utf8)),
        "0f000000 ff000000 08000000 4e00540046005300"),
    InformationFixture(
        FileFsFullSizeInformation(
            totalAllocationUnits: 100, callerAvailableAllocationUnits: 50, actualAvailableAllocationUnits: 60,
            sectorsPerAllocationUnit: 8, bytesPerSector: 512),
        "6400000000000000 3200000000000000 3c00000000000000 08000000 00020000"),
    InformationFixture(
        FileFsSectorSizeInformation(
            logicalBytesPerSector: 512, physicalBytesPerSectorForAtomicity: 4096,
            physicalBytesPerSectorForPerformance: 4096, fileSystemEffectivePhysicalBytesPerSectorForAtomicity: 4096,
            flags: 3, byteOffsetForSectorAlignment: 0, byteOffsetForPartitionAlignment: .max),
        "00020000 00100000 00100000 00100000 03000000 00000000 ffffffff"),
    InformationFixture(
        FileFsObjectIdInformation(objectID: GUID(1, 2, 3, 4)),
        "01000000 0200 0300 0000000000000004" + String(repeating: "00", count: 48)),
    InformationFixture(
        FileFsControlInformation(defaultQuotaLimit: 8, fileSystemControlFlags: 2),
        """
        0000000000000000 0000000000000000 0000000000000000 ffffffffffffffff 0800000000000000 02000000 00000000
        """),
] + controlFixtures

/// Bodies of control codes — [MS-FSCC] 2.3
private let controlFixtures: [InformationFixture] = [
    InformationFixture(FileZeroDataInformation(fileOffset: 1, beyondFinalZero: 2), "0100000000000000 0200000000000000"),
    InformationFixture(FileAllocatedRange(fileOffset: 3, length: 4), "0300000000000000 0400000000000000"),
    InformationFixture(FileSetSparseBuffer(setSparse: false), "00", padding: 1),
    InformationFixture(
        FileRegionInput(fileOffset: 1, length: 2, desiredUsage: 3),
        "0100000000000000 0200000000000000 03000000 00000000"),
    InformationFixture(
        FileRegionOutput(
            totalRegionCount: 2, regions: [FileRegionOutput.Region(fileOffset: 1, length: 2, usage: 1)]),
        "00000000 02000000 01000000 00000000 0100000000000000 0200000000000000 01000000 00000000"),
    InformationFixture(
        FileLevelTrim(ranges: [FileAllocatedRange(fileOffset: 1, length: 2)]),
        "00000000 01000000 0100000000000000 0200000000000000"),
    InformationFixture(CompressionState(format: 2), "0200"),
    InformationFixture(ReparseDataBuffer(tag: .nfs, data: [1, 2, 3]), "14000080 0300 0000 010203"),
    InformationFixture(
        SymbolicLinkReparseData(
            substituteName: Array(#"..\a"#.utf8), printName: Array("b".utf8), isRelative: true),
        "0000 0800 0800 0200 01000000 2e002e005c006100 6200"),
    InformationFixture(NFSReparseData.symbolicLink(Array("x".utf8)), "4c4e4b0100000000 7800", padding: 2),
    InformationFixture(NFSReparseData.characterDevice(major: 1, minor: 3), "4348520000000000 01000000 03000000"),
    InformationFixture(NFSReparseData.blockDevice(major: 8, minor: 0x100), "424c4b0000000000 08000000 00010000"),
    InformationFixture(NFSReparseData.fifo, "4649464f00000000"),
    InformationFixture(NFSReparseData.socket, "534f434b00000000"),
    InformationFixture(
        IntegrityInformation(checksumAlgorithm: 2, flags: 1, checksumChunkSize: 0x1_0000, clusterSize: 0x1000),
        "0200 0000 01000000 00000100 00100000"),
    InformationFixture(IntegrityUpdate(checksumAlgorithm: 0xFFFF, flags: 1), "ffff 0000 01000000"),
    InformationFixture(
        FileObjectIDBuffer(
            objectID: GUID(first: 1, second: 2), birthVolumeID: GUID(first: 3, second: 4),
            birthObjectID: GUID(first: 5, second: 6), domainID: GUID(first: 7, second: 8)),
        """
        0100000000000000 0200000000000000 0300000000000000 0400000000000000
        0500000000000000 0600000000000000 0700000000000000 0800000000000000
        """),
]
