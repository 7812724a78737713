import FUSEProtocol

/// Supplementary groups from /proc, as fuse_req_getgroups finds them: the kernel's request names the thread alone.
struct ProcessGroups: GroupSource {
    func groups(ofProcess pid: UInt32) -> [UInt32] {
        KernelTables.readFile("/proc/\(pid)/task/\(pid)/status").map(Self.parse) ?? []
    }

    /// The numbers after `Groups:`.
    static func parse(_ status: [UInt8]) -> [UInt32] {
        let key = Array("Groups:".utf8)
        guard let line = status.split(separator: 0x0A).first(where: { $0.starts(with: key) }) else { return [] }
        return line.dropFirst(key.count).split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).compactMap {
            UInt32(String(decoding: $0, as: UTF8.self))
        }
    }
}
