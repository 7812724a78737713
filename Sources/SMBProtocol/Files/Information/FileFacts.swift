package import FileSystemModel
package import WindowsTypes

extension FileTime {
    /// Rounded down to 100 ns; before 1601 is 0.
    package init(_ time: Timestamp) { self.init(seconds: time.seconds, nanoseconds: time.nanoseconds) }
}

extension Timestamp {
    package init(_ time: FileTime) {
        let (seconds, nanoseconds) = time.sinceUnixEpoch
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }
}

/// What the share's volume is said to be made of.
package enum VolumeGeometry {
    package static let bytesPerSector: UInt32 = 512
    package static let sectorsPerUnit: UInt32 = 8
    /// The allocation unit, in bytes.
    package static let unit: UInt64 = 4096

    /// A number of bytes as whole allocation units, in bytes.
    package static func roundedUp(_ bytes: UInt64) -> UInt64 {
        let (sum, overflow) = bytes.addingReportingOverflow(unit - 1)
        return overflow ? UInt64.max / unit * unit : sum / unit * unit
    }
}

extension Attributes {
    /// FileAttributes — [MS-FSCC] 2.6: DIRECTORY and REPARSE_POINT follow from the type, NORMAL stands for nothing.
    package var windowsAttributes: FileAttributes {
        var result = FileAttributes(rawValue: dosAttributes.rawValue)
        switch type {
        case .directory: result.insert(.directory)
        case .symbolicLink, .fifo, .socket, .characterDevice, .blockDevice: result.insert(.reparsePoint)
        case .regular: break
        }
        return result.isEmpty ? .normal : result
    }

    /// A directory's is 0, as on NTFS.
    package var windowsEndOfFile: UInt64 { isDirectory ? 0 : size }

    package var windowsAllocationSize: UInt64 { isDirectory ? 0 : VolumeGeometry.roundedUp(allocatedSize) }

    /// Of what is no file and no directory — [MS-FSCC] 2.1.2.1
    package var reparseTag: UInt32 {
        switch type {
        case .regular, .directory: ReparseTag.none.rawValue
        case .symbolicLink: ReparseTag.symbolicLink.rawValue
        case .fifo, .socket, .characterDevice, .blockDevice: ReparseTag.nfs.rawValue
        }
    }
}

extension DOSAttributes {
    /// What a client asks for, without what it cannot set.
    package init(_ attributes: FileAttributes) {
        self = DOSAttributes(rawValue: attributes.rawValue).intersection(.settable)
    }
}
