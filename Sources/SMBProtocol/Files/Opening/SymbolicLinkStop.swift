import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// STATUS_STOPPED_ON_SYMLINK: what a client is told that follows symbolic links itself — [MS-SMB2] 2.2.2.2.1, 3.3.5.9
enum SymbolicLinkStop {
    /// The refusal of a CREATE whose path ran into a link.
    ///
    /// - Throws: OBJECT_NAME_NOT_FOUND when the link has gone since.
    static func failure(
        _ request: WindowsOpenRequest, named name: [UInt8], _ context: borrowing CommandContext
    ) throws(SMBFailure) -> SMBFailure {
        let fileSystem = context.fileSystem
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.symbolicLink(
                on: request.path, followingLast: !request.options.contains(.openReparsePoint),
                exactly: request.options.contains(.exactNames), operation)
        }
        guard let link = outcome.value ?? nil else { throw SMBFailure(.objectNameNotFound) }
        let target = SymbolicLinkTarget.encode(link.target)
        let error = SymbolicLinkError(
            unparsedPathLength: UInt16(
                clamping: unparsedByteCount(of: name, components: link.componentsBehind)),
            isRelative: target.isRelative, substituteName: target.substituteName,
            printName: target.printName)
        return SMBFailure(
            .stoppedOnSymlink,
            response: ErrorResponse(symbolicLink: error, inContext: context.connection.dialect == .smb311)
        )
    }

    /// How long the last components of a path are on the wire, with the separator before them, in bytes of UTF-16.
    static func unparsedByteCount(of name: [UInt8], components: Int) -> Int {
        var start = name.count
        // A separator at the end belongs to the last component.
        var end = name.last.map(WindowsPath.isSeparator) == true ? name.count - 1 : name.count
        for _ in 0..<components {
            guard let separator = name[..<end].lastIndex(where: WindowsPath.isSeparator) else { break }
            start = separator
            end = separator
        }
        return UTF16LE.byteCount(of: Array(name[start...]))
    }
}

extension CommandContext {
    /// Whether every open of this share sees symbolic links, and its client follows them itself. Where the server does, those
    /// with the POSIX create context see them all the same. As with Samba the open decides and not what NEGOTIATE has agreed
    /// on: Linux offers the POSIX extensions on every connection, and uses them only on mounts with `posix`.
    var showsLinks: Bool { share.symbolicLinks == .reparse }
}
