import AccessControl
import FileSystemModel
import WindowsTypes

extension Attributes {
    /// What the POSIX create context, FilePosixInformation and the POSIX listing tell.
    var posixFacts: PosixFileFacts {
        PosixFileFacts(
            hardLinks: linkCount, reparseTag: reparseTag, mode: wireMode, owner: SID(unixUser: uid),
            group: SID(unixGroup: gid))
    }

    /// Permissions and type. A directory's type stays 0: its attributes tell, and Linux before 6.13 takes the other bits
    /// for part of the mode, which would make something else of it.
    private var wireMode: UInt32 {
        let type: UInt32 =
            switch self.type {
            case .regular, .directory: 0
            case .symbolicLink: 2
            case .characterDevice: 3
            case .blockDevice: 4
            case .fifo: 5
            case .socket: 6
            }
        return UInt32(permissions.rawValue) | type << PosixFileFacts.typeShift
    }

    func posixInformation(volume: UInt64) -> FilePosixInformation {
        FilePosixInformation(
            creationTime: FileTime(creationTime), lastAccessTime: FileTime(accessTime),
            lastWriteTime: FileTime(modificationTime), changeTime: FileTime(changeTime), endOfFile: windowsEndOfFile,
            allocationSize: windowsAllocationSize, fileAttributes: windowsAttributes, inode: inode.rawValue,
            device: UInt32(truncatingIfNeeded: volume), facts: posixFacts)
    }

    /// `st_mode`, as stat(2) has it.
    var statMode: UInt16 {
        let type: UInt16 =
            switch self.type {
            case .fifo: 0o010000
            case .characterDevice: 0o020000
            case .directory: 0o040000
            case .blockDevice: 0o060000
            case .regular: 0o100000
            case .symbolicLink: 0o120000
            case .socket: 0o140000
            }
        return type | permissions.rawValue
    }
}
