import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// The file classes of SET_INFO — [MS-FSCC] 2.4, [MS-FSA] 2.1.5.15
enum FileUpdate {
    static func apply(
        _ request: SetInfoRequest, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        switch request.fileInformationClass {
        case .basic: return try setBasic(try parse(request), file, context)
        case .rename: return try rename(file, to: Target(try parse(request) as FileRenameInformation), context)
        case .renameEx: return try rename(file, to: try Target(try parse(request) as FileRenameInformationEx), context)
        case .link: return try link(file, as: Target(try parse(request) as FileRenameInformation), context)
        case .linkEx: return try link(file, as: try Target(try parse(request) as FileRenameInformationEx), context)
        case .disposition:
            let disposition: FileDispositionInformation = try parse(request)
            // unlink(2) knows neither READONLY nor other opens.
            let options: NameChangeOptions = file.state.isPosix ? [.posixSemantics, .ignoresReadOnly] : []
            return try context.core { operation throws(FileSystemError) in
                try context.fileSystem.setDeletePending(
                    disposition.deletePending, file.open, options: options, operation)
            }
        case .dispositionEx: return try setDisposition(try parse(request), file, context)
        case .position:
            let position: FilePositionInformation = try parse(request)
            guard position.currentByteOffset <= UInt64(Int64.max) else { throw SMBFailure(.invalidParameter) }
            file.state.position = position.currentByteOffset
            return .unchanged
        case .fullEa: return try ExtendedAttributes.set(request.buffer, file.open, context)
        case .mode: return try setMode(try parse(request), file)
        case .allocation: return try setAllocation(try parse(request), file, context)
        case .endOfFile: return try setEndOfFile(try parse(request), file, context)
        case .validDataLength: return try setValidDataLength(try parse(request), file, context)
        default: throw SMBFailure(.invalidInfoClass)
        }
    }

    /// A buffer that is too short for its class is STATUS_INFO_LENGTH_MISMATCH.
    private static func parse<Structure: InformationStructure>(_ request: SetInfoRequest) throws(SMBFailure)
        -> Structure
    {
        do throws(WireError) {
            return try Structure(bytes: request.buffer)
        } catch {
            throw SMBFailure(.infoLengthMismatch)
        }
    }

    // MARK: Names

    /// What a rename or a link is to lead to, whichever of the two classes says it.
    private struct Target {
        let name: [UInt8]
        let rootDirectory: UInt64
        let isReplacing: Bool
        private var options: NameChangeOptions = []

        /// An open of the POSIX extensions renames as rename(2) does.
        func options(for file: SMBOpen) -> NameChangeOptions {
            file.state.isPosix ? options.union([.posixSemantics, .ignoresReadOnly, .exactNames]) : options
        }

        init(_ rename: FileRenameInformation) {
            (name, rootDirectory, isReplacing) = (rename.fileName, rename.rootDirectory, rename.replaceIfExists)
        }

        init(_ rename: FileRenameInformationEx) throws(SMBFailure) {
            guard rename.flags.isSubset(of: .defined) else { throw SMBFailure(.invalidParameter) }
            (name, rootDirectory) = (rename.fileName, rename.rootDirectory)
            isReplacing = rename.flags.contains(.replaceIfExists)
            if rename.flags.contains(.posixSemantics) { options.insert(.posixSemantics) }
            if rename.flags.contains(.ignoreReadOnlyAttribute) { options.insert(.ignoresReadOnly) }
        }
    }

    private static func rename(
        _ file: SMBOpen, to target: Target, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        if target.name.first == 0x3A, !file.state.isPosix { return try renameStream(target, file, context) }
        let path = try path(target.name, target.rootDirectory, file)
        try context.share.presentation.requireStreams(for: path)
        return try context.core { operation throws(FileSystemError) in
            try context.fileSystem.rename(
                file.open, to: path.components, endingInStream: path.stream != .none, replacing: target.isReplacing,
                options: target.options(for: file), operation)
        }
    }

    private static func link(
        _ file: SMBOpen, as target: Target, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        let path = try path(target.name, target.rootDirectory, file)
        // A second name for a directory — [MS-FSA] 2.1.5.15.7
        guard !file.open.isDirectory else { throw SMBFailure(.fileIsADirectory) }
        guard path.stream == .none else { throw SMBFailure(.objectNameInvalid) }
        return try context.core { operation throws(FileSystemError) in
            try context.fileSystem.link(
                file.open, to: path.components, replacing: target.isReplacing, options: target.options(for: file), operation)
        }
    }

