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

    /// FileFullEaInformation — [MS-FSA] 2.1.5.12.12: the attributes that the input buffer names, one that is not there with an
    /// empty value; else all, from the one that the request's index says, or from where the last listing ended before its end.
    static func query(
        _ request: QueryInfoRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        if !context.mayBlock, context.fileSystem.isBlocking { return .wouldBlock }
        let present = entries(try names(of: file.open.inode, context), of: file.open.inode, context)
        if !request.inputBuffer.isEmpty {
            let wanted = try select(request.inputBuffer, from: present)
            let told = try answer(wanted[...], request, &context)
            return .reply(told == wanted.count ? .success : .bufferOverflow, nil)
        }
        guard !present.isEmpty else { throw SMBFailure(.noEasOnFile) }
        let start = try startOfListing(request, file, count: present.count)
        var rest = present[start...]
        if request.flags.contains(.returnSingleEntry) { rest = rest.prefix(1) }
        let told = try answer(rest, request, &context)
        let isEnd = start + told == present.count
        // A listing that was told at once begins anew the next time; one told in parts ends.
        file.state.toldAttributes = start == 0 && isEnd && !request.flags.contains(.returnSingleEntry) ? nil : start + told
        return .reply(told == rest.count ? .success : .bufferOverflow, nil)
    }

    private static func startOfListing(
        _ request: QueryInfoRequest, _ file: SMBOpen, count: Int
    ) throws(SMBFailure) -> Int {
        if request.flags.contains(.indexSpecified) {
            // Counted from 1.
            guard let index = Int(exactly: request.additionalInformation), 1...count ~= index else {
                throw SMBFailure(.nonexistentEaEntry)
            }
            return index - 1
        }
        if request.flags.contains(.restartScan) { return 0 }
        let start = file.state.toldAttributes ?? 0
        guard start < count else { throw SMBFailure(.noMoreEas) }
        return start
    }

    /// - Throws: EA_LIST_INCONSISTENT, INVALID_EA_NAME — [MS-FSCC] 2.4.16.1
    private static func select(
        _ buffer: [UInt8], from present: [FileFullEaInformation]
    ) throws(SMBFailure) -> [FileFullEaInformation] {
        var reader = WireReader(buffer.span.bytes)
        guard let wanted = try? FileGetEaInformation.parseList(&reader), !wanted.isEmpty else {
            throw SMBFailure(.eaListInconsistent)
        }
        let byName = Dictionary(
            present.map { (FoldedName(folding: $0.eaName), $0) }, uniquingKeysWith: { first, _ in first })
        var result: [FileFullEaInformation] = []
        var seen: Set<FoldedName> = []
        for name in wanted {
            guard isValid(name) else { throw SMBFailure(.invalidEaName) }
            let folded = FoldedName(folding: name)
            // Asked for twice, it is told once.
            guard seen.insert(folded).inserted else { continue }
            result.append(byName[folded] ?? FileFullEaInformation(eaName: name, eaValue: []))
        }
        return result
    }

    /// Writes as many entries as fit and returns how many those are; the first one must.
    private static func answer(
        _ entries: ArraySlice<FileFullEaInformation>, _ request: QueryInfoRequest, _ context: inout CommandContext
    ) throws(SMBFailure) -> Int {
        var buffer = WireWriter(reservingCapacity: 256)
        let written = FileFullEaInformation.writeList(Array(entries), limit: Int(request.outputBufferLength), to: &buffer)
        guard written > 0 else { throw SMBFailure(.bufferTooSmall) }
        QueryInfoResponse.write(to: &context.writer) { $0.append(buffer.bytes) }
        return written
    }

    /// EaSize: the attributes as OS/2 lays them out, in bytes; 0 for none.
    static func byteCount(of inode: InodeNumber, _ context: borrowing CommandContext) -> UInt32 {
        guard let names = try? names(of: inode, context), !names.isEmpty else { return 0 }
        let bytes = entries(names, of: inode, context).reduce(4) { $0 + 5 + $1.eaName.count + $1.eaValue.count }
        return UInt32(clamping: bytes)
    }

    /// The same of attributes as the core stores them.
    static func byteCount(of stored: [(name: [UInt8], value: [UInt8])]) -> UInt32 {
        var bytes = 0
        for (name, value) in stored where name.starts(with: prefix) && !name.starts(with: streamPrefix) {
            let length = name.count - prefix.count
            guard 1...Int(UInt8.max) ~= length, value.count <= UInt16.max else { continue }
            bytes += (bytes == 0 ? 4 : 0) + 5 + length + value.count
        }
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

    /// SET_INFO of FileFullEaInformation — [MS-FSA] 2.1.5.15.6
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
            guard isValid(entry.eaName) else { throw SMBFailure(.invalidEaName) }
        }
    }

    /// No longer than a name can be behind its prefix, and none of those that stand for streams.
    private static func isValid(_ name: [UInt8]) -> Bool {
        !name.isEmpty && name.count <= 255 - prefix.count && name.allSatisfy(isAllowed)
            && !(prefix + name).starts(with: streamPrefix)
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
        var receipt: Receipt?
        for entry in entries {
            let folded = FoldedName(folding: entry.eaName)
            let existing = try names(of: inode, context).first { FoldedName(folding: $0) == folded }
            let name = prefix + (existing ?? entry.eaName)
            if entry.eaValue.isEmpty, existing == nil { continue }
            let outcome = try context.core { operation throws(FileSystemError) in
                entry.eaValue.isEmpty
                    ? try context.fileSystem.removeExtendedAttribute(name, of: inode, operation)
                    : try context.fileSystem.setExtendedAttribute(
                        name, to: entry.eaValue, mode: .either, of: inode, operation)
            }
            guard case .done(_, let next) = outcome else { return outcome }
            receipt = receipt?.followed(by: next) ?? next
        }
        return receipt.map { .done((), $0) } ?? .unchanged
    }
}
