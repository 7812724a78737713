/// Rights to a file: the access mask of [MS-DTYP] 2.4.3 and [MS-SMB2] 2.2.13.1.
package struct AccessMask: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readData = AccessMask(rawValue: 0x0000_0001)
    package static let writeData = AccessMask(rawValue: 0x0000_0002)
    package static let appendData = AccessMask(rawValue: 0x0000_0004)
    package static let readExtendedAttributes = AccessMask(rawValue: 0x0000_0008)
    package static let writeExtendedAttributes = AccessMask(rawValue: 0x0000_0010)
    package static let execute = AccessMask(rawValue: 0x0000_0020)
    package static let deleteChild = AccessMask(rawValue: 0x0000_0040)
    package static let readAttributes = AccessMask(rawValue: 0x0000_0080)
    package static let writeAttributes = AccessMask(rawValue: 0x0000_0100)
    package static let delete = AccessMask(rawValue: 0x0001_0000)
    package static let readControl = AccessMask(rawValue: 0x0002_0000)
    package static let writeDAC = AccessMask(rawValue: 0x0004_0000)
    package static let writeOwner = AccessMask(rawValue: 0x0008_0000)
    package static let synchronize = AccessMask(rawValue: 0x0010_0000)
    package static let accessSystemSecurity = AccessMask(rawValue: 0x0100_0000)
    package static let maximumAllowed = AccessMask(rawValue: 0x0200_0000)
    package static let genericAll = AccessMask(rawValue: 0x1000_0000)
    package static let genericExecute = AccessMask(rawValue: 0x2000_0000)
    package static let genericWrite = AccessMask(rawValue: 0x4000_0000)
    package static let genericRead = AccessMask(rawValue: 0x8000_0000)

    /// FILE_ALL_ACCESS
    package static let all = AccessMask(rawValue: 0x001F_01FF)
    /// FILE_GENERIC_READ
    package static let fileGenericRead = AccessMask(rawValue: 0x0012_0089)
    /// FILE_GENERIC_WRITE
    package static let fileGenericWrite = AccessMask(rawValue: 0x0012_0116)
    /// FILE_GENERIC_EXECUTE
    package static let fileGenericExecute = AccessMask(rawValue: 0x0012_00A0)
    /// Rights that touch neither data nor name: an open that has only these meets no share mode and breaks nothing.
    package static let attributesOnly: AccessMask = [.readAttributes, .writeAttributes, .synchronize, .readControl]

    /// What lets an open read the data: running a program reads it too. Sets that are asked for at every call stand here by name: a
    /// literal would be built anew, by code that is not specialized, in each room that writes it.
    package static let readingData: AccessMask = [.readData, .execute]
    /// What lets an open write the data.
    package static let writingData: AccessMask = [.writeData, .appendData]
    /// What open(2) for reading stands for, and for writing.
    package static let posixReading: AccessMask = [.readData, .readExtendedAttributes]
    package static let posixWriting: AccessMask = [.writeData, .appendData, .writeAttributes, .writeExtendedAttributes]

    /// The GENERIC_* bits replaced by what they stand for on a file — [MS-DTYP] 2.4.3. MAXIMUM_ALLOWED stays.
    package var expandingGenerics: AccessMask {
        var result = subtracting([.genericAll, .genericRead, .genericWrite, .genericExecute])
        if contains(.genericAll) { result.formUnion(.all) }
        if contains(.genericRead) { result.formUnion(.fileGenericRead) }
        if contains(.genericWrite) { result.formUnion(.fileGenericWrite) }
        if contains(.genericExecute) { result.formUnion(.fileGenericExecute) }
        return result
    }
}

/// The three questions of `access(2)`.
package struct PosixAccess: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let execute = PosixAccess(rawValue: 1)
    package static let write = PosixAccess(rawValue: 2)
    package static let read = PosixAccess(rawValue: 4)
    /// What making and removing names takes of a directory.
    package static let writeAndSearch = PosixAccess(rawValue: 3)
    package static let readOrExecute = PosixAccess(rawValue: 5)
}
