/// The Command field of a header — [MS-SMB2] 2.2.1
///
/// A number that no command has survives as ``unknown(_:)``: the server has to answer it, and for that its header must
/// parse.
package enum Command: Hashable, Sendable {
    case negotiate
    case sessionSetup
    case logoff
    case treeConnect
    case treeDisconnect
    case create
    case close
    case flush
    case read
    case write
    case lock
    case ioctl
    case cancel
    case echo
    case queryDirectory
    case changeNotify
    case queryInfo
    case setInfo
    case oplockBreak
    case unknown(UInt16)
}

extension Command: RawRepresentable, CaseIterable {
    /// The 19 commands in the order of their numbers, 0 to 18.
    package static let allCases: [Command] = [
        .negotiate, .sessionSetup, .logoff, .treeConnect, .treeDisconnect, .create, .close, .flush, .read, .write,
        .lock,
        .ioctl, .cancel, .echo, .queryDirectory, .changeNotify, .queryInfo, .setInfo, .oplockBreak,
    ]

    package init(rawValue: UInt16) {
        switch rawValue {
        case 0x0000: self = .negotiate
        case 0x0001: self = .sessionSetup
        case 0x0002: self = .logoff
        case 0x0003: self = .treeConnect
        case 0x0004: self = .treeDisconnect
        case 0x0005: self = .create
        case 0x0006: self = .close
        case 0x0007: self = .flush
        case 0x0008: self = .read
        case 0x0009: self = .write
        case 0x000A: self = .lock
        case 0x000B: self = .ioctl
        case 0x000C: self = .cancel
        case 0x000D: self = .echo
        case 0x000E: self = .queryDirectory
        case 0x000F: self = .changeNotify
        case 0x0010: self = .queryInfo
        case 0x0011: self = .setInfo
        case 0x0012: self = .oplockBreak
        default: self = .unknown(rawValue)
        }
    }

    package var rawValue: UInt16 {
        switch self {
        case .negotiate: 0x0000
        case .sessionSetup: 0x0001
        case .logoff: 0x0002
        case .treeConnect: 0x0003
        case .treeDisconnect: 0x0004
        case .create: 0x0005
        case .close: 0x0006
        case .flush: 0x0007
        case .read: 0x0008
        case .write: 0x0009
        case .lock: 0x000A
        case .ioctl: 0x000B
        case .cancel: 0x000C
        case .echo: 0x000D
        case .queryDirectory: 0x000E
        case .changeNotify: 0x000F
        case .queryInfo: 0x0010
        case .setInfo: 0x0011
        case .oplockBreak: 0x0012
        case .unknown(let value): value
        }
    }
}

extension Command: CustomStringConvertible {
    package var description: String {
        switch self {
        case .negotiate: "NEGOTIATE"
        case .sessionSetup: "SESSION_SETUP"
        case .logoff: "LOGOFF"
        case .treeConnect: "TREE_CONNECT"
        case .treeDisconnect: "TREE_DISCONNECT"
        case .create: "CREATE"
        case .close: "CLOSE"
        case .flush: "FLUSH"
        case .read: "READ"
        case .write: "WRITE"
        case .lock: "LOCK"
        case .ioctl: "IOCTL"
        case .cancel: "CANCEL"
        case .echo: "ECHO"
        case .queryDirectory: "QUERY_DIRECTORY"
        case .changeNotify: "CHANGE_NOTIFY"
        case .queryInfo: "QUERY_INFO"
        case .setInfo: "SET_INFO"
        case .oplockBreak: "OPLOCK_BREAK"
        case .unknown(let value): "command \(value)"
        }
    }
}
