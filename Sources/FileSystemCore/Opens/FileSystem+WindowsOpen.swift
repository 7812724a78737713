import AccessArbitration
import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// SMB's CREATE — [MS-SMB2] 3.3.5.9, [MS-FSA] 2.1.5.1.
    ///
    /// - Throws: `.notFound`, `.pathNotFound`, `.exists`, `.isDirectory`, `.notDirectory`, `.accessDenied`, `.sharingViolation`,
    ///   `.deletePending`, `.cannotDelete`, `.readOnly`, `.invalidArgument`, `.noSpace`.
    package func open(
        _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        try perform(.create, .path(request.path), context) { () throws(FileSystemError) in
            try validate(request)
            // Most opens make nothing: they share the namespace. One that must make something does not even look first.
            let found: Outcome<WindowsOpenResult>? =
                request.disposition == .create ? nil : try openIfThere(request, context)
            if let found { return try finish(found, request, context) }
            let made = try namespace.writing { () throws(FileSystemError) -> Outcome<WindowsOpenResult> in
                let place = try resolve(request, context)
                guard place.target != nil else { return try openNew(place, request, context) }
                guard let stream = request.stream else { return try openExisting(place, request, context) }
                if let found = try openStream(stream, of: place, request, context) { return found }
                return try openNewStream(stream, of: place, request, context)
            }
            return try finish(made, request, context)
        }
    }

    /// Opens what is there; nil where there is nothing and something may be made.
    private func openIfThere(
        _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult>? {
        try namespace.reading { () throws(FileSystemError) -> Outcome<WindowsOpenResult>? in
            let place = try resolve(request, context)
            if place.target != nil {
                guard let stream = request.stream else { return try openExisting(place, request, context) }
                return try openStream(stream, of: place, request, context)
            }
            guard request.disposition != .open, request.disposition != .overwrite else { throw .notFound }
            return nil
        }
    }

    private func resolve(
        _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> ResolvedPath {
        try resolve(
            request.path, followingLast: !request.options.contains(.openReparsePoint),
            stopping: request.options.contains(.stopAtSymbolicLinks), exactly: request.options.contains(.exactNames), context)
    }

    private func validate(_ request: WindowsOpenRequest) throws(FileSystemError) {
        guard !request.options.isSuperset(of: [.directory, .nonDirectory]) else { throw .invalidArgument }
        if request.options.contains(.directory) {
            switch request.disposition {
            case .open, .create, .openIf: break
            default: throw .invalidArgument
            }
        }
        if request.stream != nil, request.options.contains(.directory) { throw .notDirectory }
        if request.options.contains(.deleteOnClose), request.path.isEmpty, request.stream == nil { throw .cannotDelete }
    }

    // MARK: What exists

    private func openExisting(
        _ place: ResolvedPath, _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        guard let record = place.target else { throw .notFound }
        let attributes = record.attributes
        let link = place.entry.map { Link(parent: $0.parent, name: $0.name) }
        if let link, arbitration.isDeletePending(link, of: attributes.inode) { throw .deletePending }
        guard request.disposition != .create else { throw .exists }
        if attributes.isDirectory {
            guard !request.options.contains(.nonDirectory) else { throw .isDirectory }
            switch request.disposition {
            case .open, .openIf: break
            default: throw .invalidArgument
            }
        } else {
            let isDirectoryLink = attributes.dosAttributes.contains(.directoryLink)
            guard isDirectoryLink || !request.options.contains(.directory) else { throw .notDirectory }
            guard !isDirectoryLink || !request.options.contains(.nonDirectory) else { throw .isDirectory }
            guard attributes.type == .regular || request.options.contains(.openReparsePoint) else { throw .specialFile }
        }
        let maximal = AccessCheck.maximalAccess(of: context.identity, to: attributes, parent: place.parent?.attributes)
        let granted = try grant(request, attributes, maximal)
        if request.disposition != .open, request.disposition != .openIf {
            try requireWritable()
            guard attributes.type == .regular else { throw .accessDenied }
            let kept: DOSAttributes = [.hidden, .system]
            guard attributes.dosAttributes.intersection(kept).isSubset(of: request.dosAttributes) else { throw .accessDenied }
            guard maximal.contains(.writeData), !attributes.dosAttributes.contains(.readOnly) else {
                throw .accessDenied
            }
        }
        if request.options.contains(.deleteOnClose) {
            do throws(FileSystemError) {
                try requireDeletable(record, granted, request.options.contains(.exactNames) ? .ignoresReadOnly : [])
            } catch .directoryNotEmpty {
                // It may be empty by then; if not, it stays.
            }
        }
        let outcome = try admit(
            OpenedFile(file: record), link: link, granted: granted, maximal: maximal, action: request.disposition.replacement,
            request, context)
        if let shortName = place.shortName { outcome.value?.open.state.withLock { $0.shortName = shortName } }
        return outcome
    }

    /// Which rights the open gets — [MS-FSA] 2.1.5.1.2.1.
    func grant(
        _ request: WindowsOpenRequest, _ attributes: Attributes, _ maximal: AccessMask
    ) throws(FileSystemError) -> AccessMask {
        let wanted = request.access.expandingGenerics
        var available = maximal
        let isReadOnly =
            options.isReadOnly || (attributes.dosAttributes.contains(.readOnly) && !attributes.isDirectory)
        if isReadOnly { available.subtract(.writingData) }
        if options.isReadOnly {
            available.subtract([
                .writeAttributes, .writeExtendedAttributes, .delete, .deleteChild, .writeDAC, .writeOwner,
            ])
        }
        var granted = wanted.subtracting(.maximumAllowed)
        guard granted.isSubset(of: available) else {
            throw options.isReadOnly && granted.isSubset(of: maximal) ? .readOnly : .accessDenied
        }
        if wanted.contains(.maximumAllowed) { granted.formUnion(available) }
        return granted
    }

    // MARK: What does not

    private func openNew(
        _ place: ResolvedPath, _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        guard let parent = place.parent, var name = place.name else { throw .notFound }
        // Whoever makes a file gets what is asked for, also what its mode bits will not allow the next time.
        var granted = request.access.expandingGenerics
        if granted.contains(.maximumAllowed) { granted.formUnion(.all) }
        granted.remove(.maximumAllowed)
        guard granted.isSubset(of: .all) else { throw .accessDenied }
        if request.options.contains(.deleteOnClose) {
            guard granted.contains(.delete) else { throw .accessDenied }
            guard !request.dosAttributes.contains(.readOnly) else { throw .cannotDelete }
        }
        let isDirectory = request.options.contains(.directory)
        var dosAttributes = request.dosAttributes
        if !isDirectory { dosAttributes.insert(.archive) }
        let file = NewFile(
            type: isDirectory ? .directory : .regular,
            permissions: request.permissions ?? Permissions(rawValue: isDirectory ? 0o777 : 0o666),
            umask: request.permissions == nil ? options.umask : 0, dosAttributes: dosAttributes)
        let former = try formerPlace(
            name, in: parent.attributes.inode, exactly: request.options.contains(.exactNames))
        if let former { name = former.name }
        let (record, made) = try insert(file, named: name, in: parent.attributes.inode, at: former?.cookie, context)
        var (opened, receipt) = (OpenedFile(file: record), made)
        if let stream = request.stream {
            do throws(FileSystemError) {
                let (inserted, added) = try insertStream(named: stream, of: record.attributes.inode, context)
                (opened, receipt) = (inserted, made.followed(by: added))
            } catch {
                // The file that was made for it goes again; it has no content.
                if let entry = try metadata.entry(named: name, in: parent.attributes.inode) { _ = try? remove(entry, context) }
                throw error
            }
        }
        let outcome = try admit(
            opened, link: Link(parent: parent.attributes.inode, name: name), granted: granted, maximal: .all,
            action: .created, request, context)
        guard case .done(var result, _) = outcome else { return outcome }
        result.hasMadeFile = true
        return .done(result, receipt)
    }

    // MARK: Both

    func admit(
        _ opened: OpenedFile, link: Link?, granted: AccessMask, maximal: AccessMask, action: CreateAction,
        _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        var data = DataAccess()
        if !granted.isDisjoint(with: .readingData) { data.insert(.read) }
        if !granted.isDisjoint(with: .writingData) { data.insert(.write) }
        if granted.contains(.delete) { data.insert(.delete) }
        let replaces = action == .overwritten || action == .superseded
        let attributes = opened.file.attributes
        let open = Open(
            id: newOpenID(), inode: attributes.inode, type: attributes.type, context: context, access: granted,
            share: request.share, link: link,
            isAppending: granted.contains(.appendData) && !granted.contains(.writeData) && !attributes.isDirectory,
            isWriteThrough: request.options.contains(.writeThrough), stream: opened.stream)
        if let stream = opened.stream {
            try hold(attributes, for: stream, by: open, data, replaces: replaces)
        } else {
            let entry = OpenEntry(id: open.id, style: .windows, access: data, share: request.share, link: link)
            let admission = arbitration.admit(
                entry, to: attributes.inode, linkCount: attributes.linkCount, passing: replaces ? .write : DataAccess(),
                discardsStreams: replaces, waitingSince: waitingSince(context))
            switch admission {
            case .refused(let error): throw error
            case .wait(let ticket): return .pending(armed(ticket, inode: attributes.inode))
            case .admitted: break
            }
        }
        let deletes = request.options.contains(.deleteOnClose)
        open.state.withLock { state in
            state.deletesOnClose = deletes
            // unlink(2) of a POSIX client: this close takes the name, whoever else has the file open.
            state.removesNameOnClose = deletes && request.options.contains(.exactNames)
        }
        register(open)
        return .done(
            WindowsOpenResult(open: open, action: action, attributes: opened.attributes, maximalAccess: maximal), unchanged)
    }

    /// When the caller began to wait for opens that are about to go; nil when it has waited long enough.
    private func waitingSince(_ context: OperationContext) -> Timestamp? {
        let now = environment.clock.now()
        guard let ticket = context.resuming else { return now }
        guard !ticket.isOverdue else { return nil }
        return ticket.began
    }

    /// A ticket that wakes by itself when waiting is no longer worth it, and leaves the queue when it is cancelled.
    private func armed(_ ticket: Ticket, inode: InodeNumber) -> Ticket {
        let waited = environment.clock.now().milliseconds(since: ticket.began)
        let limit = UInt64(CoreEnvironment.releaseWaitMilliseconds)
        let remaining = UInt32(clamping: limit - min(limit, waited))
        environment.clock.schedule(afterMilliseconds: remaining) { ticket.expire() }
        ticket.whenSettled { [arbitration] _ in arbitration.abandon(ticket, inode: inode) }
        return ticket
    }

    /// Empties what was overwritten and reserves what was asked for, after the namespace lock was left; the open is there already, so
    /// nobody who shares no writing comes between.
    private func finish(
        _ outcome: Outcome<WindowsOpenResult>, _ request: WindowsOpenRequest, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<WindowsOpenResult> {
        guard case .done(var result, var receipt) = outcome, !result.attributes.isDirectory else { return outcome }
        let replaces = result.action == .overwritten || result.action == .superseded
        guard replaces || (result.action == .created && request.allocationSize > 0) else { return outcome }
        let open = result.open
        var discarded: [ContentID] = []
        do throws(FileSystemError) {
            let losesStreams = replaces && open.stream == nil ? try metadata.streamCount(of: open.inode) > 0 : false
            try lockingStreams(of: open.inode, if: losesStreams) { () throws(FileSystemError) in
                var opened = try opened(open)
                if request.allocationSize > 0 {
                    // Before anything is lost: what is there keeps its space until it is cut off.
                    guard request.allocationSize <= UInt64(Int64.max) else { throw .noSpace }
                    let id = try contentID(of: &opened)
                    try content.reserve(id, at: 0, count: request.allocationSize)
                }
                if replaces {
                    try resize(&opened, to: 0)
                    touch(&opened.file.attributes, environment.clock.now())
                    if open.stream == nil {
                        let replaced = request.dosAttributes.intersection(.settable).union(.archive)
                        opened.file.attributes.dosAttributes = replaced
                    }
                    if !context.identity.isPrivileged { dropSetIDs(&opened.file.attributes, for: context.identity) }
                }
                if request.allocationSize > 0, let id = opened.contentID {
                    // The cut has freed at least as much, but another may have been faster: then it is not reserved.
                    try? content.reserve(id, at: 0, count: request.allocationSize)
                    opened.allocatedSize = try content.allocatedSize(id)
                }
                // Only the unnamed stream outlives what replaces the file — [MS-FSA] 2.1.5.1.2
                let lost = losesStreams ? try metadata.streams(of: open.inode) : []
                let emptied = try commit(
                    opened.mutations + streamDeletions(lost), context,
                    events: [written(0..<UInt64.max, opened)]
                        + lost.map { ChangeEvent(.stream($0.name, .removed), open.inode) })
                receipt = receipt.followed(by: emptied)
                if opened.isDetached, let stream = opened.stream { detachedStreams.update(stream) }
                discarded = detach(lost)
                result.attributes = opened.attributes
            }
        } catch {
            takeBack(result, context)
            throw error
        }
        discard(discarded)
        return .done(result, receipt)
    }

    /// The inode's lock, written, and before it the namespace's where streams are to go.
    private func lockingStreams(
        of inode: InodeNumber, if losesStreams: Bool, _ body: () throws(FileSystemError) -> Void
    ) throws(FileSystemError) {
        guard losesStreams else { return try inodes.writing(inode, body) }
        try namespace.writing { () throws(FileSystemError) in try inodes.writing(inode, body) }
    }

    /// Closes what a CREATE has opened, and removes what it has made: it is refused after all.
    package func takeBack(_ result: WindowsOpenResult, _ context: OperationContext) {
        let open = result.open
        open.state.withLock { state in
            // What was there before stays, whatever was to become of it at the close.
            state.deletesOnClose = result.action == .created
            if result.action != .created { state.removesNameOnClose = false }
        }
        // With the stream goes the file that was made for it.
        if result.hasMadeFile { _ = arbitration.setDeletePending(true, by: open.id, inode: open.inode) }
        _ = try? close(open, context)
    }
}

extension CreateDisposition {
    /// What becomes of a file or stream that is there.
    var replacement: CreateAction {
        switch self {
        case .supersede: .superseded
        case .overwrite, .overwriteIf: .overwritten
        case .open, .create, .openIf: .opened
        }
    }
}

extension Timestamp {
    /// Whole milliseconds since an earlier moment; 0 when it is not earlier.
    func milliseconds(since earlier: Timestamp) -> UInt64 {
        guard self > earlier else { return 0 }
        let seconds = UInt64(clamping: seconds.subtractingReportingOverflow(earlier.seconds).partialValue)
        let nanoseconds = Int64(nanoseconds) - Int64(earlier.nanoseconds)
        let whole = Int64(clamping: min(seconds, 1_000_000_000)) * 1000 + nanoseconds / 1_000_000
        return UInt64(clamping: whole)
    }
}
