package import SMBMessages
package import WindowsTypes

/// Files by path, whose components a backslash separates, from the share's root.
extension SMBClient {
    /// CREATE. What is not said: FILE_ALL_ACCESS is not asked for, everything is shared.
    package func create(
        _ path: String, access: UInt32 = 0x0012_019F, share: ShareAccess = [.read, .write, .delete],
        disposition: CreateDisposition, options: CreateOptions = [], attributes: FileAttributes = .normal
    ) throws(SMBClientError) -> CreateResponse {
        let request = CreateRequest(
            desiredAccess: access, fileAttributes: attributes, shareAccess: share, createDisposition: disposition,
            createOptions: options, name: Array(path.utf8))
        let (header, message) = try exchange(.create, request)
        guard header.status == .success else { throw .status(header.status) }
        return try parse(CreateResponse.self, message)
    }

    package func close(_ file: FileID) throws(SMBClientError) {
        let (header, _) = try exchange(.close, CloseRequest(fileID: file))
        guard header.status == .success else { throw .status(header.status) }
    }

    /// READ, at most the server's MaxReadSize. Returns what there was, which is empty at the end.
    package func read(_ file: FileID, at offset: UInt64, count: Int) throws(SMBClientError) -> [UInt8] {
        let request = ReadRequest(length: UInt32(clamping: count), offset: offset, fileID: file)
        let (header, message) = try exchange(.read, byteCount: count) { request.write(to: &$0) }
        if header.status == .endOfFile { return [] }
        guard header.status == .success else { throw .status(header.status) }
        return Array(message[try parse(ReadResponse.self, message).dataRange])
    }

    /// WRITE, at most the server's MaxWriteSize. Returns the count that the server tells.
    package func write(_ file: FileID, at offset: UInt64, _ data: [UInt8]) throws(SMBClientError) -> Int {
        let request = WriteRequest(dataLength: data.count, offset: offset, fileID: file)
        let (header, message) = try exchange(.write, byteCount: data.count) {
            request.write(data: data.span.bytes, to: &$0)
        }
        guard header.status == .success else { throw .status(header.status) }
        return Int(try parse(WriteResponse.self, message).count)
    }

    package func echo() throws(SMBClientError) {
        let (header, _) = try exchange(.echo, EchoRequest())
        guard header.status == .success else { throw .status(header.status) }
    }
}
