import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

extension FilesBench {
    /// A bench whose client speaks the POSIX extensions.
    static func posix() throws -> FilesBench {
        let bench = try FilesBench()
        bench.connection.terms.dialect = .smb311
        bench.connection.terms.isPosixNegotiated = true
        return bench
    }

    func createPosix(
        _ name: String, _ disposition: SMBMessages.CreateDisposition = .openIf, access: UInt32 = everything,
        options: CreateOptions = [], mode: UInt32 = 0o644
    ) -> Answer {
        create(
            name, disposition, access: access, options: options, contexts: [PosixCreateRequest(mode: mode).context])
    }

    func openPosix(
        _ name: String, _ disposition: SMBMessages.CreateDisposition = .openIf, access: UInt32 = everything,
        options: CreateOptions = [], mode: UInt32 = 0o644
    ) throws -> FileID {
        let answer = createPosix(name, disposition, access: access, options: options, mode: mode)
        try #require(answer.status == .success, "CREATE \(name): \(answer.status)")
        return try answer.body(CreateResponse.self).fileID
    }
}

@Suite("SMB3 POSIX extensions")
struct PosixTests {
    @Test("the create context gives the mode, and answers with mode, links and owners", arguments: [0o640, 0o1777, 0o6755])
    func makesWithModes(mode: UInt32) throws {
        let bench = try FilesBench.posix()
        for options in [CreateOptions.nonDirectoryFile, .directoryFile] {
            let isDirectory = options == .directoryFile
            let made: CreateResponse = try bench.createPosix(
                isDirectory ? "dir" : "file", .create, options: options, mode: mode | 0xFFFF_0000
            ).body()
            let facts = try #require(try PosixCreateResponse.first(in: made.createContexts)).facts
            #expect(facts.mode == mode && facts.reparseTag == 0 && facts.hardLinks == (isDirectory ? 2 : 1))
            #expect("\(facts.owner)" == "S-1-22-1-1000" && "\(facts.group)" == "S-1-22-2-1000")
        }
        // What is there keeps its mode.
        let again: CreateResponse = try bench.createPosix("file", .open, access: 0x80, mode: 0o777).body()
        #expect(try PosixCreateResponse.first(in: again.createContexts)?.facts.mode == mode)
    }

    @Test("without negotiation the context means nothing; of another length it is refused")
    func needsNegotiation() throws {
        let plain = try FilesBench()
        let response: CreateResponse = try plain.createPosix("File", mode: 0o600).body()
        #expect(response.createContexts.isEmpty)
        #expect(plain.exists("FILE"))
        let bench = try FilesBench.posix()
        for count in [0, 3, 5] {
            let context = CreateContext(name: CreateContextName.posix, data: [UInt8](repeating: 0, count: count))
            #expect(bench.create("file", contexts: [context]).status == .invalidParameter)
        }
    }

    @Test("FilePosixInformation and FileFsPosixInformation, of POSIX opens alone")
    func tellsPosixFacts() throws {
        let bench = try FilesBench.posix()
        let file = try bench.openPosix("file", mode: 0o604)
        _ = bench.write(file, "12345")
        let information = try bench.query(.posix, file, as: FilePosixInformation.self)
        #expect(information.endOfFile == 5 && information.allocationSize == 4096)
        #expect(information.fileAttributes == .archive && information.facts.mode == 0o604)
        #expect(information.inode == (try bench.query(.internal, file, as: FileInternalInformation.self)).indexNumber)
        let basic = try bench.basic(file)
        #expect(information.creationTime == basic.creationTime && information.lastWriteTime == basic.lastWriteTime)
        #expect(bench.query(.posix, file, room: 99).status == .infoLengthMismatch)
        #expect(bench.query(.posix, file, room: 112).status == .success)
        func volume(_ file: FileID) -> Answer {
            bench.send(.queryInfo, QueryInfoRequest(FileSystemInformationClass.posix, outputBufferLength: 56, fileID: file))
        }
        let space = try FileFsPosixInformation(bytes: volume(file).body(QueryInfoResponse.self).outputBuffer)
        #expect(space.totalBlocks * UInt64(space.blockSize) == 1 << 30 && space.availableBlocks < space.totalBlocks)
        let windows = try bench.open("file", .open)
        #expect(bench.query(.posix, windows).status == .invalidInfoClass)
        #expect(volume(windows).status == .invalidInfoClass)
    }

