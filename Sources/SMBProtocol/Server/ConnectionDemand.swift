package import SMBMessages
import Synchronization

/// What every client of a server has to use, and who has used less: for whoever must prove what was tested.
///
/// Nobody is refused for it: what a client does by itself is what is to be found out.
package final class ConnectionDemand: Sendable {
    /// Nil: any.
    package let minimumDialect: Dialect?
    /// Every request about a share's files has to come sealed; what leads to a share need not.
    package let encryption: Bool
    private let found = Mutex<[String]>([])

    /// Of different shortfalls; who does less does it over and over.
    private static let limit = 16

    package init(minimumDialect: Dialect?, encryption: Bool) {
        self.minimumDialect = minimumDialect
        self.encryption = encryption
    }

    /// What was less, one line each, in the order in which it was seen first.
    package var shortfalls: [String] { found.withLock { $0 } }

    func note(logIn user: String, dialect: Dialect) {
        guard let minimumDialect, dialect < minimumDialect else { return }
        add("\(user) logged in with dialect \(dialect), and \(minimumDialect) is required")
    }

    func note(_ command: Command, by user: String, on share: String, isSealed: Bool) {
        guard encryption, !isSealed else { return }
        add("\(user) sent \(command) to \(share) in clear, and encryption is required")
    }

    private func add(_ line: String) {
        found.withLock { if $0.count < Self.limit, !$0.contains(line) { $0.append(line) } }
    }
}
