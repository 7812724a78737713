package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error
}

package enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}

/// How much a mount's kernel may remember.
package enum CacheMode: String, CaseIterable, Sendable {
    case none, coherent, strict
}

/// The SMB dialects, oldest first, as people write them.
package enum SMBDialect: String, CaseIterable, Comparable, Sendable {
    case smb202 = "2.0.2"
    case smb210 = "2.1"
    case smb300 = "3.0"
    case smb302 = "3.0.2"
    case smb311 = "3.1.1"

    /// DialectRevision — [MS-SMB2] 2.2.4
    package var revision: UInt16 {
        switch self {
        case .smb202: 0x0202
        case .smb210: 0x0210
        case .smb300: 0x0300
        case .smb302: 0x0302
        case .smb311: 0x0311
        }
    }

    package static func < (one: SMBDialect, other: SMBDialect) -> Bool { one.revision < other.revision }
}

/// What SMB messages are signed.
package enum SMBSigning: String, CaseIterable, Sendable {
    /// As `enabled`, but nobody is held to it, as far as the dialect allows that.
    case off
    /// Those of clients that sign.
    case enabled
    /// All of whoever has logged in with a password.
    case required
}

/// Which SMB messages are sealed. Who seals gets sealed answers, whatever is written here.
package enum SMBEncryption: String, CaseIterable, Sendable {
    /// Those of clients that want it.
    case off
    /// All of clients that can.
    case preferred
    /// All: who cannot is refused.
    case required
}

/// The configuration, typed. Everything in it has been checked.
package struct Settings: Equatable, Sendable {
    package var logging = LoggingSettings()
    package var smb = SMBSettings()
    package var fuse = FUSESettings()
    package var metadataStores: [String: MetadataStoreSettings] = [:]
    package var contentStores: [String: ContentStoreSettings] = [:]
    package var shares: [ShareSettings] = []
    package var users: [UserSettings] = []
    /// The file that `dittofs user` edits.
    package var userFile: String?
}

package struct LoggingSettings: Equatable, Sendable {
    package var level = LogLevel.info
    package var format = LogFormat.text
}

package struct SMBSettings: Equatable, Sendable {
    package var enabled = true
    /// A numeric address.
    package var bindAddress = "127.0.0.1"
    /// 0 takes a free one.
    package var port = 12445
    /// Whether somebody without a password may come in; where nobody said so, only if nobody but this machine can.
    package var guest = true
    package var minimumDialect = SMBDialect.smb202
    package var maximumDialect = SMBDialect.smb311
    package var signing = SMBSigning.enabled
    package var encryption = SMBEncryption.off
    /// After that a session has to authenticate again; nil: never.
    package var sessionLifetime: Duration?
    /// Whether the control codes that Samba has made for its own tests are answered.
    package var tortureControls = false
    package var timeouts = TimeoutSettings()
}

package struct TimeoutSettings: Equatable, Sendable {
    package var read = Duration.seconds(300)
    package var write = Duration.seconds(30)
    package var idle = Duration.seconds(300)
    package var shutdown = Duration.seconds(30)
}

package struct FUSESettings: Equatable, Sendable {
    package var enabled = true
    package var cache = CacheMode.none
    /// Nil: where this process may allow it.
    package var allowOther: Bool?
}

package struct MetadataStoreSettings: Equatable, Sendable {
    package var type = "memory"
}

package struct ContentStoreSettings: Equatable, Sendable {
    package var type = "memory"
    /// Bytes.
    package var maxSize: UInt64 = 8 << 30
}

package struct ShareSettings: Equatable, Sendable {
    /// With its slash: `/export`.
    package var name: String
    /// What lists of shares say of it.
    package var comment = ""
    package var metadataStore = "default"
    package var contentStore = "default"
    /// An absolute path; nil: a temporary directory.
    package var mount: String?
    package var readOnly = false
    /// Beyond what the SMB door asks.
    package var encryption = SMBEncryption.off
    package var umask: UInt16 = 0o022
    package var symbolicLinks = SymbolicLinkMode.follow
    /// Names and patterns of what looks hidden to SMB clients.
    package var hiddenNames: [String] = []
    /// Whether SMB clients find named streams.
    package var namedStreams = true
    package var writeTimes = WriteTimeMode.immediate
    package var rootUID: UInt32 = 0
    package var rootGID: UInt32 = 0
    package var rootMode: UInt16 = 0o777
    package var mapAllToAnonymous = false
    package var anonymousUID: UInt32 = 65534
    package var anonymousGID: UInt32 = 65534

    package init(name: String) {
        self.name = name
    }

    /// Nil when no share can be called that.
    package init?(checkedName name: String) {
        guard ScalarKind.shareName.parse(name) != nil else { return nil }
        self.init(name: name)
    }

    /// What SMB clients call it: without the slash.
    package var smbName: String { String(name.dropFirst()) }
}

package struct UserSettings: Equatable, Sendable {
    package var name: String
    package var uid: UInt32
    package var gid: UInt32
    /// 16 bytes.
    package var ntHash: [UInt8]

    package init(name: String, uid: UInt32, gid: UInt32, ntHash: [UInt8]) {
        self.name = name
        self.uid = uid
        self.gid = gid
        self.ntHash = ntHash
    }
}

/// Bytes as hexadecimal digits, and back.
package enum Hexadecimal {
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// What SMB makes of symbolic links.
package enum SymbolicLinkMode: String, Sendable, CaseIterable {
    /// The server follows them, inside the share.
    case follow
    /// Clients see them as reparse points and follow them themselves.
    case reparse
}

/// When files show to SMB clients that they were written.
package enum WriteTimeMode: String, Sendable, CaseIterable {
    case immediate
    /// After two seconds, or when the file is flushed or closed.
    case delayed
}
