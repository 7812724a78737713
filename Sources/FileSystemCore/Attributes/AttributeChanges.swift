package import FileSystemModel

/// How a time is to change. What is left out keeps its value.
package enum TimeChange: Equatable, Sendable {
    case now
    case set(Timestamp)
}

/// What setattr and SET_INFO change; nil is unchanged.
package struct AttributeChanges: Equatable, Sendable {
    package var permissions: Permissions?
    package var uid: UInt32?
    package var gid: UInt32?
    package var size: UInt64?
    package var accessTime: TimeChange?
    package var modificationTime: TimeChange?
    package var changeTime: TimeChange?
    package var creationTime: TimeChange?
    package var dosAttributes: DOSAttributes?
    /// FILETIME -1: the open's own operations leave these times alone from now on.
    package var freeze: TimeFields = []
    /// FILETIME -2: they move again.
    package var thaw: TimeFields = []

    package init() {}

    /// Whether anything of the file is to change, and not only what an open will do from now on.
    var altersFile: Bool {
        var rest = self
        rest.freeze = []
        rest.thaw = []
        return rest != AttributeChanges()
    }
}
