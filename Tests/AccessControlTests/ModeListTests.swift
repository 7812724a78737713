import AccessControl
import FileSystemModel
import Testing

@Suite("Mode bits as a list, and lists as mode bits")
struct ModeListTests {
    private func file(_ mode: UInt16, _ type: FileType = .regular) -> Attributes {
        Attributes(
            inode: InodeNumber(rawValue: 17), type: type, permissions: Permissions(rawValue: mode), uid: 1000, gid: 100,
            time: Timestamp(seconds: 0, nanoseconds: 0))
    }

    private let owner = SID(unixUser: 1000)
    private let group = SID(unixGroup: 100)

    /// What a principal with these SIDs gets, as Windows asks a list — [MS-DTYP] 2.5.3.2: each right from the first entry that
    /// names it.
    private func rights(_ list: AccessControlList, _ sids: Set<SID>) -> AccessMask {
        var (allowed, denied): (AccessMask, AccessMask) = ([], [])
        for entry in list.entries where sids.contains(entry.sid) {
            if entry.kind == .allowed {
                allowed.formUnion(entry.mask.subtracting(denied))
            } else {
                denied.formUnion(entry.mask.subtracting(allowed))
            }
        }
        return allowed
    }

    @Test("all modes, asked entry by entry, give what the one check gives", arguments: [FileType.regular, .directory])
    func agreesWithCheck(type: FileType) {
        let data: AccessMask = [.readData, .writeData, .appendData, .readExtendedAttributes, .writeExtendedAttributes]
        for mode: UInt16 in 0...0o777 {
            let attributes = file(mode, type)
            let list = ModeList.list(of: attributes)
            for (identity, sids) in [
                (Identity(uid: 1000, gid: 5, name: "owner"), [owner]),
                (Identity(uid: 1000, gid: 100, name: "owner in the group"), [owner, group]),
                (Identity(uid: 7, gid: 5, groups: [100], name: "member"), [group]), (Identity(uid: 7, gid: 5, name: "other"), []),
            ] as [(Identity, [SID])] {
                let got = rights(list, Set(sids + [.everyone]))
                let maximal = AccessCheck.maximalAccess(of: identity, to: attributes, parent: nil)
                #expect(got.intersection(data) == maximal.intersection(data), "\(String(mode, radix: 8)) \(identity.name)")
                #expect(got.contains(.writeDAC) == maximal.contains(.writeDAC), "\(String(mode, radix: 8)) \(identity.name)")
                #expect(got.contains(.execute) == AccessCheck.posixAccess(of: identity, to: attributes).contains(.execute))
                #expect(got.isSubset(of: maximal), "\(String(mode, radix: 8)) \(identity.name)")
            }
        }
    }

    @Test("every mode comes back, with the entry that carries it and without", arguments: [FileType.regular, .directory])
    func comesBack(type: FileType) throws {
        for mode: UInt16 in stride(from: 0, through: 0o7777, by: 1) {
            let list = ModeList.list(of: file(mode, type))
            #expect(try ModeList.permissions(from: list, of: file(0, type)).rawValue == mode)
            let plain = AccessControlList(Array(list.entries.dropFirst()))
            #expect(try ModeList.permissions(from: plain, of: file(0, type)).rawValue == mode & 0o777)
            // What the classes' entries do not have stays.
            #expect(try ModeList.permissions(from: plain, of: file(0o5000, type)).rawValue == mode & 0o777 | 0o5000)
        }
    }

    private func carrying(_ mode: UInt32, kind: AccessControlEntry.Kind = .denied) -> AccessControlEntry {
        AccessControlEntry(kind, [], for: SID(authority: 5, [88, 3, mode]))
    }

    @Test("the mode that Linux sends: alone, denied or allowed, and beside all for authenticated users")
    func takesLinux() throws {
        let all = AccessControlEntry(.allowed, .genericAll, for: .authenticatedUsers)
        for entries in [[carrying(0o6751)], [carrying(0o6751, kind: .allowed)], [carrying(0o6751), all], [carrying(0o106751)]] {
            #expect(try ModeList.permissions(from: AccessControlList(entries), of: file(0)).rawValue == 0o6751)
        }
        // chown sends the list again, with the new owner's other name.
        var list = ModeList.list(of: file(0o640))
        for index in list.entries.indices where list.entries[index].sid == owner {
            list.entries[index] = AccessControlEntry(.allowed, list.entries[index].mask, for: SID(authority: 5, [88, 1, 7]))
        }
        var changed = file(0o640)
        changed.uid = 7
        #expect(try ModeList.permissions(from: list, of: changed).rawValue == 0o640)
    }

    @Test("what no mode says is refused, and not dropped")
    func refusesOtherLists() {
        let shown = ModeList.list(of: file(0o640)).entries
        let other = AccessControlEntry(.allowed, .fileGenericRead, for: SID(unixUser: 7))
        var wider = shown
        wider[2].mask.insert(.writeData)
        var inherited = shown
        inherited[1].flags = .init(rawValue: 3)
        for entries in [
            [], [other], shown + [other], wider, inherited, [carrying(0o640), carrying(0o600)], [carrying(0o1000000)],
            [carrying(0o640), other], [AccessControlEntry(.allowed, .all, for: .everyone)], Array(shown.dropFirst().reversed()),
            [AccessControlEntry(.denied, .genericAll, for: .authenticatedUsers), carrying(0o640)],
        ] {
            #expect(throws: FileSystemError.notSupported, "\(entries)") {
                _ = try ModeList.permissions(from: AccessControlList(entries), of: file(0o640))
            }
        }
    }

    @Test("SIDs of users, groups and modes, and those that look like them")
    func readsNumbers() {
        #expect(SID(unixUser: 5).uid == 5 && SID(authority: 5, [88, 1, 5]).uid == 5 && SID(unixUser: 5).gid == nil)
        #expect(SID(unixGroup: 5).gid == 5 && SID(authority: 5, [88, 2, 5]).gid == 5 && SID(unixGroup: 5).uid == nil)
        #expect(SID(unixMode: Permissions(rawValue: 0o644)).unixMode == 0o644)
        for sid in [
            SID(authority: 5, [88, 3]), SID(authority: 5, [88, 3, 1, 2]), SID(authority: 22, [3, 1]), SID(authority: 5, [1, 5]),
            SID(authority: 22, [88, 1, 5]), .everyone,
        ] {
            #expect(sid.uid == nil && sid.gid == nil && sid.unixMode == nil, "\(sid)")
        }
    }
}
