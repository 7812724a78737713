/// FILE_INFORMATION_CLASS — [MS-FSCC] 2.4. Open: a number without a name survives, so that it can be refused by name.
package struct FileInformationClass: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let directory = FileInformationClass(rawValue: 1)
    package static let fullDirectory = FileInformationClass(rawValue: 2)
    package static let bothDirectory = FileInformationClass(rawValue: 3)
    package static let basic = FileInformationClass(rawValue: 4)
    package static let standard = FileInformationClass(rawValue: 5)
    package static let `internal` = FileInformationClass(rawValue: 6)
    package static let ea = FileInformationClass(rawValue: 7)
    package static let access = FileInformationClass(rawValue: 8)
    package static let name = FileInformationClass(rawValue: 9)
    package static let rename = FileInformationClass(rawValue: 10)
    package static let link = FileInformationClass(rawValue: 11)
    package static let names = FileInformationClass(rawValue: 12)
    package static let disposition = FileInformationClass(rawValue: 13)
    package static let position = FileInformationClass(rawValue: 14)
    package static let fullEa = FileInformationClass(rawValue: 15)
    package static let mode = FileInformationClass(rawValue: 16)
    package static let alignment = FileInformationClass(rawValue: 17)
    package static let all = FileInformationClass(rawValue: 18)
    package static let allocation = FileInformationClass(rawValue: 19)
    package static let endOfFile = FileInformationClass(rawValue: 20)
    package static let alternateName = FileInformationClass(rawValue: 21)
    package static let stream = FileInformationClass(rawValue: 22)
    package static let pipe = FileInformationClass(rawValue: 23)
    package static let pipeLocal = FileInformationClass(rawValue: 24)
    package static let pipeRemote = FileInformationClass(rawValue: 25)
    package static let mailslotQuery = FileInformationClass(rawValue: 26)
    package static let mailslotSet = FileInformationClass(rawValue: 27)
    package static let compression = FileInformationClass(rawValue: 28)
    package static let objectID = FileInformationClass(rawValue: 29)
    package static let moveCluster = FileInformationClass(rawValue: 31)
    package static let quota = FileInformationClass(rawValue: 32)
    package static let reparsePoint = FileInformationClass(rawValue: 33)
    package static let networkOpen = FileInformationClass(rawValue: 34)
    package static let attributeTag = FileInformationClass(rawValue: 35)
    package static let tracking = FileInformationClass(rawValue: 36)
    package static let idBothDirectory = FileInformationClass(rawValue: 37)
    package static let idFullDirectory = FileInformationClass(rawValue: 38)
    package static let validDataLength = FileInformationClass(rawValue: 39)
    package static let shortName = FileInformationClass(rawValue: 40)
    package static let sfioReserve = FileInformationClass(rawValue: 44)
    package static let sfioVolume = FileInformationClass(rawValue: 45)
    package static let hardLink = FileInformationClass(rawValue: 46)
    package static let normalizedName = FileInformationClass(rawValue: 48)
    package static let idGlobalTxDirectory = FileInformationClass(rawValue: 50)
    package static let standardLink = FileInformationClass(rawValue: 54)
    package static let id = FileInformationClass(rawValue: 59)
    package static let idExtdDirectory = FileInformationClass(rawValue: 60)
    package static let idExtdBothDirectory = FileInformationClass(rawValue: 63)
    package static let dispositionEx = FileInformationClass(rawValue: 64)
    package static let renameEx = FileInformationClass(rawValue: 65)
    package static let linkEx = FileInformationClass(rawValue: 72)
    package static let storageReserveID = FileInformationClass(rawValue: 74)
    package static let id64ExtdDirectory = FileInformationClass(rawValue: 78)
    package static let id64ExtdBothDirectory = FileInformationClass(rawValue: 79)
    package static let idAllExtdDirectory = FileInformationClass(rawValue: 80)
    package static let idAllExtdBothDirectory = FileInformationClass(rawValue: 81)
    /// Of the SMB3 POSIX extensions, for queries and listings.
    package static let posix = FileInformationClass(rawValue: 100)
}

/// FS_INFORMATION_CLASS — [MS-FSCC] 2.5. Open as ``FileInformationClass`` is.
package struct FileSystemInformationClass: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let volume = FileSystemInformationClass(rawValue: 1)
    package static let label = FileSystemInformationClass(rawValue: 2)
    package static let size = FileSystemInformationClass(rawValue: 3)
    package static let device = FileSystemInformationClass(rawValue: 4)
    package static let attribute = FileSystemInformationClass(rawValue: 5)
    package static let control = FileSystemInformationClass(rawValue: 6)
    package static let fullSize = FileSystemInformationClass(rawValue: 7)
    package static let objectID = FileSystemInformationClass(rawValue: 8)
    package static let driverPath = FileSystemInformationClass(rawValue: 9)
    package static let volumeFlags = FileSystemInformationClass(rawValue: 10)
    package static let sectorSize = FileSystemInformationClass(rawValue: 11)
    /// Of the SMB3 POSIX extensions.
    package static let posix = FileSystemInformationClass(rawValue: 100)
}
