import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// One QUERY_DIRECTORY response in the making.
struct DirectoryListing {
    private let informationClass: DirectoryInformationClass
    private let limit: Int
    private let isSingle: Bool
    /// Names are exact, and links are listed as what they are.
    private let isPosix: Bool
    /// The directory itself, where entries tell what macOS wants to know; nil for others.
    private var appleDirectory: Attributes?
    private var encoder: DirectoryListEncoder
    /// What each entry is to be asked for.
    private var facts: DirectoryFacts = []
    /// An entry was there that did not fit.
    private(set) var hasOverflowed = false
    private var output: WireWriter

    init(_ informationClass: DirectoryInformationClass, limit: Int, isSingle: Bool, isPosix: Bool) {
        self.informationClass = informationClass
        self.limit = limit
        self.isSingle = isSingle
        self.isPosix = isPosix
        output = WireWriter(reservingCapacity: min(limit, 65_536))
        encoder = DirectoryListEncoder(informationClass: informationClass, limit: limit, writer: output)
    }

    var isEmpty: Bool { encoder.isEmpty }

    /// Writes the response with the list as its buffer.
    func finish(_ writer: inout WireWriter) {
        QueryDirectoryResponse.write(to: &writer) { $0.append(output.bytes) }
    }

    // MARK: Filling

