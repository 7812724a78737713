import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel

extension Caller {
    /// SMB's CREATE of a named stream, `path:name`.
    func streamOpen(
        _ path: String, _ stream: String, _ access: AccessMask = [.readData, .writeData], share: ShareMode = .all,
        _ disposition: CreateDisposition = .openIf, options: WindowsOpenRequest.Options = [], allocationSize: UInt64 = 0
    ) throws -> WindowsOpenResult {
        try fileSystem.open(
            WindowsOpenRequest(
                path: Self.names(path), stream: FileName(stream), access: access, share: share, disposition: disposition,
                options: options, allocationSize: allocationSize), context()
        ).get()
    }

    func putStream(_ path: String, _ stream: String, _ text: String) throws {
        let open = try streamOpen(path, stream).open
        defer { close(open) }
        try write(open, Array(text.utf8))
    }

    func streamText(_ path: String, _ stream: String) throws -> String {
        let open = try streamOpen(path, stream, [.readData], .open).open
        defer { close(open) }
        return String(decoding: try read(open), as: UTF8.self)
    }

    /// Names and sizes as SMB lists them; the unnamed stream is "".
    func streams(_ path: String) throws -> [String: UInt64] {
        let open = try smbOpen(path, [.readAttributes]).open
        defer { close(open) }
        let all = try fileSystem.streams(of: open, context()).get()
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name?.description ?? "", $0.size) })
    }
}
