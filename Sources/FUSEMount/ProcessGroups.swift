import FUSEProtocol
import Glibc

/// Supplementary groups from /proc, as fuse_req_getgroups finds them: the kernel's request names the thread alone.
struct ProcessGroups: GroupSource {
    func groups(ofProcess pid: UInt32) -> [UInt32] {
        let file = open("/proc/\(pid)/task/\(pid)/status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var text: [UInt8] = []
        // Linux allows 65,536 groups of up to eleven characters.
        while text.count < 1 << 20 {
            let previous = text.count
            text.append(contentsOf: repeatElement(0, count: 4096))
            let count = text.withUnsafeMutableBytes { buffer in
                read(file, buffer.baseAddress?.advanced(by: previous), 4096)
            }
            text.removeLast(4096 - max(count, 0))
            guard count > 0 else { break }
        }
        return Self.parse(text)
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
