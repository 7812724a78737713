package import AccessControl
import Authentication
package import SMBMessages

/// One connection of a session to a share — [MS-SMB2] 3.3.1.9
package final class TreeConnection {
    /// What stands behind a share's name.
    package enum Target {
        case disk(Share)
        /// IPC$: named pipes, behind which procedures are called.
        case pipes

        var isPipes: Bool {
            if case .pipes = self { true } else { false }
        }

        /// As whom a user is here.
        func identity(of user: AuthenticatedUser) -> Identity {
            switch self {
            case .disk(let share): share.identity(of: user)
            case .pipes: Identity(uid: 65534, gid: 65534, name: user.name)
            }
        }
    }

    package let id: TreeID
    package unowned let session: Session
    package let target: Target
    /// As whom the core sees this session on this share; another when somebody else logs in on the session.
    package internal(set) var identity: Identity
    package internal(set) var isConnected = true
    /// What is not sealed is refused.
    package let requiresSealing: Bool

    /// For status.
    package var shareName: String {
        switch target {
        case .disk(let share): share.name
        case .pipes: "IPC$"
        }
    }

    package init(
        id: TreeID, session: Session, target: Target, identity: Identity, requiresSealing: Bool = false
    ) {
        self.id = id
        self.session = session
        self.target = target
        self.identity = identity
        self.requiresSealing = requiresSealing
    }
}
