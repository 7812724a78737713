import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// SMB2 CREATE — [MS-SMB2] 2.2.13, 3.3.5.9
package enum CreateCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: CreateRequest = try context.request()
        if context.isTraced { context.subject = request.name }
        try context.requireRoomForOpen()
        let contexts = try CreateContextAnswers(
            request.createContexts, isPosixNegotiated: context.connection.isPosixNegotiated)
        let appleOutcome = try AppleExtensions.answer(contexts.apple, context)
        guard case .done(let apple, _) = appleOutcome else { return .waiting(for: appleOutcome) }
        let wanted = try openRequest(request, contexts, context)
        let outcome: Outcome<WindowsOpenResult>
        do throws(SMBFailure) {
            outcome = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.open(wanted, operation)
            }
        } catch {
            guard error.status == .stoppedOnSymlink else { throw error }
            throw try SymbolicLinkStop.failure(wanted, named: request.name, context)
        }
        guard case .done(var result, let receipt) = outcome else { return .waiting(for: outcome) }
        let attributed = try setExtendedAttributes(contexts.extendedAttributes, result, context)
        var state = FileState(createOptions: request.createOptions)
        state.isPosix = contexts.posixMode != nil
        let entry = context.register(result.open, state: state)
        result.attributes = context.shown(result.attributes, of: result.open)
        let answers = contexts.answers(result, volume: context.fileSystem.identifier, apple: apple)
        let answer = response(result, entry, answers)
        answer.write(to: &context.writer)
        return .success(attributed.map { receipt.followed(by: $0) } ?? receipt)
    }

    // MARK: What is asked for

    private static func openRequest(
        _ request: CreateRequest, _ contexts: CreateContextAnswers, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> WindowsOpenRequest {
        guard request.impersonationLevel.isValid else { throw SMBFailure(.badImpersonationLevel) }
        let access = AccessMask(rawValue: request.desiredAccess)
        try CreateRules.check(access)
        try CreateRules.check(request.createOptions, request.createDisposition, access)
        try CreateRules.check(request.fileAttributes, request.createOptions)
        guard request.shareAccess.isSubset(of: [.read, .write, .delete]) else { throw SMBFailure(.invalidParameter) }
        let isPosix = contexts.posixMode != nil
        let path: WindowsPath
        switch isPosix ? WindowsPath.parsePosix(request.name) : WindowsPath.parse(request.name) {
        case .success(let parsed): path = parsed
        case .failure(let fault): throw SMBFailure(fault.status)
        }
        try context.share.presentation.requireStreams(for: path)
        var options = coreOptions(request.createOptions)
        // Who sees POSIX's files sees its links, and follows them himself.
        if context.showsLinks || isPosix { options.insert(.stopAtSymbolicLinks) }
        if isPosix { options.insert(.exactNames) }
        if path.namesDirectory {
            // What is no directory cannot be named like one — [MS-FSA] 2.1.5.1
            guard !options.contains(.nonDirectory), CreateRules.suitsDirectories(request.createDisposition) else {
                throw SMBFailure(.objectNameInvalid)
            }
            options.insert(.directory)
        }
        var stream: FileName?
        switch path.stream {
        case .none: break
        case .unnamed:
            // The unnamed stream is a file's data: no directory has one.
            guard !options.contains(.directory) else { throw SMBFailure(.notADirectory) }
            options.insert(.nonDirectory)
        case .named(let name): stream = name
        }
        var wanted = WindowsOpenRequest(
            path: path.components, stream: stream, access: access,
            share: ShareMode(rawValue: UInt8(request.shareAccess.rawValue & 7)),
            disposition: try disposition(request, path), options: options,
            dosAttributes: DOSAttributes(request.fileAttributes), allocationSize: contexts.allocationSize)
        // Whoever says the mode has taken its umask from it.
        wanted.permissions =
            contexts.posixMode.map { Permissions(rawValue: UInt16(truncatingIfNeeded: $0)) } ?? contexts.descriptorMode
        return wanted
    }

    /// A snapshot that is named in the path is not there, and nothing is made under its name — [MS-SMB2] 3.3.5.9
    private static func disposition(
        _ request: CreateRequest, _ path: WindowsPath
    ) throws(SMBFailure) -> FileSystemCore.CreateDisposition {
        guard let last = path.components.last, SnapshotToken.isOne(last.bytes) else {
            return coreDisposition(request.createDisposition)
        }
        switch request.createDisposition {
        case .open, .openIf: return .open
        case .overwrite, .overwriteIf, .supersede: return .overwrite
        case .create: throw SMBFailure(.objectNameNotFound)
        }
    }

    private static func coreOptions(_ options: CreateOptions) -> WindowsOpenRequest.Options {
        var result: WindowsOpenRequest.Options = []
        if options.contains(.directoryFile) { result.insert(.directory) }
        if options.contains(.nonDirectoryFile) { result.insert(.nonDirectory) }
        if options.contains(.deleteOnClose) { result.insert(.deleteOnClose) }
        if options.contains(.writeThrough) { result.insert(.writeThrough) }
        if options.contains(.openReparsePoint) { result.insert(.openReparsePoint) }
        return result
    }

    private static func coreDisposition(_ disposition: SMBMessages.CreateDisposition)
        -> FileSystemCore.CreateDisposition
    {
        switch disposition {
        case .supersede: .supersede
        case .open: .open
        case .create: .create
        case .openIf: .openIf
        case .overwrite: .overwrite
        case .overwriteIf: .overwriteIf
        }
    }

    /// Gives what was made or overwritten its attributes; a file that does not get them is not made at all.
    private static func setExtendedAttributes(
        _ entries: [FileFullEaInformation], _ result: WindowsOpenResult, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Receipt? {
        guard !entries.isEmpty, result.action != .opened else { return nil }
        do throws(SMBFailure) {
            let outcome = try ExtendedAttributes.apply(entries, to: result.open.inode, context)
            guard case .done(_, let receipt) = outcome else { return nil }
            return receipt
        } catch {
            context.fileSystem.takeBack(result, context.operation)
            throw error
        }
    }

    // MARK: What is answered

    private static func response(
        _ result: WindowsOpenResult, _ entry: SMBOpen, _ contexts: [CreateContext]
    ) -> CreateResponse {
        let attributes = result.attributes
        let action: SMBMessages.CreateAction =
            switch result.action {
            case .superseded: .superseded
            case .opened: .opened
            case .created: .created
            case .overwritten: .overwritten
            }
        return CreateResponse(
            oplockLevel: .none, createAction: action, creationTime: FileTime(attributes.creationTime),
            lastAccessTime: FileTime(attributes.accessTime), lastWriteTime: FileTime(attributes.modificationTime),
            changeTime: FileTime(attributes.changeTime), allocationSize: attributes.windowsAllocationSize,
            endOfFile: attributes.windowsEndOfFile, fileAttributes: attributes.windowsAttributes, fileID: entry.fileID,
            createContexts: contexts)
    }
}
