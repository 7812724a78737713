import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

extension FilesBench {
    /// For what a test does past the handlers.
    var operation: OperationContext {
        OperationContext(door: share.door, style: .windows, client: 9, identity: tree.identity)
    }

    func basic(_ file: FileID) throws -> FileBasicInformation { try query(.basic, file) }
}

@Suite("SET_INFO: names — [MS-FSA] 2.1.5.15.12, 2.1.5.15.7, 2.1.5.15.3")
struct RenameTests {
    @Test("to a new name, into a directory, and back over what is there")
    func renames() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        let file = try bench.open("a")
        _ = bench.write(file, "moved")
        #expect(bench.rename(file, to: "b") == .success)
        #expect(bench.rename(file, to: "dir\\c") == .success)
        #expect(!bench.exists("a") && !bench.exists("b") && bench.exists("dir\\c"))
        try bench.make("target", "old")
        #expect(bench.rename(file, to: "target") == .objectNameCollision)
        #expect(bench.rename(file, to: "target", replacing: true) == .success)
        #expect(bench.rename(file, to: "no\\such") == .objectPathNotFound)
        bench.close(file)
        #expect(try bench.text(try bench.open("target", .open)) == "moved")
    }

    @Test("only the case changes")
    func changesCase() throws {
        let bench = try FilesBench()
        let file = try bench.open("readme")
        #expect(bench.rename(file, to: "README") == .success)
        let root = try bench.open("", .open, access: 0x81)
        #expect(try bench.names(bench.list(root, "readme")) == ["README"])
    }

    @Test("directories move with what is in them, but not while it is open")
    func movesDirectories() throws {
        let bench = try FilesBench()
        try bench.make("from", directory: true)
        try bench.make("from\\file", "x")
        let directory = try bench.open("from", .open)
        let inside = try bench.open("from\\file", .open)
        #expect(bench.rename(directory, to: "to") == .accessDenied)
        bench.close(inside)
        #expect(bench.rename(directory, to: "to") == .success)
        #expect(bench.exists("to\\file") && !bench.exists("from"))
        #expect(bench.rename(directory, to: "to\\below") != .success)
    }

    @Test("over a directory, over what is open, without DELETE, without sharing")
    func refusesRenames() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        try bench.make("taken")
        let file = try bench.open("file")
        #expect(bench.rename(file, to: "dir", replacing: true) == .accessDenied)
        let holder = try bench.open("taken", .open)
        #expect(bench.rename(file, to: "taken", replacing: true) == .accessDenied)
        bench.close(holder)
        #expect(bench.rename(file, to: "taken", replacing: true) == .success)
        let weak = try bench.open("taken", .open, access: 0x80)
        #expect(bench.rename(weak, to: "other") == .accessDenied)
    }

    @Test("an open of the directory that could delete it stops a rename in it")
    func respectsParentOpens() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        let file = try bench.open("dir\\file")
        let parent = try bench.open("dir", .open, access: 0x0001_0001)
        #expect(bench.rename(file, to: "dir\\other") == .sharingViolation)
        bench.close(parent)
        _ = try bench.open("dir", .open, access: 0x1)
        #expect(bench.rename(file, to: "dir\\other") == .success)
    }

    @Test(
        "bad names have the same statuses as at CREATE; a leading backslash is the root's",
        arguments: [
            ("*", .objectNameInvalid), ("a\\\\b", .objectNameInvalid), ("", .invalidParameter),
            ("x:y", .objectNameInvalid), ("a/b", .objectPathNotFound), ("..\\x", .objectPathSyntaxBad),
            ("\\fine", .success), ("dir\\", .objectNameInvalid),
        ] as [(String, NTStatus)])
    func checksNewNames(name: String, status: NTStatus) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.rename(file, to: name) == status)
    }

    @Test("hard links: a second name, counted; none for a directory")
    func links() throws {
        let bench = try FilesBench()
        let file = try bench.open("one")
        let link = FileRenameInformation(replaceIfExists: false, fileName: Array("two".utf8))
        #expect(bench.set(.link, file, link) == .success)
        #expect(bench.set(.link, file, link) == .success || bench.set(.link, file, link) == .objectNameCollision)
        #expect(try bench.query(.standard, file, as: FileStandardInformation.self).numberOfLinks == 2)
        try bench.make("three")
        let over = FileRenameInformation(replaceIfExists: false, fileName: Array("three".utf8))
        #expect(bench.set(.link, file, over) == .objectNameCollision)
        let directory = try bench.open("dir", options: .directoryFile)
        let second = FileRenameInformation(replaceIfExists: false, fileName: Array("dir2".utf8))
        #expect(bench.set(.link, directory, second) == .fileIsADirectory)
    }

    @Test("disposition: pending, told, taken back, carried out")
    func disposes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.set(.disposition, file, FileDispositionInformation(deletePending: true)) == .success)
        let standard = try bench.query(.standard, file, as: FileStandardInformation.self)
        #expect(standard.deletePending && standard.numberOfLinks == 0)
        #expect(bench.create("file", .open).status == .deletePending)
        #expect(bench.set(.disposition, file, FileDispositionInformation(deletePending: false)) == .success)
        #expect(bench.exists("file"))
        #expect(bench.set(.disposition, file, FileDispositionInformation(deletePending: true)) == .success)
        bench.close(file)
        #expect(!bench.exists("file"))
    }

    @Test("disposition is refused without DELETE, for READONLY, for a directory that is not empty")
    func refusesDisposition() throws {
        let bench = try FilesBench()
        let delete = FileDispositionInformation(deletePending: true)
        try bench.make("readonly", attributes: .readOnly)
        #expect(
            bench.set(.disposition, try bench.open("readonly", .open, access: 0x0001_0080), delete) == .cannotDelete)
        try bench.make("dir", directory: true)
        try bench.make("dir\\file")
        #expect(bench.set(.disposition, try bench.open("dir", .open), delete) == .directoryNotEmpty)
        #expect(bench.set(.disposition, try bench.open("dir", .open, access: 0x80), delete) == .accessDenied)
    }

    // MARK: With flags

    @Test("FileDispositionInformationEx: as the other, past READONLY, and with POSIX semantics")
    func disposesWithFlags() throws {
        let bench = try FilesBench()
        func set(_ file: FileID, _ flags: FileDispositionFlags) -> NTStatus {
            bench.set(.dispositionEx, file, FileDispositionInformationEx(flags: flags))
        }
        let file = try bench.open("file")
        #expect(set(file, .delete) == .success)
        #expect(bench.create("file", .open).status == .deletePending)
        #expect(set(file, []) == .success)
        #expect(bench.exists("file"))
        #expect(set(file, FileDispositionFlags(rawValue: 0x20)) == .invalidParameter)

        try bench.make("readonly", attributes: .readOnly)
        let weak = try bench.open("readonly", .open, access: 0x0001_0080)
        #expect(set(weak, .delete) == .cannotDelete)
        #expect(set(weak, [.delete, .ignoreReadOnlyAttribute]) == .accessDenied)
        let strong = try bench.open("readonly", .open, access: 0x0001_0180)
        #expect(set(strong, [.delete, .ignoreReadOnlyAttribute]) == .success)
        bench.close(strong)
        bench.close(weak)
        #expect(!bench.exists("readonly"))

        // The name goes with the handle, though another stays and reads on.
        _ = bench.write(file, "kept")
        let other = try bench.open("file", .open)
        #expect(set(file, [.delete, .posixSemantics]) == .success)
        #expect(bench.create("file", .open).status == .deletePending)
        bench.close(file)
        #expect(bench.create("file", .open).status == .objectNameNotFound)
        #expect(try bench.text(other) == "kept")
        try bench.make("file", "new")
        bench.close(other)
        #expect(try bench.text(try bench.open("file", .open)) == "new")
    }

    @Test("FileRenameInformationEx and FileLinkInformationEx: over what is open and READONLY where the flags say so")
    func renamesWithFlags() throws {
        let bench = try FilesBench()
        func move(_ file: FileID, to name: String, _ flags: FileRenameFlags, _ kind: FileInformationClass) -> NTStatus {
            bench.set(kind, file, FileRenameInformationEx(flags: flags, fileName: Array(name.utf8)))
        }
        for kind in [FileInformationClass.renameEx, .linkEx] {
            let file = try bench.open("file", .overwriteIf)
            _ = bench.write(file, "moved")
            try bench.make("target", "old")
            let holder = try bench.open("target", .open)
            #expect(move(file, to: "target", [], kind) == .objectNameCollision)
            #expect(move(file, to: "target", .replaceIfExists, kind) == .accessDenied)
            #expect(move(file, to: "target", FileRenameFlags(rawValue: 0x201), kind) == .invalidParameter)
            #expect(move(file, to: "target", [.replaceIfExists, .posixSemantics], kind) == .success)
            #expect(try bench.text(holder) == "old")
            bench.close(holder)
            try bench.make("readonly", attributes: .readOnly)
            #expect(move(file, to: "readonly", .replaceIfExists, kind) == .accessDenied)
            #expect(move(file, to: "readonly", [.replaceIfExists, .ignoreReadOnlyAttribute], kind) == .success)
            let unshared = try bench.open("unshared", share: [.read, .write])
            #expect(move(file, to: "unshared", [.replaceIfExists, .posixSemantics], kind) == .sharingViolation)
            bench.close(unshared)
            bench.close(file)
            for name in ["file", "target", "readonly"] where bench.exists(name) {
                let file = try bench.open(name, .open, options: .deleteOnClose)
                bench.close(file)
            }
        }
    }
}

