import ContentStore
package import FileSystemModel
import MetadataStore

/// What statfs and FileFsFullSizeInformation are made of.
package struct FileSystemStatistics: Sendable {
    package var totalBytes: UInt64
    package var freeBytes: UInt64
    package var blockSize: UInt32
    package var inodes: UInt64
    /// Of the share; the volume's serial number.
    package var identifier: UInt64
    package var created: Timestamp
}

extension FileSystem {
    /// statfs(2): the content store's bound and what is left of it.
    package func statistics(_ context: OperationContext) throws(FileSystemError) -> Outcome<FileSystemStatistics> {
        try perform(.statistics, .share, context) { () throws(FileSystemError) in
            let space = try content.space()
            return .done(
                FileSystemStatistics(
                    totalBytes: space.total, freeBytes: space.free, blockSize: space.blockSize,
                    inodes: try metadata.inodeCount(), identifier: share.identifier, created: share.created),
                unchanged)
        }
    }
}
