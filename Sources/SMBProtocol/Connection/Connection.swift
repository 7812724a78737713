import AccessArbitration
import FileSystemCore
import SMBMessages

/// What a connection needs of whoever owns its socket.
package protocol ConnectionHost: AnyObject, Sendable {
    /// Memory for a READ's data. Called where the connection runs.
    func makePayload(capacity: Int) -> any PayloadBuffer
}

/// The server's side of one TCP connection — [MS-SMB2] 3.3.1.7
///
/// A machine without sockets, clocks or locks: frames in, frames out. It belongs to its event loop; whoever owns the socket calls it
/// there only.
package final class Connection {
    package let server: ServerContext
    package let host: any ConnectionHost
    /// The peer's address, for status and traces.
    package let client: String
    package internal(set) var opens: [UInt64: SMBOpen] = [:]
    private var nextFileID: UInt64 = 1
    private var scratchMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// READs up to this many bytes are copied behind their header; longer ones get memory of their own, which costs more than
    /// such a copy.
    static let largestCopiedPayload = 8 * 1024

    package init(server: ServerContext, client: String, host: any ConnectionHost) {
        self.server = server
        self.client = client
        self.host = host
    }

    deinit {
        scratchMemory.deallocate()
    }

    // MARK: Opens

    func register(_ open: Open, tree: TreeConnection, state: FileState) -> SMBOpen {
        let number = nextFileID
        nextFileID &+= 1
        let entry = SMBOpen(
            fileID: FileID(persistent: open.id.rawValue, volatile: number), open: open, tree: tree, state: state)
        opens[number] = entry
        return entry
    }

    func remove(_ open: SMBOpen) {
        opens[open.fileID.volatile] = nil
    }

    // MARK: Memory

    /// At least `count` bytes, the same ones at every call.
    func scratch(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if scratchMemory.count < count {
            scratchMemory.deallocate()
            scratchMemory = .allocate(byteCount: max(count, Self.largestCopiedPayload), alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: scratchMemory.prefix(count))
    }
}
