import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// SMB's extended attributes: what POSIX calls `user.NAME`, names compared without case — [MS-FSCC] 2.4.16
enum ExtendedAttributes {
    private static let prefix = Array("user.".utf8)
    /// Under these names streams show themselves to POSIX; they are none of SMB's attributes.
    private static let streamPrefix = Array("user.DosStream.".utf8)

    // MARK: Reading

    /// FileFullEaInformation — [MS-FSA] 2.1.5.12.14: all attributes, or those that the input buffer names.
    static func query(
        _ request: QueryInfoRequest, _ open: Open, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        if !context.mayBlock, context.fileSystem.isBlocking { return .wouldBlock }
        var names = try names(of: open.inode, context)
        if !request.inputBuffer.isEmpty {
            var reader = WireReader(request.inputBuffer.span.bytes)
            guard let wanted = try? FileGetEaInformation.parseList(&reader) else {
                throw SMBFailure(.eaListInconsistent)
            }
            let folded = Set(wanted.map { FoldedName(folding: $0) })
            names = names.filter { folded.contains(FoldedName(folding: $0)) }
        }
        let entries = entries(names, of: open.inode, context)
        guard !entries.isEmpty else { throw SMBFailure(.noEasOnFile) }
        var buffer = WireWriter(reservingCapacity: 256)
        let written = FileFullEaInformation.writeList(entries, limit: Int(request.outputBufferLength), to: &buffer)
        guard written > 0 else { throw SMBFailure(.bufferTooSmall) }
        QueryInfoResponse.write(to: &context.writer) { $0.append(buffer.bytes) }
        return .reply(written == entries.count ? .success : .bufferOverflow, nil)
    }

    /// EaSize: the attributes as OS/2 lays them out, in bytes; 0 for none.
    static func byteCount(of open: Open, _ context: borrowing CommandContext) -> UInt32 {
        guard let names = try? names(of: open.inode, context), !names.isEmpty else { return 0 }
        let bytes = entries(names, of: open.inode, context).reduce(4) { $0 + 5 + $1.eaName.count + $1.eaValue.count }
        return UInt32(clamping: bytes)
    }

    /// Without the prefix.
    private static func names(
        of inode: InodeNumber, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> [[UInt8]] {
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.extendedAttributeNames(of: inode, operation)
        }
        return (outcome.value ?? []).filter { $0.starts(with: prefix) && !$0.starts(with: streamPrefix) }
            .map { Array($0.dropFirst(prefix.count)) }
            .filter { !$0.isEmpty && $0.count <= UInt8.max }
    }

    private static func entries(
        _ names: [[UInt8]], of inode: InodeNumber, _ context: borrowing CommandContext
    ) -> [FileFullEaInformation] {
        var entries: [FileFullEaInformation] = []
        for name in names {
            let outcome = try? context.fileSystem.extendedAttribute(prefix + name, of: inode, context.operation)
            guard let value = outcome?.value, value.count <= UInt16.max else { continue }
            entries.append(FileFullEaInformation(eaName: name, eaValue: value))
        }
        return entries
    }

    // MARK: Writing

    /// SET_INFO of FileFullEaInformation — [MS-FSA] 2.1.5.15.5
    static func set(
        _ buffer: [UInt8], _ open: Open, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        if !context.mayBlock, context.fileSystem.isBlocking { return .wouldBlock }
        guard !buffer.isEmpty else { throw SMBFailure(.infoLengthMismatch) }
        guard open.access.contains(.writeExtendedAttributes) else { throw SMBFailure(.accessDenied) }
        var reader = WireReader(buffer.span.bytes)
        guard let entries = try? FileFullEaInformation.parseList(&reader) else { throw SMBFailure(.eaListInconsistent) }
        try check(entries)
        return try apply(entries, to: open.inode, context)
    }

    /// - Throws: INVALID_EA_NAME — [MS-FSCC] 2.4.16
    static func check(_ entries: [FileFullEaInformation]) throws(SMBFailure) {
        for entry in entries {
            guard !entry.eaName.isEmpty, entry.eaName.allSatisfy(isAllowed) else { throw SMBFailure(.invalidEaName) }
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "/"),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"),
            UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"), UInt8(ascii: "]"), UInt8(ascii: "|"):
            false
        default: true
        }
    }

    /// An empty value removes the attribute. One that is there under the same name in another case is replaced.
    static func apply(
        _ entries: [FileFullEaInformation], to inode: InodeNumber, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        var result = Outcome.unchanged
        for entry in entries {
            let folded = FoldedName(folding: entry.eaName)
            let existing = try names(of: inode, context).first { FoldedName(folding: $0) == folded }
            let name = prefix + (existing ?? entry.eaName)
            if entry.eaValue.isEmpty, existing == nil { continue }
            result = try context.core { operation throws(FileSystemError) in
                entry.eaValue.isEmpty
                    ? try context.fileSystem.removeExtendedAttribute(name, of: inode, operation)
                    : try context.fileSystem.setExtendedAttribute(
                        name, to: entry.eaValue, mode: .either, of: inode, operation)
            }
        }
        return result
    }
}
