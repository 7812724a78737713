package import WindowsTypes

/// What is behind a share's name — [MS-SRVS] 2.2.2.4
package struct ShareKind: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let disk: ShareKind = []
    package static let interprocess = ShareKind(rawValue: 3)
    /// One of the system's own.
    package static let special = ShareKind(rawValue: 0x8000_0000)
}

/// A share as it is listed.
package struct SharedResource: Equatable, Sendable {
    package var name: String
    package var kind: ShareKind
    package var comment: String

    package init(name: String, kind: ShareKind = .disk, comment: String = "") {
        self.name = name
        self.kind = kind
        self.comment = comment
    }

    /// A path on the server, of the form that clients expect. It leads nowhere.
    var path: String { kind.contains(.interprocess) ? "" : "C:\\\(name)" }
}

/// What this server says of itself.
package struct ServerDescription: Sendable {
    /// The NetBIOS name, without backslashes.
    package var name: String
    /// The workgroup or domain.
    package var domain: String
    package var comment: String
    /// In the order in which they are listed.
    package var shares: [SharedResource]
    package var now: @Sendable () -> FileTime

    package init(
        name: String, domain: String, comment: String, shares: [SharedResource],
        now: @escaping @Sendable () -> FileTime
    ) {
        self.name = name
        self.domain = domain
        self.comment = comment
        self.shares = shares
        self.now = now
    }

    /// PLATFORM_ID_NT — [MS-SRVS] 2.2.2.6
    static let platform: UInt32 = 500
    /// The version of Windows that servers of this kind claim: 6.1, as Samba does.
    static let majorVersion: UInt32 = 6
    static let minorVersion: UInt32 = 1
    /// SV_TYPE_WORKSTATION, SERVER, NT and SERVER_NT — [MS-SRVS] 2.2.2.7
    static let kind: UInt32 = 0x0000_9003

    /// The share of that name, compared without regard to case.
    func share(named name: String) -> SharedResource? {
        let key = name.lowercased()
        return shares.first { $0.name.lowercased() == key }
    }

    /// The interfaces that tell it.
    package var interfaces: [RemoteInterface] { [ServerService.interface(self), WorkstationService.interface(self)] }
}
