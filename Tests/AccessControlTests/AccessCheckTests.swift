import AccessControl
import FileSystemModel
import Testing

private func file(
    _ mode: UInt16, uid: UInt32 = 1000, gid: UInt32 = 2000, type: FileType = .regular
) -> Attributes {
    Attributes(
        inode: InodeNumber(rawValue: 18), type: type, permissions: Permissions(rawValue: mode), uid: uid, gid: gid, time: .epoch)
}

private let owner = Identity(uid: 1000, gid: 1, name: "owner")
private let member = Identity(uid: 1001, gid: 2000, name: "member")
private let supplementary = Identity(uid: 1002, gid: 1, groups: [7, 2000], name: "supplementary")
private let other = Identity(uid: 1003, gid: 1, groups: [7], name: "other")
private let root = Identity(uid: 0, gid: 0, name: "root")

@Suite("The access check: mode bits")
struct PosixAccessTests {
    @Test("each class has its own three bits, and the first that fits decides", arguments: 0..<512 as Range<UInt16>)
    func classes(mode: UInt16) {
        let attributes = file(mode)
        #expect(AccessCheck.posixAccess(of: owner, to: attributes).rawValue == UInt8(mode >> 6 & 7))
        #expect(AccessCheck.posixAccess(of: member, to: attributes).rawValue == UInt8(mode >> 3 & 7))
        #expect(AccessCheck.posixAccess(of: supplementary, to: attributes).rawValue == UInt8(mode >> 3 & 7))
        #expect(AccessCheck.posixAccess(of: other, to: attributes).rawValue == UInt8(mode & 7))
    }

    @Test("an owner who is in the group is the owner, though the group may do more")
    func ownerFirst() {
        let both = Identity(uid: 1000, gid: 2000, name: "both")
        #expect(AccessCheck.posixAccess(of: both, to: file(0o077)) == [])
        #expect(AccessCheck.posixAccess(of: member, to: file(0o707)) == [])
    }

    @Test("a privileged caller reads and writes all, executes what somebody may, and searches every directory")
    func privileged() {
        #expect(AccessCheck.posixAccess(of: root, to: file(0)) == [.read, .write])
        for bit in [0o100, 0o010, 0o001] as [UInt16] {
            #expect(AccessCheck.posixAccess(of: root, to: file(bit)) == [.read, .write, .execute])
        }
        #expect(AccessCheck.posixAccess(of: root, to: file(0, type: .directory)) == [.read, .write, .execute])
    }

    @Test("set-user-ID, set-group-ID and sticky are no rights")
    func highBits() {
        #expect(AccessCheck.posixAccess(of: owner, to: file(0o7000)) == [])
        #expect(AccessCheck.posixAccess(of: root, to: file(0o7000)) == [.read, .write])
    }

    @Test("what is wanted must be there whole")
    func require() throws {
        try AccessCheck.require([.read, .execute], of: owner, to: file(0o500))
        try AccessCheck.require([], of: other, to: file(0))
        #expect(throws: FileSystemError.accessDenied) { try AccessCheck.require([.read, .write], of: owner, to: file(0o500)) }
        #expect(throws: FileSystemError.accessDenied) { try AccessCheck.require(.execute, of: root, to: file(0o644)) }
    }

    @Test("the owner and the privileged are owners; the group is not")
    func isOwner() {
        #expect(AccessCheck.isOwner(owner, of: file(0)))
        #expect(AccessCheck.isOwner(root, of: file(0)))
        #expect(!AccessCheck.isOwner(member, of: file(0o777)))
    }
}

@Suite("The access check: removing an entry")
struct RemovalTests {
    @Test(
        "it takes write and search on the directory, whatever the file's own bits",
        arguments: [(0o7, true), (0o3, true), (0o2, false), (0o1, false), (0o5, false)] as [(UInt16, Bool)])
    func plain(bits: UInt16, expected: Bool) {
        let directory = file(bits, uid: 1, gid: 1_000_000, type: .directory)
        #expect(AccessCheck.mayRemove(file(0), from: directory, identity: other) == expected)
    }

    @Test("in a sticky directory the file or the directory must be one's own")
    func sticky() {
        let directory = file(0o1777, uid: 5000, type: .directory)
        #expect(AccessCheck.mayRemove(file(0, uid: 1003), from: directory, identity: other))
        #expect(!AccessCheck.mayRemove(file(0o777, uid: 1000), from: directory, identity: other))
        #expect(AccessCheck.mayRemove(file(0, uid: 1000), from: file(0o1777, uid: 1003, type: .directory), identity: other))
        #expect(AccessCheck.mayRemove(file(0, uid: 1000), from: directory, identity: root))
        // The group of file or directory makes no difference.
        #expect(!AccessCheck.mayRemove(file(0o777, uid: 1000), from: directory, identity: member))
        // One's own file, in a directory where one may not write.
        #expect(!AccessCheck.mayRemove(file(0, uid: 1003), from: file(0o1755, uid: 5000, type: .directory), identity: other))
    }
}