@Suite("SET_INFO: times, attributes, sizes — [MS-FSA] 2.1.5.15.2, 2.1.5.15.5, 2.1.5.15.1")
struct UpdateTests {
    private let moment = FileTime(rawValue: 132_000_000_000_000_000)

    @Test("0 leaves a time, a time is set and stays while the handle writes")
    func setsTimes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let before = try bench.basic(file)
        var update = FileBasicUpdate()
        update.lastWriteTime = .set(moment)
        #expect(bench.set(.basic, file, update) == .success)
        var now = try bench.basic(file)
        #expect(now.lastWriteTime == moment)
        #expect(now.creationTime == before.creationTime && now.lastAccessTime == before.lastAccessTime)
        bench.clock.advance(seconds: 10)
        _ = bench.write(file, "x")
        now = try bench.basic(file)
        #expect(now.lastWriteTime == moment)
        bench.close(file)
        let again = try bench.open("file", .open)
        #expect(try bench.basic(again).lastWriteTime == moment)
        _ = bench.write(again, "y")
        #expect(try bench.basic(again).lastWriteTime > moment)
    }

    @Test("-1 stops a time for this handle, -2 lets it move again")
    func freezesTimes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let before = try bench.basic(file)
        #expect(bench.set(.basic, file, FileBasicUpdate(lastWriteTime: .freeze)) == .success)
        bench.clock.advance(seconds: 10)
        _ = bench.write(file, "x")
        #expect(try bench.basic(file).lastWriteTime == before.lastWriteTime)
        #expect(bench.set(.basic, file, FileBasicUpdate(lastWriteTime: .thaw)) == .success)
        bench.clock.advance(seconds: 10)
        _ = bench.write(file, "y")
        #expect(try bench.basic(file).lastWriteTime > before.lastWriteTime)
    }

    @Test("to freeze and thaw is no change; a new size does not move a frozen time")
    func freezesWithoutChange() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let before = try bench.basic(file)
        bench.clock.advance(seconds: 10)
        #expect(bench.set(.basic, file, FileBasicUpdate(lastWriteTime: .freeze)) == .success)
        #expect(bench.set(.endOfFile, file, FileEndOfFileInformation(endOfFile: 4)) == .success)
        #expect(try bench.basic(file).lastWriteTime == before.lastWriteTime)
        let changed = try bench.basic(file).changeTime
        bench.clock.advance(seconds: 10)
        #expect(bench.set(.basic, file, FileBasicUpdate(lastWriteTime: .thaw)) == .success)
        #expect(try bench.basic(file).changeTime == changed)
    }

    @Test(
        "all four times, to 100 ns, from 1601 on",
        arguments: [1, 116_444_736_000_000_000, 132_000_000_000_000_001, UInt64(Int64.max)])
    func keepsTimesExactly(raw: UInt64) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let time = FileTime(rawValue: raw)
        let update = FileBasicUpdate(
            creationTime: .set(time), lastAccessTime: .set(time), lastWriteTime: .set(time), changeTime: .set(time))
        #expect(bench.set(.basic, file, update) == .success)
        let now = try bench.basic(file)
        #expect([now.creationTime, now.lastAccessTime, now.lastWriteTime, now.changeTime] == [time, time, time, time])
    }

    @Test("what is below -2 is no time")
    func refusesBadTimes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let update = FileBasicUpdate(creationTime: FileTimeUpdate(rawValue: UInt64.max - 2))
        #expect(bench.set(.basic, file, update) == .invalidParameter)
    }

    @Test("attributes: none are left, NORMAL takes all away, a file is no directory")
    func setsAttributes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.set(.basic, file, FileBasicUpdate(fileAttributes: [.readOnly, .hidden])) == .success)
        #expect(try bench.basic(file).fileAttributes == [.readOnly, .hidden])
        #expect(bench.set(.basic, file, FileBasicUpdate()) == .success)
        #expect(try bench.basic(file).fileAttributes == [.readOnly, .hidden])
        #expect(bench.set(.basic, file, FileBasicUpdate(fileAttributes: .normal)) == .success)
        #expect(try bench.basic(file).fileAttributes == .normal)
        #expect(bench.set(.basic, file, FileBasicUpdate(fileAttributes: .directory)) == .invalidParameter)
        let directory = try bench.open("dir", options: .directoryFile)
        #expect(bench.set(.basic, directory, FileBasicUpdate(fileAttributes: .temporary)) == .invalidParameter)
        #expect(bench.set(.basic, directory, FileBasicUpdate(fileAttributes: [.directory, .hidden])) == .success)
        #expect(try bench.basic(directory).fileAttributes == [.directory, .hidden])
        let weak = try bench.open("file", .open, access: 0x1)
        #expect(bench.set(.basic, weak, FileBasicUpdate(fileAttributes: .hidden)) == .accessDenied)
    }

    @Test("the end of the file moves both ways")
    func setsEndOfFile() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "1234567890")
        #expect(bench.set(.endOfFile, file, FileEndOfFileInformation(endOfFile: 4)) == .success)
        #expect(try bench.text(file) == "1234")
        #expect(bench.set(.endOfFile, file, FileEndOfFileInformation(endOfFile: 6)) == .success)
        #expect(try bench.text(file) == "1234\0\0")
        #expect(bench.set(.endOfFile, file, FileEndOfFileInformation(endOfFile: 1 << 63)) == .invalidParameter)
        let weak = try bench.open("file", .open, access: 0x80)
        #expect(bench.set(.endOfFile, weak, FileEndOfFileInformation(endOfFile: 1)) == .accessDenied)
        let directory = try bench.open("dir", options: .directoryFile)
        #expect(bench.set(.endOfFile, directory, FileEndOfFileInformation(endOfFile: 1)) == .invalidParameter)
    }

    @Test("allocation: more is reserved, less cuts the file")
    func setsAllocation() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, bytes: Array(repeating: 1, count: 10_000))
        #expect(bench.set(.allocation, file, FileAllocationInformation(allocationSize: 100_000)) == .success)
        var standard = try bench.query(.standard, file, as: FileStandardInformation.self)
        #expect(standard.endOfFile == 10_000 && standard.allocationSize >= 100_000)
        #expect(bench.set(.allocation, file, FileAllocationInformation(allocationSize: 5_000)) == .success)
        standard = try bench.query(.standard, file)
        #expect(standard.endOfFile == 8_192)
        #expect(bench.set(.allocation, file, FileAllocationInformation(allocationSize: 0)) == .success)
        #expect(try bench.query(.standard, file, as: FileStandardInformation.self).endOfFile == 0)
    }

    @Test("the valid length is the size, and for those who manage the volume")
    func setsValidDataLength() throws {
        for (uid, expected) in [(0, [.success, .invalidParameter]), (1000, [.privilegeNotHeld, .privilegeNotHeld])]
            as [(UInt32, [NTStatus])]
        {
            let bench = try FilesBench(identity: Identity(uid: uid, gid: uid, name: "somebody"))
            // Everybody may make files in the root.
            let file = try bench.open("file")
            _ = bench.write(file, "12345")
            #expect(
                [5, 6].map { bench.set(.validDataLength, file, FileValidDataLengthInformation(validDataLength: $0)) }
                    == expected)
        }
    }

    @Test("mode: write-through and sequential, nothing else")
    func setsMode() throws {
        let bench = try FilesBench()
        let file = try bench.open("file", options: .writeThrough)
        #expect(try bench.query(.mode, file, as: FileModeInformation.self).mode == 2)
        #expect(bench.set(.mode, file, FileModeInformation(mode: 4)) == .success)
        #expect(try bench.query(.mode, file, as: FileModeInformation.self).mode == 4)
        #expect(bench.set(.mode, file, FileModeInformation(mode: 8)) == .invalidParameter)
    }
}
