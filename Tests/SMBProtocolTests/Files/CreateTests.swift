import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("CREATE — [MS-SMB2] 3.3.5.9, [MS-FSA] 2.1.5.1")
struct CreateTests {
    typealias Disposition = SMBMessages.CreateDisposition

    @Test(
        "every disposition, with and without a file that is there",
        arguments: [
            (.supersede, .success, .superseded, .success),
            (.open, .success, .opened, .objectNameNotFound),
            (.create, .objectNameCollision, nil, .success),
            (.openIf, .success, .opened, .success),
            (.overwrite, .success, .overwritten, .objectNameNotFound),
            (.overwriteIf, .success, .overwritten, .success),
        ] as [(Disposition, NTStatus, SMBMessages.CreateAction?, NTStatus)])
    func obeysDispositions(
        disposition: Disposition, onFile: NTStatus, action: SMBMessages.CreateAction?, onNothing: NTStatus
    ) throws {
        let bench = try FilesBench()
        try bench.make("there", "bytes")
        let existing = bench.create("there", disposition)
        #expect(existing.status == onFile)
        if let action {
            let response: CreateResponse = try existing.body()
            #expect(response.createAction == action)
            #expect(response.endOfFile == (action == .opened ? 5 : 0))
        }
        let absent = bench.create("absent", disposition)
        #expect(absent.status == onNothing)
        if onNothing == .success { #expect(try absent.body(CreateResponse.self).createAction == .created) }
        #expect(bench.create("no\\such", disposition).status == .objectPathNotFound)
    }

    @Test("the options that are refused, bit by bit", arguments: CreateOptionTable.rows.map(\.option))
    func obeysOptionTable(option: CreateOptions) throws {
        let row = try #require(CreateOptionTable.rows.first { $0.option == option })
        let bench = try FilesBench()
        try bench.make("file")
        let status = bench.create("file", .open, options: option).status
        switch row.handling {
        case .refused(let refusal): #expect(status == refusal)
        case .ignored: #expect(status == .success)
        case .honored: #expect(status == (option == .directoryFile ? .notADirectory : .success))
        }
    }

    @Test("the table of options has every bit once")
    func coversEveryOption() {
        #expect(CreateOptionTable.rows.map(\.option.rawValue) == (0..<32).map { 1 << $0 })
    }

    @Test("FILE_DIRECTORY_FILE and FILE_NON_DIRECTORY_FILE")
    func opensDirectories() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        try bench.make("file")
        #expect(bench.create("dir", .open, options: .nonDirectoryFile).status == .fileIsADirectory)
        #expect(bench.create("file", .open, options: .directoryFile).status == .notADirectory)
        #expect(bench.create("dir", .open, options: [.directoryFile, .nonDirectoryFile]).status == .invalidParameter)
        #expect(bench.create("dir", .overwriteIf, options: .directoryFile).status == .invalidParameter)
        #expect(bench.create("dir", .create, options: .directoryFile).status == .objectNameCollision)
        #expect(bench.create("", .open, access: 0x81).status == .success)
        #expect(bench.create("", .open, access: 0x81, options: .nonDirectoryFile).status == .fileIsADirectory)
        let response: CreateResponse = try bench.create("dir", .open).body()
        #expect(response.fileAttributes == .directory)
        #expect(response.allocationSize == 0 && response.endOfFile == 0)
    }

