import Synchronization

/// What is known of a user.
package struct UserRecord: Equatable, Sendable {
    package var name: String
    package var uid: UInt32
    package var gid: UInt32
    /// Supplementary groups, without `gid`.
    package var groups: [UInt32]
    /// Nil when the user has no password: such a user is always refused.
    package var ntHash: NTHash?

    package init(name: String, uid: UInt32, gid: UInt32, groups: [UInt32] = [], ntHash: NTHash?) {
        self.name = name
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.ntHash = ntHash
    }
}

/// Where users are looked up. Called on event loops: must not block.
package protocol UserDatabase: Sendable {
    /// The user of that name, compared without regard to case. The name is without a domain.
    func user(named name: String) -> UserRecord?
}

/// Users in memory, all replaceable at once while others look them up.
package final class StaticUserDatabase: UserDatabase {
    private let users: Mutex<[String: UserRecord]>

    package init(_ users: [UserRecord] = []) {
        self.users = Mutex(Self.index(users))
    }

    /// Puts other users in place of all that there are. Exchanges under way use whichever they look up first.
    package func replace(with users: [UserRecord]) {
        let index = Self.index(users)
        self.users.withLock { $0 = index }
    }

    package func user(named name: String) -> UserRecord? {
        let key = CaseFolding.upperCased(name)
        return users.withLock { $0[key] }
    }

    /// Of several names that differ in case only, the first counts.
    private static func index(_ users: [UserRecord]) -> [String: UserRecord] {
        Dictionary(users.map { (CaseFolding.upperCased($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