    /// [MS-FSCC] 2.4.12. FORCE_IMAGE_SECTION_CHECK has nothing to check here; ON_CLOSE says when, which is always then.
    private static func setDisposition(
        _ disposition: FileDispositionInformationEx, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        guard disposition.flags.isSubset(of: .defined) else { throw SMBFailure(.invalidParameter) }
        var options: NameChangeOptions = []
        if disposition.flags.contains(.posixSemantics) { options.insert(.posixSemantics) }
        if disposition.flags.contains(.ignoreReadOnlyAttribute) {
            guard file.open.access.contains(.writeAttributes) else { throw SMBFailure(.accessDenied) }
            options.insert(.ignoresReadOnly)
        }
        return try context.core { operation throws(FileSystemError) in
            try context.fileSystem.setDeletePending(
                disposition.flags.contains(.delete), file.open, options: options, operation)
        }
    }

    /// The path that a rename or a link names. Unlike CREATE's it may begin with a backslash.
    private static func path(
        _ name: [UInt8], _ rootDirectory: UInt64, _ file: SMBOpen
    ) throws(SMBFailure) -> WindowsPath {
        // No path is relative to a handle here: RootDirectory is zero — [MS-FSCC] 2.4.42.2
        guard rootDirectory == 0, !name.isEmpty else { throw SMBFailure(.invalidParameter) }
        let relative = WindowsPath.isSeparator(name[0]) && !file.state.isPosix ? Array(name.dropFirst()) : name
        switch file.state.isPosix ? WindowsPath.parsePosix(name) : WindowsPath.parse(relative) {
        case .failure(let fault): throw SMBFailure(fault.status)
        case .success(let path):
            guard !path.namesDirectory else { throw SMBFailure(.objectNameInvalid) }
            guard !path.components.isEmpty else { throw SMBFailure(.objectNameCollision) }
            return path
        }
    }

    /// `:name`, `:name:$DATA` or `::$DATA`: the stream's new name in its file — [MS-FSA] 2.1.5.15.12.1
    private static func renameStream(
        _ target: Target, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        guard target.rootDirectory == 0, !file.open.isDirectory else { throw SMBFailure(.invalidParameter) }
        guard context.share.presentation.hasNamedStreams else { throw SMBFailure(.objectNameInvalid) }
        let name: FileName?
        switch WindowsPath.stream(target.name[...]) {
        case .success(.named(let stream)): name = stream
        case .success: name = nil
        case .failure(.streamType): throw SMBFailure(.objectTypeMismatch)
        case .failure: throw SMBFailure(.invalidParameter)
        }
        return try context.core { operation throws(FileSystemError) in
            try context.fileSystem.rename(file.open, toStream: name, replacing: target.isReplacing, operation)
        }
    }

    // MARK: Times and attributes

    /// [MS-FSA] 2.1.5.15.2: 0 leaves a time, -1 freezes it for this open, -2 lets it move again, less is no time.
    private static func setBasic(
        _ update: FileBasicUpdate, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        guard file.open.access.contains(.writeAttributes) else { throw SMBFailure(.accessDenied) }
        guard update.creationTime.isValid, update.lastAccessTime.isValid, update.lastWriteTime.isValid,
            update.changeTime.isValid
        else { throw SMBFailure(.invalidParameter) }
        if update.fileAttributes.contains(.directory), !file.open.isDirectory { throw SMBFailure(.invalidParameter) }
        if update.fileAttributes.contains(.temporary), file.open.isDirectory { throw SMBFailure(.invalidParameter) }
        var changes = AttributeChanges()
        func apply(_ time: FileTimeUpdate, _ field: TimeFields) -> TimeChange? {
            switch time {
            case .omit: break
            case .freeze: changes.freeze.insert(field)
            case .thaw: changes.thaw.insert(field)
            case .set(let time): return .set(Timestamp(time))
            }
            return nil
        }
        changes.creationTime = apply(update.creationTime, .creation)
        changes.accessTime = apply(update.lastAccessTime, .access)
        changes.modificationTime = apply(update.lastWriteTime, .modification)
        changes.changeTime = apply(update.changeTime, .change)
        // No attribute at all means: leave them. None of them is said with NORMAL.
        if !update.fileAttributes.isEmpty {
            let outcome = try ownAttributes(DOSAttributes(update.fileAttributes), file, context)
            guard case .done(let attributes, _) = outcome else { return outcome.withoutValue }
            changes.dosAttributes = attributes
        }
        guard changes != AttributeChanges() else { return .unchanged }
        return try set(changes, file, context)
    }

