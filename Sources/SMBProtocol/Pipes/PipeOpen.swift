import AccessArbitration
import FileSystemModel
package import RemoteProcedures
package import SMBMessages

/// One handle of a client's to a named pipe: the second kind of open — [MS-SMB2] 3.3.1.10
///
/// Belongs to its connection's event loop, as ``SMBOpen`` does. What is written runs at once, so a pipe has something to
/// read from the moment a call is complete.
package final class PipeOpen: ChannelOpen {
    package let fileID: FileID
    package let tree: TreeConnection
    /// In lower case, without `\PIPE\`.
    package let name: String
    package var association: Association
    /// FilePipeInformation — [MS-FSCC] 2.4.37
    package var mode = FilePipeMode()
    package var channel: ChannelSequence
    /// Of the READs that wait for something to read.
    private var waiting: [Ticket] = []

    init(
        fileID: FileID, tree: TreeConnection, name: String, association: Association,
        channel: ChannelSequence = ChannelSequence()
    ) {
        self.fileID = fileID
        self.tree = tree
        self.name = name
        self.association = association
        self.channel = channel
    }

    /// A ticket that is settled when there is something to read, or nothing will ever be.
    func waitForMessage() -> Ticket {
        waiting.removeAll(where: \.isSettled)
        let ticket = Ticket(began: .init(seconds: 0, nanoseconds: 0))
        waiting.append(ticket)
        return ticket
    }

    /// Lets those who wait look again.
    func wakeReaders() {
        let tickets = waiting
        waiting = []
        for ticket in tickets { ticket.settle(.retry)?.run() }
    }
}

/// How a client reads its end of a pipe — [MS-FSCC] 2.4.37
package struct FilePipeMode: Equatable, Sendable {
    /// A READ ends with a message, and says when it did not get all of it. Else the messages run together.
    package var readsMessages = true
    /// A READ of an empty pipe is refused instead of waiting.
    package var refusesToWait = false
}
