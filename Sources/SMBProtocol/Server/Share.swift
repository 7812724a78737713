package import AccessArbitration
package import AccessControl
package import Authentication
package import FileSystemCore

/// A share as this door offers it.
package final class Share: Sendable {
    /// As configured, without leading slashes: `/export` is offered as `export`.
    package let name: String
    /// What lists of shares say of it.
    package let comment: String
    package let fileSystem: FileSystem
    /// This door's number in that file system.
    package let door: DoorID
    /// Taken from the permissions of what is made through this door.
    package let umask: UInt16
    /// Who guests and the anonymous user are.
    package let anonymousUID: UInt32
    package let anonymousGID: UInt32
    /// Who follows symbolic links.
    package let symbolicLinks: SymbolicLinkPolicy
    /// Everybody is anonymous here.
    package let mapsAllToAnonymous: Bool
    /// Of what goes to and from this share; what the whole server demands is demanded here too.
    package let encryption: EncryptionPolicy
    /// How its files look here.
    package let presentation: SharePresentation
    /// Nil where write times are shown at once.
    let delayedWriteTimes: DelayedWriteTimes?

    package init(
        name: String, comment: String = "", fileSystem: FileSystem, door: DoorID, umask: UInt16 = 0o022,
        anonymousUID: UInt32 = 65534, anonymousGID: UInt32 = 65534, mapsAllToAnonymous: Bool = false,
        symbolicLinks: SymbolicLinkPolicy = .follow, encryption: EncryptionPolicy = .off,
        presentation: SharePresentation = SharePresentation()
    ) {
        self.name = String(name.drop { $0 == "/" })
        self.comment = comment
        self.fileSystem = fileSystem
        self.door = door
        self.umask = umask
        self.anonymousUID = anonymousUID
        self.anonymousGID = anonymousGID
        self.mapsAllToAnonymous = mapsAllToAnonymous
        self.symbolicLinks = symbolicLinks
        self.encryption = encryption
        self.presentation = presentation
        delayedWriteTimes = presentation.writeTimes == .delayed ? DelayedWriteTimes() : nil
    }

    /// As whom the core sees a user here.
    package func identity(of user: AuthenticatedUser) -> Identity {
        switch user {
        case .user(let record):
            if mapsAllToAnonymous { return anonymous(named: record.name) }
            return Identity(uid: record.uid, gid: record.gid, groups: record.groups, name: record.name)
        case .guest(let claimedName): return anonymous(named: claimedName)
        case .anonymous: return anonymous(named: "anonymous")
        }
    }

    private func anonymous(named name: String) -> Identity {
        Identity(uid: anonymousUID, gid: anonymousGID, name: name)
    }
}

/// Who follows a share's symbolic links.
package enum SymbolicLinkPolicy: String, Sendable, CaseIterable {
    /// The server does, inside the share: clients see what the links lead to.
    case follow
    /// The clients do: they see links as reparse points, and an open that runs into one is STATUS_STOPPED_ON_SYMLINK.
    case reparse
}
