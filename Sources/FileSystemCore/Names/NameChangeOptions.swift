/// How a deletion, a rename or a link of SMB's treats names: the flags that FileDispositionInformationEx,
/// FileRenameInformationEx and FileLinkInformationEx share — [MS-FSCC] 2.4.12, 2.4.43 — and how new names are looked up.
package struct NameChangeOptions: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The name goes when the handle closes, or at once, though others have the file open; their opens live on without it.
    package static let posixSemantics = NameChangeOptions(rawValue: 1)
    /// READONLY does not protect the file.
    package static let ignoresReadOnly = NameChangeOptions(rawValue: 2)
    /// Names that differ in case are two names.
    package static let exactNames = NameChangeOptions(rawValue: 4)
}

package struct RenameFlags: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// RENAME_NOREPLACE: an existing target is refused.
    package static let noReplace = RenameFlags(rawValue: 1)
    /// RENAME_EXCHANGE: the two names swap.
    package static let exchange = RenameFlags(rawValue: 2)
}
