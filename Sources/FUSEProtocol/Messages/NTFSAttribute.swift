import FileSystemCore
import FileSystemModel

/// What only SMB has, under the names that Linux's own NTFS drivers give it: read and written, and not listed, as theirs are not.
/// Their `system.ntfs_acl` is not among them: there is no descriptor beside owner, group and mode, which stat(2) says.
enum NTFSAttribute: String, CaseIterable {
    /// FileAttributes of [MS-FSCC] 2.6 in four bytes, the least significant first.
    case attributes = "system.ntfs_attrib"
    case attributesBigEndian = "system.ntfs_attrib_be"
    /// The time of creation as a FILETIME in eight bytes: 100 ns since 1601.
    case creationTime = "system.ntfs_crtime"
    case creationTimeBigEndian = "system.ntfs_crtime_be"

    init?(_ name: [UInt8]) {
        guard name.starts(with: "system.ntfs_".utf8) else { return nil }
        self.init(rawValue: String(decoding: name, as: UTF8.self))
    }

    private var isBigEndian: Bool { self == .attributesBigEndian || self == .creationTimeBigEndian }

    private static let directory: UInt32 = 0x10
    private static let normal: UInt32 = 0x80
    private static let reparsePoint: UInt32 = 0x400

    func value(of attributes: Attributes) -> [UInt8] {
        switch self {
        case .attributes, .attributesBigEndian:
            var flags = attributes.dosAttributes.rawValue
            if attributes.isDirectory { flags |= Self.directory }
            if attributes.type == .symbolicLink { flags |= Self.reparsePoint }
            return bytes(UInt64(flags == 0 ? Self.normal : flags), count: 4)
        case .creationTime, .creationTimeBigEndian: return bytes(Self.ticks(attributes.creationTime), count: 8)
        }
    }

    /// - Throws: `.invalidArgument` for a value of another length, and for a time that is none.
    func changes(_ value: [UInt8]) throws(FileSystemError) -> AttributeChanges {
        var changes = AttributeChanges()
        switch self {
        case .attributes, .attributesBigEndian:
            guard value.count == 4 else { throw .invalidArgument }
            changes.dosAttributes = DOSAttributes(rawValue: UInt32(truncatingIfNeeded: number(value))).intersection(.settable)
        case .creationTime, .creationTimeBigEndian:
            guard value.count == 8 else { throw .invalidArgument }
            let ticks = number(value)
            guard ticks <= UInt64(Int64.max) else { throw .invalidArgument }
            changes.creationTime = .set(Self.time(ticks))
        }
        return changes
    }

    // MARK: Bytes

    private func bytes(_ number: UInt64, count: Int) -> [UInt8] {
        let ascending = (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        return isBigEndian ? ascending.reversed() : ascending
    }

    private func number(_ bytes: [UInt8]) -> UInt64 {
        (isBigEndian ? bytes : bytes.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: FILETIME

    /// From 1601 to 1970.
    private static let epochSeconds: Int64 = 11_644_473_600
    private static let ticksPerSecond: Int64 = 10_000_000

    /// Before 1601 is 0, and what no FILETIME can say the last of them.
    private static func ticks(_ time: Timestamp) -> UInt64 {
        let (seconds, overflow) = time.seconds.addingReportingOverflow(epochSeconds)
        guard !overflow else { return UInt64(Int64.max) }
        guard seconds >= 0 else { return 0 }
        let (whole, tooLarge) = seconds.multipliedReportingOverflow(by: ticksPerSecond)
        guard !tooLarge else { return UInt64(Int64.max) }
        return min(UInt64(whole) &+ UInt64(time.nanoseconds / 100), UInt64(Int64.max))
    }

    private static func time(_ ticks: UInt64) -> Timestamp {
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: UInt64(ticksPerSecond))
        return Timestamp(seconds: Int64(clamping: seconds) - epochSeconds, nanoseconds: UInt32(clamping: rest) &* 100)
    }
}
