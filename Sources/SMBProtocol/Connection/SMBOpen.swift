package import FileSystemCore
package import SMBMessages

/// One handle of a client's: what [MS-SMB2] 3.3.1.10 calls Open.
///
/// Belongs to its connection's event loop. The file itself, its link, its access and its share mode are the core's
/// ``Open``; here is what only SMB knows of it.
package final class SMBOpen: ChannelOpen {
    package let fileID: FileID
    package let open: Open
    /// The tree connect that it came through; closing that closes this.
    package let tree: TreeConnection
    /// Everything that the file commands remember from one request to the next.
    package var state: FileState
    package var channel: ChannelSequence

    package init(
        fileID: FileID, open: Open, tree: TreeConnection, state: FileState, channel: ChannelSequence = ChannelSequence()
    ) {
        self.fileID = fileID
        self.open = open
        self.tree = tree
        self.state = state
        self.channel = channel
    }
}
