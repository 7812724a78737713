/// What an open does with the data, as far as share modes are concerned.
package struct DataAccess: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let read = DataAccess(rawValue: 1)
    package static let write = DataAccess(rawValue: 2)
    package static let delete = DataAccess(rawValue: 4)
}

/// What an open lets others do meanwhile: ShareAccess — [MS-SMB2] 2.2.13. The bits are those of ``DataAccess``.
package struct ShareMode: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue & 7 }

    package static let read = ShareMode(rawValue: 1)
    package static let write = ShareMode(rawValue: 2)
    package static let delete = ShareMode(rawValue: 4)
    package static let all: ShareMode = [.read, .write, .delete]

    package func permits(_ access: DataAccess) -> Bool { access.rawValue & ~rawValue == 0 }
}