    @Test("names are exact: case, reserved characters, dots and spaces; slashes separate")
    func keepsNames() throws {
        let bench = try FilesBench.posix()
        for name in ["xx", "XX", "a:b*c?<>|\"", "a\\b", "end.", "end ", " "] {
            #expect(bench.createPosix(name, .create).status == .success, "\(name)")
        }
        #expect(bench.createPosix("xX", .open).status == .objectNameNotFound)
        // A client that maps reserved characters means the same file.
        #expect(bench.createPosix("a\u{F026}b", .open).status == .success)
        #expect(bench.createPosix("dir", .create, options: .directoryFile, mode: 0o755).status == .success)
        #expect(bench.createPosix("/dir//./file", .create).status == .success)
        #expect(bench.createPosix("dir/../dir/file", .open).status == .success)
        #expect(bench.createPosix("../file", .open).status == .objectPathSyntaxBad)
        #expect(bench.createPosix("", .open, access: 0x80).status == .success)
        #expect(bench.createPosix(String(repeating: "x", count: 256)).status == .objectNameInvalid)
        // What has such a name is found through Windows opens in its mapped form.
        #expect(bench.exists("a\u{F026}b") && bench.exists("end\u{F029}"))
    }

    @Test("listings have the same names, numbers and modes")
    func listsForPosix() throws {
        let bench = try FilesBench.posix()
        for (name, mode) in [("a:b", 0o600), ("A:B", 0o644), ("end.", 0o4711), ("é", 0o755)] as [(String, UInt32)] {
            _ = try bench.openPosix(name, .create, mode: mode)
        }
        let root = try bench.openPosix("", .open, access: 0x81)
        let entries = try bench.entries(bench.list(root, .posix), .posix)
        #expect(entries.map { String(decoding: $0.fileName, as: UTF8.self) } == [".", "..", "a:b", "A:B", "end.", "é"])
        #expect(entries.dropFirst(2).map { $0.posix?.facts.mode } == [0o600, 0o644, 0o4711, 0o755])
        #expect(entries[2].posix?.facts.owner == SID(unixUser: 1000))
        #expect(entries[0].fileID == InodeNumber.root.rawValue && entries[0].fileAttributes == .directory)
        #expect(try bench.names(bench.list(root, "A:B", flags: .reopen)) == ["A:B"])
        #expect(bench.list(root, "a:B", flags: .reopen).status == .noSuchFile)
        #expect(bench.list(root, flags: .reopen, .posix, room: 100).status == .infoLengthMismatch)
        let windows = try bench.open("", .open, access: 0x81)
        #expect(bench.list(windows, .posix).status == .invalidInfoClass)
        #expect(try bench.names(bench.list(windows)).contains("a\u{F022}b"))
    }

    @Test("renames and deletions go past other opens and READONLY")
    func removesAsPosixDoes() throws {
        let bench = try FilesBench.posix()
        let file = try bench.openPosix("from")
        _ = bench.write(file, "new")
        let held = try bench.openPosix("to")
        _ = bench.write(held, "old")
        #expect(bench.rename(file, to: "TO", replacing: false) == .success)
        #expect(bench.rename(file, to: "to", replacing: true) == .success)
        #expect(try bench.text(held) == "old")
        try bench.make("readonly", attributes: .readOnly)
        let readonly = try bench.openPosix("readonly", .open, access: 0x0001_0080)
        #expect(bench.set(.disposition, readonly, FileDispositionInformation(deletePending: true)) == .success)
        let other = try bench.openPosix("to", .open)
        #expect(bench.set(.disposition, other, FileDispositionInformation(deletePending: true)) == .success)
        bench.close(other)
        bench.close(readonly)
        #expect(!bench.exists("to") && !bench.exists("readonly"))
        #expect(try bench.text(file) == "new")
        // As Linux unlinks: FILE_DELETE_ON_CLOSE, past READONLY and whoever has the file open.
        try bench.make("again", "kept", attributes: .readOnly)
        let reader = try bench.open("again", .open, access: 0x1)
        bench.close(try bench.openPosix("again", .open, access: 0x0001_0000, options: .deleteOnClose))
        #expect(bench.createPosix("again", .create).status == .success)
        #expect(try bench.text(reader) == "kept")
    }
}

extension FilesBench {
    func list(_ directory: FileID, _ informationClass: FileInformationClass) -> Answer {
        list(directory, "*", informationClass)
    }
}
