import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

extension FilesBench {
    /// What the core knows of an open file.
    func attributes(_ file: FileID) throws -> Attributes {
        let inode = try query(.internal, file, as: FileInternalInformation.self).indexNumber
        let outcome = try fileSystem.attributes(of: InodeNumber(rawValue: inode), operation)
        guard case .done(let attributes, _) = outcome else { throw FileSystemError.io }
        return attributes
    }

    func security(_ file: FileID, _ parts: UInt32, room: UInt32 = 65_536) -> Answer {
        send(
            .queryInfo,
            QueryInfoRequest(infoType: .security, outputBufferLength: room, additionalInformation: parts, fileID: file))
    }

    func descriptor(_ file: FileID, _ parts: UInt32 = 7) throws -> SecurityDescriptor {
        let answer = security(file, parts)
        try #require(answer.status == .success)
        return try SecurityDescriptor(bytes: answer.body(QueryInfoResponse.self).outputBuffer)
    }

    func secure(_ file: FileID, _ parts: UInt32, _ descriptor: SecurityDescriptor) -> NTStatus {
        secure(file, parts, bytes: descriptor.bytes)
    }

    func secure(_ file: FileID, _ parts: UInt32, bytes: [UInt8]) -> NTStatus {
        send(
            .setInfo,
            SetInfoRequest(infoType: .security, additionalInformation: parts, fileID: file, buffer: bytes)
        ).status
    }
}

@Suite("Security descriptors — [MS-SMB2] 3.3.5.20.3, 3.3.5.21.3")
struct FileSecurityTests {
    private static let (owner, group, dacl, sacl): (UInt32, UInt32, UInt32, UInt32) = (1, 2, 4, 8)

    private func carrying(_ mode: UInt32) -> SecurityDescriptor {
        SecurityDescriptor(
            dacl: AccessControlList([AccessControlEntry(.denied, [], for: SID(authority: 5, [88, 3, mode]))]))
    }