    @Test("a backslash at the end means a directory")
    func obeysTrailingBackslash() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        try bench.make("file")
        #expect(bench.create("dir\\", .open).status == .success)
        #expect(bench.create("dir\\", .open, options: .nonDirectoryFile).status == .objectNameInvalid)
        #expect(bench.create("file\\", .open).status == .notADirectory)
    }

    @Test(
        "impersonation levels",
        arguments: [
            (0, .success), (1, .success), (2, .success), (3, .success), (4, .badImpersonationLevel),
            (.max, .badImpersonationLevel),
        ] as [(UInt32, NTStatus)])
    func checksImpersonation(level: UInt32, status: NTStatus) throws {
        let bench = try FilesBench()
        #expect(bench.create("f", impersonation: ImpersonationLevel(rawValue: level)).status == status)
    }

    @Test("access masks, bit by bit", arguments: 0..<32)
    func checksAccessMasks(bit: Int) throws {
        let bench = try FilesBench()
        try bench.make("file")
        let mask: UInt32 = 1 << bit
        let status = bench.create("file", .open, access: mask).status
        if mask & 0x0CE0_FE00 != 0 {
            #expect(status == .accessDenied)
        } else if mask == 0x0100_0000 {
            #expect(status == .privilegeNotHeld)
        } else {
            #expect(status == .success)
        }
        #expect(bench.create("file", .open, access: 0).status == .accessDenied)
    }

    @Test("file attributes, bit by bit", arguments: 0..<32)
    func checksFileAttributes(bit: Int) throws {
        let bench = try FilesBench()
        let attributes = FileAttributes(rawValue: 1 << bit)
        let answer = bench.create("file", .create, attributes: attributes)
        guard FileAttributes(rawValue: 0x7FB7).isSuperset(of: attributes) else {
            #expect(answer.status == .invalidParameter)
            return
        }
        #expect(answer.status == .success)
        // What is stored, and ARCHIVE, which every new file has.
        let stored = attributes.intersection([.readOnly, .hidden, .system, .temporary, .offline, .notContentIndexed])
        #expect(try answer.body(CreateResponse.self).fileAttributes == stored.union(.archive))
    }

    @Test("a directory cannot be temporary")
    func refusesTemporaryDirectories() throws {
        let bench = try FilesBench()
        #expect(
            bench.create("d", .create, options: .directoryFile, attributes: .temporary).status == .invalidParameter)
    }

    @Test("overwriting needs the HIDDEN and SYSTEM that the file has")
    func protectsHiddenFiles() throws {
        let bench = try FilesBench()
        try bench.make("file", attributes: .hidden)
        #expect(bench.create("file", .overwriteIf).status == .accessDenied)
        #expect(bench.create("file", .overwriteIf, attributes: .hidden).status == .success)
    }

    // MARK: Contexts

    @Test("MxAc and QFid are answered, the root included", arguments: ["", "file"])
    func answersContexts(name: String) throws {
        let bench = try FilesBench()
        try bench.make("file")
        let answer = bench.create(
            name, .open, access: 0x80,
            contexts: [
                CreateContext(name: CreateContextName.queryMaximalAccess),
                CreateContext(name: CreateContextName.durableHandleRequest, data: Array(repeating: 0, count: 16)),
                CreateContext(name: CreateContextName.queryOnDiskID),
                CreateContext(name: Array("Zzzz".utf8), data: [1]),
            ])
        let response: CreateResponse = try answer.body()
        let access = try #require(try MaximalAccessResponse.first(in: response.createContexts))
        #expect(access.queryStatus == .success && access.maximalAccess & 0x0012_0089 == 0x0012_0089)
        let id = try #require(try OnDiskIDResponse.first(in: response.createContexts))
        let index = try bench.query(.internal, response.fileID, as: FileInternalInformation.self).indexNumber
        #expect(id.diskFileID == index && index > 16)
        #expect(response.createContexts.count == 2)
    }

    @Test("MxAc with the time that the file has is NONE_MAPPED")
    func answersMaximalAccessByTime() throws {
        let bench = try FilesBench()
        let first: CreateResponse = try bench.create("file").body()
        let query = MaximalAccessQuery(timestamp: first.lastWriteTime)
        let second: CreateResponse = try bench.create("file", contexts: [query.context]).body()
        #expect(try MaximalAccessResponse.first(in: second.createContexts)?.queryStatus == .noneMapped)
    }

    @Test(
        "contexts that are refused",
        arguments: [
            (CreateContextName.extendedAttributes, [1, 2, 3], .invalidParameter),
            (CreateContextName.extendedAttributes, [0, 0, 0, 0, 0, 1, 1, 0, 0x3A, 0, 0x78], .invalidEaName),
            (CreateContextName.timewarpToken, [1, 0, 0, 0, 0, 0, 0, 0], .objectNameNotFound),
            (CreateContextName.timewarpToken, [1], .invalidParameter),
            (CreateContextName.durableHandleReconnect, Array(repeating: 0, count: 16), .objectNameNotFound),
            (CreateContextName.allocationSize, [0], .invalidParameter),
            (CreateContextName.queryOnDiskID, [0], .invalidParameter), ([0x78, 0x78, 0x78], [], .invalidParameter),
            (CreateContextName.queryMaximalAccess, [0, 0], .invalidParameter),
        ] as [([UInt8], [UInt8], NTStatus)])
    func refusesContexts(name: [UInt8], data: [UInt8], status: NTStatus) throws {
        let bench = try FilesBench()
        #expect(bench.create("file", contexts: [CreateContext(name: name, data: data)]).status == status)
        #expect(!bench.exists("file"))
    }

    @Test("a context that comes twice is refused")
    func refusesDuplicateContexts() throws {
        let bench = try FilesBench()
        let context = CreateContext(name: CreateContextName.queryOnDiskID)
        #expect(bench.create("file", contexts: [context, context]).status == .invalidParameter)
    }

    @Test("ExtA gives a new file its attributes, and an open one none")
    func setsExtendedAttributes() throws {
        let bench = try FilesBench()
        let context = ExtendedAttributesContext(entries: [FileFullEaInformation(eaName: [0x61], eaValue: [1, 2])])
            .context
        let first: CreateResponse = try bench.create("file", contexts: [context]).body()
        #expect(bench.query(.fullEa, first.fileID).status == .success)
        #expect(try bench.query(.ea, first.fileID, as: FileEaInformation.self).eaSize == 4 + 5 + 1 + 2)
        try bench.make("other")
        let second: CreateResponse = try bench.create("other", .open, contexts: [context]).body()
        #expect(bench.query(.fullEa, second.fileID).status == .noEasOnFile)
    }

    @Test("AlSi reserves room")
    func reservesAllocation() throws {
        let bench = try FilesBench()
        let context = AllocationSizeContext(allocationSize: 100_000).context
        let response: CreateResponse = try bench.create("file", contexts: [context]).body()
        #expect(response.allocationSize >= 100_000 && response.allocationSize % 4096 == 0)
        #expect(response.endOfFile == 0)
    }

    @Test("a CREATE that is refused for want of room leaves the file that it would have overwritten and deleted")
    func refusedOverwrite() throws {
        let bench = try FilesBench()
        try bench.make("file")
        let answer = bench.create(
            "file", .overwriteIf, access: 0x0013_019F, options: .deleteOnClose,
            contexts: [AllocationSizeContext(allocationSize: 1 << 40).context])
        #expect(answer.status == .diskFull)
        #expect(bench.create("file", .open).status == .success)
    }

    // MARK: Others

    @Test("who may share with whom", arguments: 0..<64)
    func obeysShareModes(bits: Int) throws {
        // Two opens, each with one kind of access (0: none) and one share mode that lacks one kind (0: lacks none).
        let kinds: [UInt32] = [0x80, 0x1, 0x2, 0x0001_0000]
        let shares: [ShareAccess] = [
            [.read, .write, .delete], [.write, .delete], [.read, .delete], [.read, .write],
        ]
        let (firstAccess, firstShare, secondAccess) = (bits & 3, bits >> 2 & 3, bits >> 4 & 3)
        let bench = try FilesBench()
        try bench.make("file")
        _ = try bench.open("file", .open, access: kinds[firstAccess] | 0x80, share: shares[firstShare])
        for secondShare in 0..<4 {
            let answer = bench.create("file", .open, access: kinds[secondAccess] | 0x80, share: shares[secondShare])
            let refused =
                firstAccess != 0 && secondAccess != 0
                && (firstShare == secondAccess || secondShare == firstAccess)
            #expect(answer.status == (refused ? .sharingViolation : .success))
            if !refused { bench.close(try answer.body(CreateResponse.self).fileID) }
        }
    }

    @Test("FILE_DELETE_ON_CLOSE needs DELETE, and removes the file with its last handle")
    func deletesOnClose() throws {
        let bench = try FilesBench()
        #expect(bench.create("file", access: 0x80, options: .deleteOnClose).status == .accessDenied)
        #expect(!bench.exists("file"))
        let deleting = try bench.open("file", options: .deleteOnClose)
        let other = try bench.open("file", .open)
        bench.close(deleting)
        #expect(bench.create("file", .open).status == .deletePending)
        bench.close(other)
        #expect(bench.create("file", .open).status == .objectNameNotFound)
    }

    @Test("READONLY: not deleted on close, not opened for writing")
    func protectsReadOnlyFiles() throws {
        let bench = try FilesBench()
        #expect(bench.create("new", .create, options: .deleteOnClose, attributes: .readOnly).status == .cannotDelete)
        try bench.make("file", attributes: .readOnly)
        #expect(bench.create("file", .open, access: 0x0001_0080, options: .deleteOnClose).status == .cannotDelete)
        #expect(bench.create("file", .open, access: 0x2).status == .accessDenied)
        #expect(bench.create("file", .open, access: 0x1).status == .success)
    }

    @Test("names are found in any case and keep their own")
    func ignoresCase() throws {
        let bench = try FilesBench()
        try bench.make("Grüße", "x")
        let file = try bench.open("GRÜßE", .open)
        let name = try bench.query(.name, file, as: FileNameInformation.self).fileName
        #expect(String(decoding: name, as: UTF8.self) == "\\Grüße")
    }
}
