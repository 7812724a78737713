package import AccessControl
package import FileSystemModel

/// Linux's numbers that cross the FUSE boundary. They are written down here since the C library's own are ambiguous
/// from Swift, and since no header of libfuse is visible in this room. The values are those of x86-64 and arm64.

/// open(2)'s flags — asm-generic/fcntl.h.
package struct OpenFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let writeOnly = OpenFlags(rawValue: 0o1)
    package static let readWrite = OpenFlags(rawValue: 0o2)
    /// `__FMODE_EXEC`: the kernel opens the file to run it.
    package static let execution = OpenFlags(rawValue: 0o40)
    package static let create = OpenFlags(rawValue: 0o100)
    package static let exclusive = OpenFlags(rawValue: 0o200)
    package static let truncate = OpenFlags(rawValue: 0o1000)
    package static let append = OpenFlags(rawValue: 0o2000)
    package static let dataSynchronous = OpenFlags(rawValue: 0o10000)
    package static let noAccessTime = OpenFlags(rawValue: 0o1000000)
    package static let synchronous = OpenFlags(rawValue: 0o4010000)

    /// The rights that open(2) must find; access mode 3, which is Linux's own, asks for both.
    package var access: PosixAccess {
        switch rawValue & 3 {
        case 0: contains(.execution) ? .execute : .read
        case 1: .write
        default: [.read, .write]
        }
    }
}

/// The type bits of `st_mode` — linux/stat.h.
package enum ModeBits {
    package static let typeMask: UInt32 = 0o170000

    package static func bits(of type: FileType) -> UInt32 {
        switch type {
        case .fifo: 0o010000
        case .characterDevice: 0o020000
        case .directory: 0o040000
        case .blockDevice: 0o060000
        case .regular: 0o100000
        case .symbolicLink: 0o120000
        case .socket: 0o140000
        }
    }

    /// The type that mknod(2) asks for; no type at all is a regular file. Nil for what mknod cannot make.
    package static func nodeType(of mode: UInt32) -> FileType? {
        switch mode & typeMask {
        case 0, 0o100000: .regular
        case 0o010000: .fifo
        case 0o020000: .characterDevice
        case 0o060000: .blockDevice
        case 0o140000: .socket
        default: nil
        }
    }

    package static func permissions(of mode: UInt32) -> Permissions {
        Permissions(rawValue: UInt16(truncatingIfNeeded: mode & 0o7777))
    }

    /// `st_mode`.
    package static func mode(of attributes: Attributes) -> UInt32 {
        bits(of: attributes.type) | UInt32(attributes.permissions.rawValue)
    }
}

/// fallocate(2)'s modes — linux/falloc.h.
enum AllocationFlags {
    static let keepSize: UInt32 = 0x01
    static let punchHole: UInt32 = 0x02
    static let zeroRange: UInt32 = 0x10
}

/// flock(2)'s operations — asm-generic/fcntl.h.
enum FlockOperation {
    static let shared: UInt32 = 1
    static let exclusive: UInt32 = 2
    static let nonBlocking: UInt32 = 4
    static let unlock: UInt32 = 8
}

/// lseek(2)'s directions that reach a file system — linux/fs.h.
enum SeekWhence {
    static let data: Int32 = 3
    static let hole: Int32 = 4
}

/// setxattr(2)'s flags — linux/xattr.h.
enum ExtendedAttributeFlags {
    static let create: UInt32 = 1
    static let replace: UInt32 = 2
}

/// The errors that a request has by itself, before the core is asked — asm-generic/errno.h.
package enum Errno {
    package static let notPermitted: Int32 = 1
    package static let input: Int32 = 5
    package static let badHandle: Int32 = 9
    package static let noDevice: Int32 = 19
    package static let invalid: Int32 = 22
    package static let notTerminal: Int32 = 25
    package static let tooLarge: Int32 = 27
    package static let range: Int32 = 34
    package static let notImplemented: Int32 = 38
    package static let noData: Int32 = 61
    package static let notSupported: Int32 = 95
}
