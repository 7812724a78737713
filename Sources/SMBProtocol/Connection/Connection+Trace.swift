import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

extension Connection {
    /// Tells the observer of a request that has been answered, or has begun to wait.
    func trace(
        _ message: borrowing Message, _ result: CommandOutcome, since start: ContinuousClock.Instant
    ) {
        guard let observer = server.observer else { return }
        let status: NTStatus
        switch result {
        case .success(.reply(let value, _)): status = value
        case .failure(let failure): status = failure.status
        case .success(.pending): status = .pending
        case .success: return
        }
        let elapsed = (ContinuousClock.now - start).components
        observer.completed(
            RequestTrace(
                time: server.now, client: client, user: message.session?.user?.name ?? "",
                command: message.header.command.description,
                messageID: message.header.messageID.rawValue, subject: message.subject, status: status,
                microseconds: UInt64(clamping: elapsed.seconds) &* 1_000_000
                    &+ UInt64(clamping: elapsed.attoseconds / 1_000_000_000_000)))
    }

    func path(of open: SMBOpen, in fileSystem: FileSystem) -> [UInt8] {
        guard let path = fileSystem.path(of: open.open) else { return [] }
        return Array(path.map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
    }
}
