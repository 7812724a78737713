import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("QUERY_INFO and SET_INFO: classes — [MS-SMB2] 3.3.5.20, 3.3.5.21")
struct InformationTests {
    @Test(
        "file classes: the table's, and the three ways not to fit",
        arguments: InformationTable.fileQueries.map(\.number))
    func queriesFileClasses(number: UInt8) throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        bench.connection.terms.dialect = .smb311
        bench.connection.terms.isPosixNegotiated = number == 100
        let file = try number == 100 ? bench.openPosix("dir/some name") : bench.open("dir\\some name")
        let row = try #require(InformationTable.fileQueries.first { $0.number == number })
        let informationClass = FileInformationClass(rawValue: number)
        let whole = bench.query(informationClass, file)
        if informationClass == .fullEa {
            #expect(whole.status == .noEasOnFile)
            return
        }
        guard row.handling == .answered else {
            #expect(row.handling == .refused(whole.status))
            return
        }
        #expect(whole.status == .success)
        let length = try whole.body(QueryInfoResponse.self).outputBuffer.count
        // Windows' structures end in one unit of the name, which counts, and its padding.
        let fixed: Int? =
            switch informationClass {
            case .all: 104
            case .name, .alternateName, .normalizedName: 8
            case .stream: 32
            default: nil
            }
        #expect(bench.query(informationClass, file, room: UInt32((fixed ?? length) - 1)).status == .infoLengthMismatch)
        #expect(bench.query(informationClass, file, room: UInt32(length)).status == .success)
        guard let fixed, fixed < length else { return }
        let cut = bench.query(informationClass, file, room: UInt32(length - 1))
        #expect(cut.status == .bufferOverflow)
        // Streams are listed whole or not at all.
        let expected = informationClass == .stream ? 0 : length - 1
        #expect(try cut.body(QueryInfoResponse.self).outputBuffer.count == expected)
    }

    @Test("what is made to be set tells what was set")
    func queriesUpdates() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.write(file, "12345").status == .success)
        #expect(try bench.query(.endOfFile, file, as: FileEndOfFileInformation.self).endOfFile == 5)
        #expect(try bench.query(.allocation, file, as: FileAllocationInformation.self).allocationSize == 4096)
        for isDeleted in [true, false] {
            #expect(bench.set(.disposition, file, FileDispositionInformation(deletePending: isDeleted)) == .success)
            #expect(
                try bench.query(.disposition, file, as: FileDispositionInformation.self).deletePending == isDeleted)
        }
    }

    @Test("volume classes: the table's", arguments: InformationTable.fileSystemQueries.map(\.number))
    func queriesVolumeClasses(number: UInt8) throws {
        let bench = try FilesBench()
        bench.connection.terms.isPosixNegotiated = number == 100
        let file = try number == 100 ? bench.openPosix("", .open, access: 0x80) : bench.open("", .open, access: 0x80)
        let row = try #require(InformationTable.fileSystemQueries.first { $0.number == number })
        let informationClass = FileSystemInformationClass(rawValue: number)
        func ask(_ room: UInt32) -> Answer {
            bench.send(.queryInfo, QueryInfoRequest(informationClass, outputBufferLength: room, fileID: file))
        }
        let whole = ask(65_536)
        guard row.handling == .answered else {
            #expect(row.handling == .refused(whole.status))
            return
        }
        #expect(whole.status == .success)
        let length = try whole.body(QueryInfoResponse.self).outputBuffer.count
        #expect(ask(UInt32(length)).status == .success)
        let fixed = informationClass == .volume ? 24 : informationClass == .attribute ? 16 : length
        #expect(ask(UInt32(fixed - 1)).status == .infoLengthMismatch)
    }

    @Test("updates: what the table refuses is refused", arguments: InformationTable.fileUpdates.map(\.number))
    func updatesFileClasses(number: UInt8) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let row = try #require(InformationTable.fileUpdates.first { $0.number == number })
        let status = bench.send(
            .setInfo, SetInfoRequest(infoType: .file, fileInfoClass: number, fileID: file, buffer: [])
        ).status
        if row.handling == .answered {
            // Every class has bytes.
            #expect(status == .infoLengthMismatch)
        } else {
            #expect(row.handling == .refused(status))
        }
    }

    @Test(
        "volume updates: what the table refuses is refused", arguments: InformationTable.fileSystemUpdates.map(\.number)
    )
    func updatesVolumeClasses(number: UInt8) throws {
        let bench = try FilesBench()
        let root = try bench.open("", .open, access: 0x80)
        let row = try #require(InformationTable.fileSystemUpdates.first { $0.number == number })
        let request = SetInfoRequest(infoType: .fileSystem, fileInfoClass: number, fileID: root, buffer: [0, 0, 0, 0])
        #expect(row.handling == .refused(bench.send(.setInfo, request).status))
    }

    @Test("what no table has is INVALID_INFO_CLASS", arguments: [0, 1, 3, 99, 255] as [UInt8])
    func refusesUnknownClasses(number: UInt8) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.query(FileInformationClass(rawValue: number), file).status == .invalidInfoClass)
        let update = SetInfoRequest(infoType: .file, fileInfoClass: number, fileID: file, buffer: [0])
        #expect(bench.send(.setInfo, update).status == .invalidInfoClass)
        guard number == 0 || number > 50 else { return }
        let volume = QueryInfoRequest(
            FileSystemInformationClass(rawValue: number), outputBufferLength: 100, fileID: file)
        #expect(bench.send(.queryInfo, volume).status == .invalidInfoClass)
    }

    @Test("there are no quotas")
    func refusesOtherTypes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let query = QueryInfoRequest(infoType: .quota, outputBufferLength: 100, fileID: file)
        #expect(bench.send(.queryInfo, query).status == .notSupported)
        let update = SetInfoRequest(infoType: .quota, fileID: file, buffer: [0])
        #expect(bench.send(.setInfo, update).status == .notSupported)
    }

    @Test("a buffer over the limit is INVALID_PARAMETER")
    func refusesLargeBuffers() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.query(.basic, file, room: 65_537).status == .invalidParameter)
    }

    @Test("classes that tell attributes need the right to read them")
    func needsReadAttributes() throws {
        let bench = try FilesBench()
        try bench.make("file")
        let file = try bench.open("file", .open, access: 0x2)
        for informationClass in [FileInformationClass.basic, .all, .networkOpen, .attributeTag] {
            #expect(bench.query(informationClass, file).status == .accessDenied)
        }
        for informationClass in [FileInformationClass.standard, .internal, .position, .access] {
            #expect(bench.query(informationClass, file).status == .success)
        }
    }

    @Test("FileAllInformation says what the single classes say")
    func answersAll() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        let file = try bench.open("dir\\file")
        _ = bench.write(file, "12345")
        let all = try bench.query(.all, file, as: FileAllInformation.self)
        #expect(all.basic == (try bench.query(.basic, file)))
        #expect(all.standard == (try bench.query(.standard, file)))
        #expect(all.internal == (try bench.query(.internal, file)))
        #expect(all.access.accessFlags == FilesBench.everything)
        #expect(String(decoding: all.name.fileName, as: UTF8.self) == "\\dir\\file")
        #expect(all.standard.endOfFile == 5 && all.standard.allocationSize == 4096 && all.standard.numberOfLinks == 1)
        let open = try bench.query(.networkOpen, file, as: FileNetworkOpenInformation.self)
        #expect(open.endOfFile == 5 && open.fileAttributes == all.basic.fileAttributes)
        let tag = try bench.query(.attributeTag, file, as: FileAttributeTagInformation.self)
        #expect(tag.fileAttributes == .archive && tag.reparseTag == 0)
    }

    @Test("the normalized name: as it is written, from the share's root, in dialect 3.1.1 alone")
    func tellsNormalizedName() throws {
        let bench = try FilesBench()
        try bench.make("Dir", directory: true)
        try bench.make("Dir\\File")
        let file = try bench.open("DIR\\FILE", .open)
        for dialect in [Dialect.smb202, .smb210, .smb300, .smb302] {
            bench.connection.terms.dialect = dialect
            #expect(bench.query(.normalizedName, file).status == .notSupported)
        }
        bench.connection.terms.dialect = .smb311
        let name = try bench.query(.normalizedName, file, as: FileNameInformation.self).fileName
        #expect(String(decoding: name, as: UTF8.self) == "Dir\\File")
        let root = try bench.open("", .open, access: 0x80)
        #expect(try bench.query(.normalizedName, root, as: FileNameInformation.self).fileName.isEmpty)
    }

    @Test("the unnamed stream; a directory has none")
    func listsStreams() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "12345")
        let buffer = try bench.query(.stream, file).body(QueryInfoResponse.self).outputBuffer
        #expect(buffer.count == 24 + 14)
        let directory = try bench.open("dir", options: .directoryFile)
        #expect(try bench.query(.stream, directory).body(QueryInfoResponse.self).outputBuffer.isEmpty)
    }

    @Test("the volume: label, number, sizes, and only claims that hold")
    func describesVolume() throws {
        let bench = try FilesBench()
        let root = try bench.open("", .open, access: 0x80)
        func ask<Structure: InformationStructure>(_ informationClass: FileSystemInformationClass) throws -> Structure {
            let request = QueryInfoRequest(informationClass, outputBufferLength: 4096, fileID: root)
            return try Structure(bytes: bench.send(.queryInfo, request).body(QueryInfoResponse.self).outputBuffer)
        }
        let volume: FileFsVolumeInformation = try ask(.volume)
        #expect(String(decoding: volume.volumeLabel, as: UTF8.self) == "export")
        let size: FileFsSizeInformation = try ask(.size)
        let unit = UInt64(size.sectorsPerAllocationUnit) * UInt64(size.bytesPerSector)
        #expect(size.totalAllocationUnits * unit == 1 << 30)
        let full: FileFsFullSizeInformation = try ask(.fullSize)
        #expect(full.actualAvailableAllocationUnits == size.availableAllocationUnits)
        let claims: FileFsAttributeInformation = try ask(.attribute)
        #expect(
            claims.fileSystemAttributes == [
                .caseSensitiveSearch, .casePreservedNames, .unicodeOnDisk, .supportsHardLinks, .namedStreams,
                .supportsExtendedAttributes, .supportsSparseFiles, .supportsReparsePoints, .supportsObjectIDs,
                .supportsBlockRefcounting,
            ])
        #expect(claims.maximumComponentNameLength == 255)
        #expect(String(decoding: claims.fileSystemName, as: UTF8.self) == "NTFS")
        let file = try bench.open("file")
        let id = try bench.query(.id, file, as: FileIdInformation.self)
        #expect(UInt32(truncatingIfNeeded: id.volumeSerialNumber) == volume.volumeSerialNumber)
        #expect(id.fileID == (try bench.query(.internal, file, as: FileInternalInformation.self)).indexNumber)
    }

    @Test("user.* is SMB's extended attributes: listed, set in any case, removed by nothing")
    func listsExtendedAttributes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        let inode = InodeNumber(
            rawValue: try bench.query(.internal, file, as: FileInternalInformation.self).indexNumber)
        _ = try bench.fileSystem.setExtendedAttribute(
            Array("user.color".utf8), to: Array("red".utf8), mode: .either, of: inode, bench.operation)
        func all() throws -> [FileFullEaInformation] {
            let answer = bench.query(.fullEa, file)
            guard answer.status != .noEasOnFile else { return [] }
            let buffer = try answer.body(QueryInfoResponse.self).outputBuffer
            var reader = WireReader(buffer.span.bytes)
            return try FileFullEaInformation.parseList(&reader)
        }
        func set(_ name: String, _ value: String) -> NTStatus {
            var writer = WireWriter()
            FileFullEaInformation.writeList(
                [FileFullEaInformation(eaName: Array(name.utf8), eaValue: Array(value.utf8))], to: &writer)
            let request = SetInfoRequest(
                infoType: .file, fileInfoClass: FileInformationClass.fullEa.rawValue, fileID: file, buffer: writer.bytes
            )
            return bench.send(.setInfo, request).status
        }
        #expect(try all() == [FileFullEaInformation(eaName: Array("color".utf8), eaValue: Array("red".utf8))])
        #expect(bench.query(.fullEa, file, room: 8).status == .bufferTooSmall)
        #expect(set("COLOR", "blue") == .success)
        #expect(try all() == [FileFullEaInformation(eaName: Array("color".utf8), eaValue: Array("blue".utf8))])
        #expect(set("a:b", "x") == .invalidEaName)
        #expect(set("Color", "") == .success)
        #expect(try all().isEmpty)
    }
}
