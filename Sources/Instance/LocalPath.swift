import Glibc

/// A path of this machine as bytes: names on Linux need not be UTF-8.
struct LocalPath: CustomStringConvertible {
    /// lseek(2): the next byte that is not in a hole.
    static let seekData: Int32 = 3
    /// lseek(2): the next byte that is in one; the end of the file counts as a hole.
    static let seekHole: Int32 = 4

    private let bytes: [UInt8]

    init(_ path: String) {
        bytes = Array(path.utf8)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    func appending(_ name: [UInt8]) -> LocalPath {
        LocalPath(bytes: bytes + [UInt8(ascii: "/")] + name)
    }

    /// Of the file itself, not of what a link points to; nil and errno when there is none.
    func information() -> stat? {
        var information = stat()
        return withPointer { lstat($0, &information) } == 0 ? information : nil
    }

    func open(_ flags: Int32) -> Int32 {
        withPointer { Glibc.open($0, flags) }
    }

    func linkTarget() -> [UInt8]? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = withPointer { readlink($0, &target, target.count) }
        return count < 0 ? nil : target.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The names in a directory, without `.` and `..`; nil and errno when it cannot be read.
    func entries() -> [[UInt8]]? {
        guard let directory = withPointer({ opendir($0) }) else { return nil }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
        return names
    }

    private func withPointer<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return body(terminated)
    }
}
