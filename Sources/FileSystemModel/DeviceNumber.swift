/// `st_rdev` of a device file, as Linux packs it — makedev(3).
package struct DeviceNumber: Hashable, Sendable {
    package var major: UInt32
    package var minor: UInt32

    package init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    package init(rawValue: UInt64) {
        major = UInt32(truncatingIfNeeded: rawValue >> 8 & 0xFFF | rawValue >> 32 & 0xFFFF_F000)
        minor = UInt32(truncatingIfNeeded: rawValue & 0xFF | rawValue >> 12 & 0xFFFF_FF00)
    }

    package var rawValue: UInt64 {
        let (major, minor) = (UInt64(major), UInt64(minor))
        return (major & 0xFFF) << 8 | (major & 0xFFFF_F000) << 32 | minor & 0xFF | (minor & 0xFFFF_FF00)
            << 12
    }
}
