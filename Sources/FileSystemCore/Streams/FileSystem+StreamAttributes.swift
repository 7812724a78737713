import AccessArbitration
import AccessControl
import ContentStore
import FileSystemModel
import MetadataStore

/// How POSIX sees a named stream: as the extended attribute `user.DosStream.NAME:$DATA`, the name under which Samba keeps streams
/// too.
package enum StreamAttribute {
    private static let prefix = Array("user.DosStream.".utf8)
    private static let suffix = Array(":$DATA".utf8)
    /// XATTR_SIZE_MAX of Linux: a longer stream is listed, and cannot be read this way.
    static let maximumValue = 65_536
    /// XATTR_NAME_MAX of Linux: a stream with a longer name is not listed, since nobody could ask for it.
    private static let maximumName = 255

    /// Whether an extended attribute is a stream in truth.
    package static func claims(_ attribute: [UInt8]) -> Bool { attribute.starts(with: prefix) }

    /// - Throws: `.invalidArgument` for what no stream can be called.
    static func stream(_ attribute: [UInt8]) throws(FileSystemError) -> FileName {
        let name = attribute.dropFirst(prefix.count).dropLast(suffix.count)
        guard attribute.count >= prefix.count + suffix.count, attribute.suffix(suffix.count).elementsEqual(suffix),
            !name.contains(where: { $0 == 0x3A || $0 == 0x5C || $0 == 0x2F }), let result = try? FileName(Array(name))
        else { throw .invalidArgument }
        return result
    }

    static func name(of stream: StreamRecord) -> [UInt8]? {
        let name = prefix + stream.name.bytes + suffix
        return name.count <= maximumName ? name : nil
    }
}

extension FileSystem {
    /// A stream's bytes, whole.
    ///
    /// - Throws: `.attributeNotFound`, `.attributeTooLarge`, `.sharingViolation`, `.rangeLocked`.
    func streamValue(_ attribute: [UInt8], of inode: InodeNumber) throws(FileSystemError) -> [UInt8] {
        guard let name = try? StreamAttribute.stream(attribute) else { throw .attributeNotFound }
        return try namespace.reading { () throws(FileSystemError) in
            try inodes.reading(inode) { () throws(FileSystemError) -> [UInt8] in
                guard let stream = try stream(named: name, of: inode) else { throw .attributeNotFound }
                guard !arbitration.forbids(.read, to: stream.number) else { throw .sharingViolation }
                guard stream.size <= UInt64(StreamAttribute.maximumValue) else { throw .attributeTooLarge }
                var bytes = [UInt8](repeating: 0, count: Int(stream.size))
                guard let id = stream.contentID, !bytes.isEmpty else { return bytes }
                try refuseLockedRange(.read, open: nil, inode: stream.number, first: 0, last: stream.size - 1)
                var failure: FileSystemError?
                bytes.withUnsafeMutableBytes { buffer in
                    do throws(FileSystemError) { try content.read(id, at: 0, into: buffer) } catch { failure = error }
                }
                if let failure { throw failure }
                return bytes
            }
        }
    }