@Suite("The access check: all rights — [MS-SMB2] 2.2.13.1, 2.2.14.2.5")
struct MaximalAccessTests {
    private static let alwaysThere: AccessMask = [.readAttributes, .readControl, .synchronize]
    private static let closedDirectory = file(0, uid: 1, gid: 1, type: .directory)

    @Test("without a bit one still reads attributes and the descriptor")
    func nothing() {
        #expect(AccessCheck.maximalAccess(of: other, to: file(0o770), parent: Self.closedDirectory) == Self.alwaysThere)
    }

    @Test("read, write and execute each bring theirs")
    func bits() {
        func added(_ mode: UInt16, type: FileType = .regular) -> AccessMask {
            AccessCheck.maximalAccess(of: other, to: file(mode, type: type), parent: Self.closedDirectory)
                .subtracting(Self.alwaysThere)
        }
        // Over SMB executing a file is reading it; searching a directory is not.
        #expect(added(0o004) == [.readData, .readExtendedAttributes, .execute])
        #expect(added(0o004, type: .directory) == [.readData, .readExtendedAttributes])
        #expect(added(0o002) == [
            .writeData, .appendData, .writeExtendedAttributes, .writeAttributes, .deleteChild,
        ])
        #expect(added(0o002, type: .directory) == [
            .writeData, .appendData, .writeExtendedAttributes, .writeAttributes, .deleteChild,
        ])
        #expect(added(0o001) == [.execute])
    }

    @Test("the owner may always change rights, owner and attributes")
    func ownerRights() {
        let rights = AccessCheck.maximalAccess(of: owner, to: file(0), parent: Self.closedDirectory)
        #expect(rights == Self.alwaysThere.union([.writeAttributes, .writeDAC, .writeOwner]))
    }

    @Test("deleting depends on the parent; nobody deletes the root of a share")
    func delete() {
        let open = file(0o777, uid: 1, type: .directory)
        let sticky = file(0o1777, uid: 1, type: .directory)
        #expect(AccessCheck.maximalAccess(of: other, to: file(0), parent: open).contains(.delete))
        #expect(!AccessCheck.maximalAccess(of: other, to: file(0o777), parent: sticky).contains(.delete))
        #expect(!AccessCheck.maximalAccess(of: other, to: file(0o777), parent: nil).contains(.delete))
        #expect(AccessCheck.maximalAccess(of: root, to: file(0), parent: sticky) == .all)
        #expect(AccessCheck.maximalAccess(of: root, to: file(0), parent: nil) == AccessMask.all.subtracting(.delete))
    }
}

@Suite("The access mask — [MS-DTYP] 2.4.3")
struct AccessMaskTests {
    @Test("generic rights become what they stand for; the rest stays")
    func generics() {
        #expect(AccessMask(rawValue: 0x1000_0000).expandingGenerics.rawValue == 0x001F_01FF)
        #expect(AccessMask(rawValue: 0x8000_0000).expandingGenerics.rawValue == 0x0012_0089)
        #expect(AccessMask(rawValue: 0x4000_0000).expandingGenerics.rawValue == 0x0012_0116)
        #expect(AccessMask(rawValue: 0x2000_0000).expandingGenerics.rawValue == 0x0012_00A0)
        #expect(AccessMask(rawValue: 0xC000_0000).expandingGenerics.rawValue == 0x0012_019F)
        // MAXIMUM_ALLOWED, ACCESS_SYSTEM_SECURITY and bits without a meaning stay.
        #expect(AccessMask(rawValue: 0x8300_0000).expandingGenerics.rawValue == 0x0312_0089)
        #expect(AccessMask(rawValue: 0x0040_0000).expandingGenerics.rawValue == 0x0040_0000)
        #expect(AccessMask(rawValue: 0).expandingGenerics.rawValue == 0)
    }

    @Test("the rights of the specification have its values")
    func values() {
        let rights: [(AccessMask, UInt32)] = [
            (.readData, 0x1), (.writeData, 0x2), (.appendData, 0x4), (.readExtendedAttributes, 0x8),
            (.writeExtendedAttributes, 0x10), (.execute, 0x20), (.deleteChild, 0x40), (.readAttributes, 0x80),
            (.writeAttributes, 0x100), (.delete, 0x10000), (.readControl, 0x20000), (.writeDAC, 0x40000), (.writeOwner, 0x80000),
            (.synchronize, 0x100000), (.accessSystemSecurity, 0x0100_0000), (.maximumAllowed, 0x0200_0000),
        ]
        for (right, value) in rights { #expect(right.rawValue == value) }
        #expect(AccessMask.all.rawValue == rights.map(\.1).filter { $0 <= 0x100000 }.reduce(0, |))
    }
}