    /// Lists from where `scan` stands until the buffer is full or the directory is at its end.
    ///
    /// Of a large directory in which an expression fits few names it answers what it has found, and goes on where a thread
    /// may take its time as long as that is nothing.
    mutating func fill(
        _ scan: inout DirectoryScan, _ directory: Open, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        if informationClass == .idBothDirectory, context.session.readsAppleAttributes,
            context.share.presentation.hasNamedStreams
        {
            let outcome = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.attributes(directory, operation)
            }
            guard case .done(let attributes, _) = outcome else { return outcome.withoutValue }
            appleDirectory = attributes
            facts.insert(.appleMetadata)
        }
        let pattern = scan.pattern
        // A pattern is compared with both names — [MS-FSA] 2.1.5.6.3
        if !isPosix, appleDirectory == nil && informationClass.hasShortName || !pattern.matchesAll { facts.insert(.shortNames) }
        if informationClass.hasEASize, appleDirectory == nil { facts.insert(.extendedAttributes) }
        if pattern.isLiteral, let name = try? FileName(WindowsName.decode(scan.expression)) {
            return try fill(oneNamed: name, &scan, directory, context)
        }
        // What fits every name is done when the buffer is full.
        let turn = pattern.matchesAll ? Int.max : max(1, context.limits.directoryEntriesPerTurn)
        var lookedAt = 0
        while !scan.isAtEnd {
            if lookedAt >= turn {
                if !isEmpty { return .done((), Receipt(sequence: CommitSequence(rawValue: 0))) }
                if !context.mayBlock { return .wouldBlock }
            }
            let wanted = min(batchSize(), turn)
            let outcome = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.readDirectory(directory, after: scan.cookie, limit: wanted, telling: facts, operation)
            }
            guard case .done(let entries, let receipt) = outcome else {
                return outcome.withoutValue
            }
            lookedAt += entries.count
            for entry in entries {
                guard try append(entry, pattern, directory, context) else { return .done((), receipt) }
                scan.cookie = entry.cookie
                if isSingle, !isEmpty { return .done((), receipt) }
            }
            if entries.count < wanted { scan.isAtEnd = true }
            if scan.isAtEnd { return .done((), receipt) }
        }
        return .done((), Receipt(sequence: CommitSequence(rawValue: 0)))
    }

    /// A pattern without wildcards: one look-up instead of a scan.
    private mutating func fill(
        oneNamed name: FileName, _ scan: inout DirectoryScan, _ directory: Open, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        guard !scan.isAtEnd else { return .done((), Receipt(sequence: CommitSequence(rawValue: 0))) }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.entry(named: name, in: directory, exactly: isPosix, telling: facts, operation)
        }
        guard case .done(let entry, let receipt) = outcome else { return outcome.withoutValue }
        if let entry, try !append(entry, nil, directory, context) { return .done((), receipt) }
        scan.isAtEnd = true
        return .done((), receipt)
    }

    /// About as many entries as will still fit: what is read and does not fit is read again by the next request.
    private func batchSize() -> Int {
        if isSingle { return 4 }
        let written = output.bytes.count
        let perEntry = encoder.count > 0 ? max(written / encoder.count, 16) : informationClass.fixedByteCount + 32
        return max(8, min((limit - written) / perEntry + 1, 1024))
    }

    /// False where the entry did not fit.
    private mutating func append(
        _ entry: FileSystemCore.DirectoryEntry, _ pattern: WildcardPattern?, _ directory: Open,
        _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Bool {
        let isDots = entry.cookie <= .dotDot
        let name = isDots ? entry.name : WindowsName.encode(entry.name, isPosix ? .posix : .windows)
        if let pattern, !pattern.matchesAll, !pattern.matches(name, fold: { CaseMapping.upper($0) }) {
            guard !entry.shortName.isEmpty, pattern.matches(entry.shortName, fold: { CaseMapping.upper($0) }) else { return true }
        }
        var attributes = entry.attributes
        var eaSize = ExtendedAttributes.byteCount(of: entry.extendedAttributes)
        let follows = !isPosix && !context.showsLinks
        if attributes.type == .symbolicLink, follows, let followed = target(of: entry, in: directory, context) {
            attributes = followed
            if informationClass.hasEASize { eaSize = ExtendedAttributes.byteCount(of: followed.inode, context) }
        }
        attributes = context.shown(attributes, named: isDots ? nil : entry.name)
        // Where there is no field for a reparse point's tag it takes this one's place.
        if attributes.reparseTag != 0, !informationClass.hasReparsePointTag { eaSize = attributes.reparseTag }
        var information = DirectoryEntryInformation(
            creationTime: FileTime(attributes.creationTime), lastAccessTime: FileTime(attributes.accessTime),
            lastWriteTime: FileTime(attributes.modificationTime), changeTime: FileTime(attributes.changeTime),
            endOfFile: attributes.windowsEndOfFile, allocationSize: attributes.windowsAllocationSize,
            fileAttributes: attributes.windowsAttributes,
            eaSize: eaSize, reparsePointTag: attributes.reparseTag, fileID: attributes.inode.rawValue, fileName: name)
        if informationClass == .posix {
            let device = UInt32(truncatingIfNeeded: context.fileSystem.identifier)
            information.posix = PosixEntryFacts(device: device, facts: attributes.posixFacts)
        }
        information.shortName = entry.shortName
        if let appleDirectory {
            information.shortName = []
            information.apple = AppleExtensions.facts(of: attributes, entry.apple, in: appleDirectory, context.identity)
        }
        guard encoder.append(information, to: &output) else {
            hasOverflowed = true
            return false
        }
        return true
    }

    /// What an open of the entry would find: the file behind a symbolic link; nil for a link that leads nowhere, which
    /// is listed as itself.
    private func target(
        of entry: FileSystemCore.DirectoryEntry, in directory: Open, _ context: borrowing CommandContext
    ) -> Attributes? {
        guard let name = try? FileName(entry.name), let path = context.fileSystem.path(of: directory) else {
            return nil
        }
        let request = WindowsOpenRequest(
            path: path + [name], access: .readAttributes, share: .all, disposition: .open)
        guard case .done(let found, _)? = try? context.fileSystem.open(request, context.operation) else { return nil }
        _ = try? context.fileSystem.close(found.open, context.operation)
        return found.attributes
    }
}

extension Outcome {
    /// For an outcome that is not done.
    var withoutValue: Outcome<Void> { map { _ in } }
}