    /// Makes a stream, or gives one other bytes: as a whole or not at all.
    ///
    /// - Throws: `.attributeExists`, `.attributeNotFound` by mode, `.attributeTooLarge`, `.invalidArgument` for what no stream can
    ///   be called, `.sharingViolation`, `.rangeLocked`, `.noSpace`, `.readOnly`.
    func setStreamValue(
        _ attribute: [UInt8], to value: [UInt8], mode: ExtendedAttributeMode, of inode: InodeNumber,
        authorize: (Attributes) throws(FileSystemError) -> Void, _ context: OperationContext
    ) throws(FileSystemError) -> Receipt {
        let name = try StreamAttribute.stream(attribute)
        guard value.count <= StreamAttribute.maximumValue else { throw .attributeTooLarge }
        var discarded: [ContentID] = []
        defer { discard(discarded) }
        return try namespace.writing { () throws(FileSystemError) in
            try inodes.writing(inode) { () throws(FileSystemError) -> Receipt in
                var file = try record(inode)
                try requireWritable()
                try authorize(file.attributes)
                try refuseReadOnly(file.attributes)
                let existing = try stream(named: name, of: inode)
                if mode == .create, existing != nil { throw .attributeExists }
                if mode == .replace, existing == nil { throw .attributeNotFound }
                if let existing {
                    guard !arbitration.forbids(.write, to: existing.number) else { throw .sharingViolation }
                    try refuseLockedRange(.write, open: nil, inode: existing.number, first: 0, last: .max)
                } else {
                    guard try metadata.streamCount(of: inode) < Self.maximumStreams else { throw .noSpace }
                }
                var stream: StreamRecord
                if let existing {
                    stream = existing
                } else {
                    stream = StreamRecord(inode: inode, number: try metadata.allocateInodeNumbers(1), name: name)
                }
                let old = stream.contentID
                var mutations: [MetadataBatch.Mutation] = old.map { [.putPendingDelete($0)] } ?? []
                (stream.contentID, stream.size, stream.allocatedSize) = (nil, UInt64(value.count), 0)
                if !value.isEmpty {
                    let id = newContentID()
                    stream.contentID = id
                    mutations.append(.deletePendingDelete(id))
                    do throws(FileSystemError) {
                        stream.allocatedSize = try makeContent(id, value)
                    } catch {
                        discarded.append(id)
                        throw error
                    }
                }
                let now = environment.clock.now()
                noteStreamChange(&file)
                file.attributes.modificationTime = now
                file.attributes.dosAttributes.insert(.archive)
                do throws(FileSystemError) {
                    let receipt = try commit(
                        mutations + [.putStream(stream), .putInode(file)], context,
                        events: [ChangeEvent(.stream(stream.name, existing == nil ? .created : .written), inode)])
                    if let old { discarded.append(old) }
                    return receipt
                } catch {
                    if let id = stream.contentID { discarded.append(id) }
                    throw error
                }
            }
        }
    }

    /// New content that nobody names yet: committed as pending for deletion until somebody does. What fails is the caller's to
    /// discard, once its locks are left. Returns what it costs, in bytes.
    private func makeContent(_ id: ContentID, _ bytes: [UInt8]) throws(FileSystemError) -> UInt64 {
        guard try metadata.apply(MetadataBatch(mutations: [.putPendingDelete(id)])) == .applied else { throw .stale }
        var failure: FileSystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileSystemError) { try content.write(id, at: 0, from: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return try content.allocatedSize(id)
    }

    /// READONLY keeps a file's streams as they are, whoever asks; a directory's are not kept.
    private func refuseReadOnly(_ attributes: Attributes) throws(FileSystemError) {
        guard attributes.isDirectory || !attributes.dosAttributes.contains(.readOnly) else { throw .accessDenied }
    }

    /// - Throws: `.attributeNotFound`, `.sharingViolation` when SMB has it open without FILE_SHARE_DELETE, `.readOnly`,
    ///   `.accessDenied` of a READONLY file.
    func removeStreamValue(
        _ attribute: [UInt8], of inode: InodeNumber, authorize: (Attributes) throws(FileSystemError) -> Void,
        _ context: OperationContext
    ) throws(FileSystemError) -> Receipt {
        guard let name = try? StreamAttribute.stream(attribute) else { throw .attributeNotFound }
        let (receipt, discarded) = try namespace.writing { () throws(FileSystemError) -> (Receipt, [ContentID]) in
            try requireWritable()
            let attributes = try record(inode).attributes
            try authorize(attributes)
            try refuseReadOnly(attributes)
            guard let stream = try stream(named: name, of: inode) else { throw .attributeNotFound }
            guard !arbitration.forbids(.delete, to: stream.number) else { throw .sharingViolation }
            return try removeStream(stream, context)
        }
        discard(discarded)
        return receipt
    }
}