    /// What of `wanted` becomes the file's own. HIDDEN that its name alone has given it does not: a client that writes
    /// back what it has read, one bit changed, would make it stay when the file is renamed.
    private static func ownAttributes(
        _ wanted: DOSAttributes, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<DOSAttributes> {
        let unchanged = Receipt(sequence: CommitSequence(rawValue: 0))
        guard wanted.contains(.hidden), let name = file.open.link?.name,
            context.share.presentation.hiddenNames.contains(name.bytes)
        else { return .done(wanted, unchanged) }
        let current = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        switch current {
        case .done(let attributes, _):
            let isOwn = attributes.dosAttributes.contains(.hidden)
            return .done(isOwn ? wanted : wanted.subtracting(.hidden), unchanged)
        case .pending(let ticket): return .pending(ticket)
        case .wouldBlock: return .wouldBlock
        }
    }

    private static func set(
        _ changes: AttributeChanges, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.setAttributes(changes, of: file.open.inode, via: file.open, operation)
        }
        return outcome.withoutValue
    }

    /// FILE_WRITE_THROUGH, FILE_SEQUENTIAL_ONLY, both or none — [MS-FSA] 2.1.5.15.8
    private static func setMode(_ mode: FileModeInformation, _ file: SMBOpen) throws(SMBFailure) -> Outcome<Void> {
        guard mode.mode & ~0x6 == 0 else { throw SMBFailure(.invalidParameter) }
        file.state.mode = mode.mode
        return .unchanged
    }

    // MARK: Sizes

    /// [MS-FSA] 2.1.5.15.5
    private static func setEndOfFile(
        _ information: FileEndOfFileInformation, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        try requireSizable(file)
        guard information.endOfFile <= UInt64(Int64.max) else { throw SMBFailure(.invalidParameter) }
        var changes = AttributeChanges()
        changes.size = information.endOfFile
        return try set(changes, file, context)
    }

    /// [MS-FSA] 2.1.5.15.1: less than the file's size cuts the file, at the next allocation unit.
    private static func setAllocation(
        _ information: FileAllocationInformation, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        try requireSizable(file)
        guard information.allocationSize <= UInt64(Int64.max) else { throw SMBFailure(.invalidParameter) }
        let wanted = VolumeGeometry.roundedUp(information.allocationSize)
        let current = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        guard case .done(let attributes, _) = current else { return current.withoutValue }
        if wanted < attributes.size {
            var changes = AttributeChanges()
            changes.size = wanted
            return try set(changes, file, context)
        }
        guard wanted > attributes.windowsAllocationSize else { return .unchanged }
        return try context.core { operation throws(FileSystemError) in
            try context.fileSystem.allocate(
                file.open, at: 0, count: wanted, mode: .reserve(keepingSize: true), operation)
        }
    }

    /// [MS-FSA] 2.1.5.15.15: all bytes of a file are valid here, so it cannot grow without its size; and it is for whoever may
    /// manage the volume.
    private static func setValidDataLength(
        _ information: FileValidDataLengthInformation, _ file: SMBOpen, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<Void> {
        guard context.identity.isPrivileged else { throw SMBFailure(.privilegeNotHeld) }
        try requireSizable(file)
        let current = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        guard case .done(let attributes, _) = current else { return current.withoutValue }
        guard information.validDataLength == attributes.size else { throw SMBFailure(.invalidParameter) }
        return .unchanged
    }

    private static func requireSizable(_ file: SMBOpen) throws(SMBFailure) {
        guard !file.open.isDirectory else { throw SMBFailure(.invalidParameter) }
        guard file.open.access.contains(.writeData) else { throw SMBFailure(.accessDenied) }
    }
}

extension Outcome<Void> {
    /// Done, without a commit.
    static var unchanged: Outcome<Void> { .done((), Receipt(sequence: CommitSequence(rawValue: 0))) }
}
