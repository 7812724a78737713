/// Who asks: POSIX's view of a caller. There is no empty identity, so no handler can act for nobody.
package struct Identity: Hashable, Sendable {
    package var uid: UInt32
    package var gid: UInt32
    /// Supplementary groups, in no order; the primary one need not be among them.
    package var groups: [UInt32]
    /// For traces: the account's name, or what stands for it.
    package var name: String

    package init(uid: UInt32, gid: UInt32, groups: [UInt32] = [], name: String) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
        self.name = name
    }

    /// May override discretionary access, as CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_CHOWN do together.
    @inlinable package var isPrivileged: Bool { uid == 0 }

    @inlinable
    package func isMember(of group: UInt32) -> Bool { gid == group || groups.contains(group) }
}
