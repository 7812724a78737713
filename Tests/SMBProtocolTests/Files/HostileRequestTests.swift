import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("File commands with requests that nobody honest sends")
struct HostileRequestTests {
    /// Well-formed bodies, one a command and kind, that the mutations begin with.
    private static func requests(_ file: FileID, _ directory: FileID) -> [(Command, [UInt8])] {
        func bytes(_ body: some SMB2Body) -> [UInt8] {
            var writer = WireWriter()
            writer.zeros(SMB2Header.byteCount)
            body.write(to: &writer)
            return Array(writer.bytes.dropFirst(SMB2Header.byteCount))
        }
        func update(_ informationClass: FileInformationClass, _ information: some InformationStructure) -> (
            Command, [UInt8]
        ) {
            (.setInfo, bytes(SetInfoRequest(informationClass, fileID: file, information)))
        }
        var attributes = WireWriter()
        FileFullEaInformation.writeList(
            [FileFullEaInformation(eaName: [0x61], eaValue: [1, 2, 3])], to: &attributes)
        return [
            (
                .create,
                bytes(
                    CreateRequest(
                        desiredAccess: FilesBench.everything, createDisposition: .openIf, name: Array("dir\\new".utf8),
                        createContexts: [
                            MaximalAccessQuery().context, CreateContext(name: CreateContextName.queryOnDiskID),
                            AllocationSizeContext(allocationSize: 5000).context,
                            CreateContext(name: CreateContextName.extendedAttributes, data: attributes.bytes),
                        ]))
            ),
            (.read, bytes(ReadRequest(length: 100, offset: 0, fileID: file))),
            (.write, bytes(WriteRequest(dataLength: 0, offset: 9, fileID: file))),
            (.flush, bytes(FlushRequest(fileID: file))),
            (
                .queryDirectory,
                bytes(
                    QueryDirectoryRequest(
                        fileInformationClass: .idBothDirectory, fileID: directory, fileName: Array("*.t<t".utf8),
                        outputBufferLength: 4096))
            ),
            (.queryInfo, bytes(QueryInfoRequest(FileInformationClass.all, outputBufferLength: 4096, fileID: file))),
            (
                .queryInfo,
                bytes(QueryInfoRequest(FileSystemInformationClass.size, outputBufferLength: 64, fileID: file))
            ),
            update(.basic, FileBasicUpdate(lastWriteTime: .set(FileTime(rawValue: 1 << 56)))),
            update(.rename, FileRenameInformation(replaceIfExists: true, fileName: Array("dir\\moved".utf8))),
            update(.link, FileRenameInformation(replaceIfExists: true, fileName: Array("other".utf8))),
            update(.allocation, FileAllocationInformation(allocationSize: 5000)),
            update(.endOfFile, FileEndOfFileInformation(endOfFile: 77)),
            (
                .setInfo,
                bytes(SetInfoRequest(infoType: .file, fileInfoClass: 15, fileID: file, buffer: attributes.bytes))
            ),
        ]
    }

    @Test("mutated requests are answered, whatever they hold", arguments: 0..<8)
    func survivesMutations(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) &+ 1_000)
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        try bench.make("dir\\a.txt", "text")
        let file = try bench.open("dir\\a.txt", .open)
        let directory = try bench.open("dir", .open, access: 0x81)
        let requests = Self.requests(file, directory)
        let interesting: [UInt8] = [0, 1, 2, 4, 8, 0x7F, 0x80, 0xFE, 0xFF]
        for _ in 0..<1_500 {
            let (command, original) = requests[Int.random(in: 0..<requests.count, using: &random)]
            var body = original
            for _ in 0..<Int.random(in: 0...6, using: &random) where !body.isEmpty {
                let place = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: body[place] = UInt8.random(in: 0...255, using: &random)
                case 1: body.removeLast(body.count - place)
                case 2: body.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default: body[place] = interesting[Int.random(in: 0..<interesting.count, using: &random)]
                }
            }
            let answer = bench.send(command) { $0.append(body) }
            #expect(answer.message.count < 128 * 1024)
            if command == .create, answer.status == .success, let response = try? answer.body(CreateResponse.self) {
                bench.close(response.fileID)
            }
        }
        // Both handles still work, or have been closed by nobody.
        #expect(bench.query(.standard, file).status == .success)
        #expect(bench.list(directory, flags: .reopen).status == .success)
    }
}
