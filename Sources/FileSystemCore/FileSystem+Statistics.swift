import ContentStore
package import FileSystemModel
import MetadataStore

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
