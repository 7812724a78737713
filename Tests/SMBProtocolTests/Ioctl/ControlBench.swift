import FileSystemCore
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

extension Peer {
    /// One IOCTL about a file.
    func control(
        _ code: ControlCode, _ file: FileID, _ input: [UInt8] = [], room: UInt32 = 65_536, treeID: TreeID? = nil
    ) throws -> Reply {
        try request(
            .ioctl, IoctlRequest(ctlCode: code, fileID: file, input: input, maxOutputResponse: room), treeID: treeID)
    }

    /// The output of a response, whatever its status.
    func output<Structure: InformationStructure>(_ reply: Reply, as type: Structure.Type = Structure.self) throws
        -> Structure
    {
        try Structure(bytes: try reply.body(IoctlResponse.self).output)
    }

    func resumeKey(_ file: FileID, treeID: TreeID? = nil) throws -> ResumeKey {
        let reply = try control(.srvRequestResumeKey, file, room: 32, treeID: treeID)
        try #require(reply.status == .success)
        return try output(reply, as: ResumeKeyResponse.self).resumeKey
    }

    func copy(
        _ key: ResumeKey, to file: FileID, _ chunks: [CopyChunk], code: ControlCode = .srvCopyChunk, room: UInt32 = 12
    ) throws -> Reply {
        let reply = try send(
            message(
                .ioctl,
                IoctlRequest(
                    ctlCode: code, fileID: file, input: CopyChunkRequest(sourceKey: key, chunks: chunks).bytes,
                    maxOutputResponse: room)))
        if let reply = reply.first { return reply }
        // Larger copies are made where a thread may take its time.
        guard connection.isBlocked else { throw NoReply(count: 0) }
        connection.continueBlocking()
        return try #require(try replies().first)
    }

    func create(_ name: String, access: UInt32, options: CreateOptions = []) throws -> FileID {
        let reply = try request(.create, Self.create(name, access: access, options: options))
        guard reply.status == .success else { throw Refused(status: reply.status) }
        return try reply.body(CreateResponse.self).fileID
    }

    func write(_ file: FileID, _ bytes: [UInt8], at offset: UInt64 = 0) throws {
        let reply = try send(
            message(.write) { writer in
                WriteRequest(dataLength: bytes.count, offset: offset, fileID: file)
                    .write(data: bytes.span.bytes, to: &writer)
            })
        try #require(reply.first?.status == .success)
    }

    func read(_ file: FileID, _ count: Int, at offset: UInt64 = 0) throws -> [UInt8] {
        let reply = try request(.read, ReadRequest(length: UInt32(count), offset: offset, fileID: file))
        if reply.status == .endOfFile { return [] }
        try #require(reply.status == .success)
        return Array(reply.bytes[try reply.body(ReadResponse.self).dataRange])
    }

    func close(_ file: FileID) throws {
        #expect(try request(.close, CloseRequest(fileID: file)).status == .success)
    }

    func information<Structure: InformationStructure>(
        _ informationClass: FileInformationClass, _ file: FileID, as type: Structure.Type = Structure.self
    ) throws -> Structure {
        let reply = try request(.queryInfo, QueryInfoRequest(informationClass, outputBufferLength: 4096, fileID: file))
        try #require(reply.status == .success)
        return try Structure(bytes: reply.body(QueryInfoResponse.self).outputBuffer)
    }
}

/// Bytes that differ from their neighbours far and near.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
}
