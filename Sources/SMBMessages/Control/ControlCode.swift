/// CtlCode of an IOCTL — [MS-SMB2] 2.2.31 and [MS-FSCC] 2.3. Open: most of them are answered with an error, and by
/// name.
package struct ControlCode: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    // MARK: Of the protocol — [MS-SMB2] 2.2.31
    package static let dfsGetReferrals = ControlCode(rawValue: 0x0006_0194)
    package static let dfsGetReferralsEx = ControlCode(rawValue: 0x0006_01B0)
    package static let pipePeek = ControlCode(rawValue: 0x0011_400C)
    package static let pipeWait = ControlCode(rawValue: 0x0011_0018)
    package static let pipeTransceive = ControlCode(rawValue: 0x0011_C017)
    package static let srvCopyChunk = ControlCode(rawValue: 0x0014_40F2)
    package static let srvCopyChunkWrite = ControlCode(rawValue: 0x0014_80F2)
    package static let srvEnumerateSnapshots = ControlCode(rawValue: 0x0014_4064)
    package static let srvRequestResumeKey = ControlCode(rawValue: 0x0014_0078)
    package static let srvReadHash = ControlCode(rawValue: 0x0014_41BB)
    package static let lmrRequestResiliency = ControlCode(rawValue: 0x0014_01D4)
    package static let queryNetworkInterfaceInfo = ControlCode(rawValue: 0x0014_01FC)
    package static let validateNegotiateInfo = ControlCode(rawValue: 0x0014_0204)

    // MARK: Of Samba's tests — its libcli/smb/smb_constants.h
    package static let tortureIoctlPadding = ControlCode(rawValue: 0x8384_8013)
    package static let tortureReadPadding = ControlCode(rawValue: 0x8384_8023)
    package static let tortureSleep = ControlCode(rawValue: 0x8384_8043)

    // MARK: Of the file system — [MS-FSCC] 2.3
    package static let isPathnameValid = ControlCode(rawValue: 0x0009_002C)
    package static let getCompression = ControlCode(rawValue: 0x0009_003C)
    package static let setCompression = ControlCode(rawValue: 0x0009_C040)
    package static let filesystemGetStatistics = ControlCode(rawValue: 0x0009_0060)
    package static let getNTFSVolumeData = ControlCode(rawValue: 0x0009_0064)
    package static let getRetrievalPointers = ControlCode(rawValue: 0x0009_0073)
    package static let findFilesBySID = ControlCode(rawValue: 0x0009_008F)
    package static let getObjectID = ControlCode(rawValue: 0x0009_009C)
    package static let setObjectID = ControlCode(rawValue: 0x0009_0098)
    package static let deleteObjectID = ControlCode(rawValue: 0x0009_00A0)
    package static let setReparsePoint = ControlCode(rawValue: 0x0009_00A4)
    package static let getReparsePoint = ControlCode(rawValue: 0x0009_00A8)
    package static let deleteReparsePoint = ControlCode(rawValue: 0x0009_00AC)
    package static let createOrGetObjectID = ControlCode(rawValue: 0x0009_00C0)
    package static let setSparse = ControlCode(rawValue: 0x0009_00C4)
    package static let setZeroData = ControlCode(rawValue: 0x0009_80C8)
    package static let queryAllocatedRanges = ControlCode(rawValue: 0x0009_40CF)
    package static let readFileUSNData = ControlCode(rawValue: 0x0009_00EB)
    package static let queryOnDiskVolumeInfo = ControlCode(rawValue: 0x0009_013C)
    package static let fileLevelTrim = ControlCode(rawValue: 0x0009_8208)
    package static let offloadRead = ControlCode(rawValue: 0x0009_4264)
    package static let offloadWrite = ControlCode(rawValue: 0x0009_8268)
    package static let getIntegrityInformation = ControlCode(rawValue: 0x0009_027C)
    package static let setIntegrityInformation = ControlCode(rawValue: 0x0009_C280)
    package static let querySharedVirtualDiskSupport = ControlCode(rawValue: 0x0009_0300)
    package static let svhdxSyncTunnelRequest = ControlCode(rawValue: 0x0009_0304)
    package static let duplicateExtentsToFile = ControlCode(rawValue: 0x0009_8344)
    package static let queryFileRegions = ControlCode(rawValue: 0x0009_0284)
    package static let setObjectIDExtended = ControlCode(rawValue: 0x0009_00BC)
    package static let setEncryption = ControlCode(rawValue: 0x0009_00D7)
    package static let writeUSNCloseRecord = ControlCode(rawValue: 0x0009_00EF)
    package static let getREFSVolumeData = ControlCode(rawValue: 0x0009_02D8)
    package static let duplicateExtentsToFileEx = ControlCode(rawValue: 0x0009_83E8)
}
