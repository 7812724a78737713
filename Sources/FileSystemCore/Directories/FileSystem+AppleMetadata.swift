import ContentStore
import FileSystemModel
import MetadataStore

/// What macOS keeps of a file in two named streams, as its SMB client writes them.
package struct AppleMetadata: Equatable, Sendable {
    /// FinderInfo of `AFP_AfpInfo`, 32 bytes: type, creator, flags and so on, big-endian; empty where there is none.
    package var finderInfo: [UInt8] = []
    /// Of `AFP_Resource`, in bytes.
    package var resourceForkSize: UInt64 = 0

    static let finderStream = try? FileName("AFP_AfpInfo")
    static let resourceStream = try? FileName("AFP_Resource")
    /// Of `AFP_AfpInfo`, in bytes; FinderInfo begins behind a signature, a version, a reserved field and a date of four bytes each.
    static let informationByteCount: UInt64 = 60
    static let finderInfoOffset: UInt64 = 16
    static let finderInfoByteCount = 32
}

extension FileSystem {
    /// Nil for nearly every file, which has no streams. Under the namespace lock, which guards the streams' names.
    func appleMetadata(of record: InodeRecord) throws(FileSystemError) -> AppleMetadata? {
        let inode = record.attributes.inode
        guard record.hasHeldStreams, try metadata.streamCount(of: inode) > 0 else { return nil }
        return try inodes.reading(inode) { () throws(FileSystemError) -> AppleMetadata? in
            var result = AppleMetadata()
            if let name = AppleMetadata.resourceStream, let fork = try stream(named: name, of: inode) {
                result.resourceForkSize = fork.size
            }
            if let name = AppleMetadata.finderStream, let information = try stream(named: name, of: inode),
                information.size == AppleMetadata.informationByteCount, let id = information.contentID
            {
                var bytes = [UInt8](repeating: 0, count: AppleMetadata.finderInfoByteCount)
                var failure: FileSystemError?
                bytes.withUnsafeMutableBytes { buffer in
                    do throws(FileSystemError) {
                        try content.read(id, at: AppleMetadata.finderInfoOffset, into: buffer)
                    } catch { failure = error }
                }
                if let failure { throw failure }
                result.finderInfo = bytes
            }
            return result
        }
    }
}