    @Test("owner, group and mode, and of them what is asked for; too little room says how much would do")
    func tellsDescriptor() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        let file = try bench.open("file")
        for file in [file, try bench.open("dir", .open), try bench.open("", .open, access: 0x20000)] {
            let whole = try bench.descriptor(file)
            let attributes = try bench.attributes(file)
            #expect(whole == SecurityDescriptor(of: attributes))
            #expect(whole.owner?.uid == attributes.uid && whole.group?.gid == attributes.gid)
            #expect(whole.dacl?.entries.first?.sid.unixMode == UInt32(attributes.permissions.rawValue))
        }
        let whole = try bench.descriptor(file)
        #expect(whole.owner?.uid == 1000 && whole.dacl?.entries.first?.sid.unixMode == 0o644)
        for parts: UInt32 in 0..<8 {
            let part = try bench.descriptor(file, parts)
            #expect(part.owner == (parts & 1 != 0 ? whole.owner : nil))
            #expect(part.group == (parts & 2 != 0 ? whole.group : nil))
            #expect(part.dacl == (parts & 4 != 0 ? whole.dacl : nil))
        }
        // The label, attributes and policies are empty.
        #expect(try bench.descriptor(file, 0x70) == SecurityDescriptor())
        for dialect in [Dialect.smb210, .smb311] {
            bench.connection.terms.dialect = dialect
            let needed = UInt32(whole.byteCount)
            for room in [0, 1, needed - 1] {
                let refused = bench.security(file, 7, room: room)
                #expect(refused.status == .bufferTooSmall)
                #expect(refused.error == ErrorResponse(requiredBufferLength: needed, inContext: dialect == .smb311))
            }
            #expect(bench.security(file, 7, room: needed).status == .success)
        }
    }

    @Test("a list with a mode, and one that a mode is shown as; set-id bits stay where the list has none", arguments: ["file", "dir"])
    func setsModes(name: String) throws {
        let bench = try FilesBench()
        let file = try bench.open(name, options: name == "dir" ? .directoryFile : [])
        #expect(bench.secure(file, Self.dacl, carrying(0o2751)) == .success)
        #expect(try bench.attributes(file).permissions.rawValue == 0o2751)
        var shown = try bench.attributes(file)
        shown.permissions = Permissions(rawValue: 0o604)
        var list = ModeList.list(of: shown)
        list.entries.removeFirst()
        #expect(bench.secure(file, Self.dacl, SecurityDescriptor(dacl: list)) == .success)
        #expect(try bench.attributes(file).permissions.rawValue == 0o2604)
        // The owner and group that stand beside it were not asked for.
        var stray = carrying(0o600)
        stray.owner = SID(unixUser: 7)
        stray.group = .everyone
        #expect(bench.secure(file, Self.dacl, stray) == .success)
        let attributes = try bench.attributes(file)
        #expect(attributes.permissions.rawValue == 0o600 && attributes.uid == 1000)
        #expect(bench.secure(file, 0, carrying(0o777)) == .success)
        #expect(try bench.attributes(file).permissions.rawValue == 0o600)
        // What is read can be written, as often as one likes.
        for mode: UInt32 in [0o600, 0o2755, 0o4755] {
            #expect(bench.secure(file, Self.dacl, carrying(mode)) == .success)
            for _ in 0..<3 {
                #expect(bench.secure(file, 7, try bench.descriptor(file)) == .success)
                #expect(try bench.attributes(file).permissions.rawValue == mode)
            }
        }
    }

    @Test("who was the owner when he opened the file does not lend the new owner's identity")
    func lostOwnership() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let open = try #require(bench.session.opens.values.first?.open)
        var given = AttributeChanges()
        given.uid = 0
        let root = OperationContext(
            door: bench.share.door, style: .posix, client: 9, identity: Identity(uid: 0, gid: 0, name: "root"))
        _ = try bench.fileSystem.setAttributes(given, of: open.inode, via: nil, root)
        #expect(bench.secure(file, Self.dacl, carrying(0o4755)) == .success)
        #expect(try bench.attributes(file).permissions.rawValue == 0o755)
    }

    @Test("a stream has its file's descriptor; a link keeps its mode, which means nothing")
    func streamsAndLinks() throws {
        let bench = try FilesBench()
        let stream = try bench.open("file:stream")
        let file = try bench.open("file", .open)
        #expect(bench.secure(stream, Self.dacl, carrying(0o600)) == .success)
        #expect(try bench.attributes(file).permissions.rawValue == 0o600)
        #expect(try bench.descriptor(stream) == (try bench.descriptor(file)))
        let link = NewFile(
            type: .symbolicLink, permissions: Permissions(rawValue: 0o777), symbolicLinkTarget: Array("file".utf8))
        _ = try bench.fileSystem.make(link, named: FileName("link"), in: .root, bench.operation)
        let opened = try bench.open("link", .open, options: .openReparsePoint)
        #expect(bench.secure(opened, Self.dacl, carrying(0o600)) == .notSupported)
        #expect(bench.secure(opened, 7, try bench.descriptor(opened)) == .success)
        #expect(try bench.attributes(opened).permissions.rawValue == 0o777)
    }

    @Test("lists that no mode says, the NULL list and none are refused, and change nothing")
    func refusesLists() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let before = try bench.attributes(file)
        var null = SecurityDescriptor()
        null.control.insert(.hasDACL)
        let other = AccessControlEntry(.allowed, .fileGenericRead, for: SID(unixUser: 7))
        var added = try bench.descriptor(file)
        added.dacl?.entries.append(other)
        for descriptor in [null, SecurityDescriptor(), added, SecurityDescriptor(dacl: AccessControlList([other]))] {
            #expect(bench.secure(file, Self.dacl, descriptor) == .notSupported)
        }
        let bytes = carrying(0o600).bytes
        for count in 0..<bytes.count {
            #expect(bench.secure(file, Self.dacl, bytes: Array(bytes[..<count])) == .invalidParameter)
        }
        #expect(try bench.attributes(file) == before)
    }

    @Test("an owner takes his file, and gives it to one of his groups; root gives it away")
    func setsOwners() throws {
        let bench = try FilesBench(identity: Identity(uid: 1000, gid: 1000, groups: [50], name: "alice"))
        let file = try bench.open("file")
        func give(_ bench: FilesBench, _ file: FileID, _ owner: SID?, _ group: SID?) -> NTStatus {
            let parts = (owner == nil ? 0 : Self.owner) | (group == nil ? 0 : Self.group)
            return bench.secure(file, parts, SecurityDescriptor(owner: owner, group: group))
        }
        #expect(give(bench, file, SID(authority: 5, [88, 1, 1000]), SID(authority: 5, [88, 2, 50])) == .success)
        #expect(try bench.attributes(file).gid == 50)
        #expect(give(bench, file, SID(unixUser: 7), nil) == .invalidOwner)
        #expect(give(bench, file, nil, SID(unixGroup: 7)) == .accessDenied)
        for sid in [.everyone, SID(unixGroup: 1000), SID(authority: 5, [32, 544])] {
            #expect(give(bench, file, sid, nil) == .invalidOwner)
        }
        for sid in [.everyone, SID(unixUser: 1000)] { #expect(give(bench, file, nil, sid) == .invalidPrimaryGroup) }
        #expect(bench.secure(file, Self.owner, SecurityDescriptor()) == .invalidOwner)
        #expect(bench.secure(file, Self.group, SecurityDescriptor()) == .invalidPrimaryGroup)
        #expect(try bench.attributes(file).uid == 1000)

        let root = try FilesBench(identity: Identity(uid: 0, gid: 0, name: "root"))
        let owned = try root.open("file")
        #expect(root.secure(owned, Self.dacl, carrying(0o4755)) == .success)
        // As chown(2) of Linux: the list goes along as it was. It is no chmod, so set-user-ID goes.
        var shown = try root.attributes(owned)
        (shown.uid, shown.gid) = (7, 8)
        #expect(root.secure(owned, 7, SecurityDescriptor(of: shown)) == .success)
        let attributes = try root.attributes(owned)
        #expect(attributes.uid == 7 && attributes.gid == 8 && attributes.permissions.rawValue == 0o755)
    }

    @Test("READ_CONTROL to read; WRITE_DAC and WRITE_OWNER to set; the SACL is nobody's, and other parts are not kept")
    func needsRights() throws {
        let bench = try FilesBench()
        try bench.make("file")
        let whole = try bench.descriptor(try bench.open("file", .open))
        let reading = try bench.open("file", .open, access: 0x20000)
        #expect(bench.security(reading, 7).status == .success)
        #expect(bench.security(reading, Self.sacl).status == .accessDenied)
        for parts in [Self.owner, Self.group, Self.dacl, Self.sacl] {
            #expect(bench.secure(reading, parts, whole) == .accessDenied)
        }
        let others = try bench.open("file", .open, access: 0x1F01FF & ~0xE0000)
        for parts: UInt32 in [1, 2, 4, 7, 0x10] { #expect(bench.security(others, parts).status == .accessDenied) }
        #expect(try bench.descriptor(others, 0) == SecurityDescriptor())
        for (access, parts, status) in [
            (0x40000, Self.dacl, .success), (0x40000, Self.owner, .accessDenied), (0x80000, Self.owner, .success),
            (0x80000, Self.group, .success), (0x80000, Self.dacl, .accessDenied), (0xC0000, 0x10, .notSupported),
            (0xC0000, 0x20, .notSupported), (0xC0000, 0x40, .notSupported), (0xC0000, 0x10000, .notSupported),
            (0x1F01FF, Self.sacl, .accessDenied),
        ] as [(UInt32, UInt32, NTStatus)] {
            let file = try bench.open("file", .open, access: access)
            #expect(bench.secure(file, parts, whole) == status, "\(access) \(parts)")
            bench.close(file)
        }
        let frozen = try FilesBench(identity: Identity(uid: 0, gid: 0, name: "root"), isReadOnly: true)
        #expect(frozen.create("", .open, access: 0x40000).status == .mediaWriteProtected)
    }
}
