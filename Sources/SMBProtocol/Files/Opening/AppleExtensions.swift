import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes

/// What macOS is told of this server in an AAPL create context, and what its listings have then — Apple's smb_2.h
enum AppleExtensions {
    /// Finder shows an unknown model as a plain server.
    private static let model = Array("DittoFS".utf8)

    /// Nil: the request had no such context.
    static func answer(
        _ request: AppleRequest?, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Outcome<AppleResponse?> {
        switch request {
        case nil: return .done(nil, Receipt(sequence: CommitSequence(rawValue: 0)))
        case .serverQuery(let fields, let capabilities):
            return .done(answer(fields, capabilities, context), Receipt(sequence: CommitSequence(rawValue: 0)))
        case .resolveID(let number):
            do throws(FileSystemError) {
                let outcome = try context.fileSystem.path(ofNumber: InodeNumber(rawValue: number), context.operation)
                switch outcome {
                case .pending(let ticket): return .pending(ticket)
                case .wouldBlock: return .wouldBlock
                case .done(let path, let receipt):
                    let names = path.map(\.windowsName).joined(separator: [0x5C])
                    return .done(.resolveID(status: .success, path: Array(names)), receipt)
                }
            } catch {
                // "resolve_id_ntstatus": the open itself goes on.
                let status = NTStatus(error)
                return .done(.resolveID(status: status, path: []), Receipt(sequence: CommitSequence(rawValue: 0)))
            }
        }
    }

    /// Only what works is claimed. What the client can do decides how this session's listings look from now on.
    private static func answer(
        _ fields: AppleQueryFields, _ capabilities: AppleCapabilities, _ context: borrowing CommandContext
    ) -> AppleResponse {
        var ours: AppleCapabilities = .unixBased
        // What listings tell beyond other clients' stands in named streams.
        let hasStreams = context.share.presentation.hasNamedStreams
        if hasStreams, capabilities.contains(.readDirectoryAttributes) { ours.insert(.readDirectoryAttributes) }
        if hasStreams, fields.contains(.serverCapabilities) {
            context.session.readsAppleAttributes = ours.contains(.readDirectoryAttributes)
        }
        return .serverQuery(
            capabilities: fields.contains(.serverCapabilities) ? ours : nil,
            volumeCapabilities: fields.contains(.volumeCapabilities) ? [.resolveID, .fullSync] : nil,
            model: fields.contains(.model) ? model : nil)
    }

    // MARK: Listings

    /// What an entry of FileIdBothDirectoryInformation has for macOS.
    ///
    /// - Parameters:
    ///   - metadata: What its named streams say; nil where it has none.
    ///   - directory: The directory's own attributes.
    static func facts(
        of attributes: Attributes, _ metadata: AppleMetadata?, in directory: Attributes, _ identity: Identity
    ) -> AppleEntryFacts {
        AppleEntryFacts(
            maximalAccess: AccessCheck.maximalAccess(of: identity, to: attributes, parent: directory).rawValue,
            resourceForkSize: attributes.isDirectory ? 0 : metadata?.resourceForkSize ?? 0,
            finderInfo: finderInfo(attributes, metadata?.finderInfo ?? []), mode: attributes.statMode)
    }

    /// Compressed Finder information: a file's type and creator, the flags and the extended flags, as they stand in the whole of it; then
    /// the date when the file was added, which is when it was made, in seconds since 2000, big-endian.
    private static func finderInfo(_ attributes: Attributes, _ whole: [UInt8]) -> [UInt8] {
        let since2000 = attributes.creationTime.seconds.subtractingReportingOverflow(946_684_800)
        let added = UInt32(bitPattern: since2000.overflow ? 0 : Int32(clamping: since2000.partialValue))
        var result = [UInt8](repeating: 0, count: 12)
        if whole.count == 32 {
            if !attributes.isDirectory { result.replaceSubrange(0..<8, with: whole[0..<8]) }
            result.replaceSubrange(8..<10, with: whole[8..<10])
            result.replaceSubrange(10..<12, with: whole[24..<26])
        }
        for shift in [24, 16, 8, 0] as [UInt32] { result.append(UInt8(truncatingIfNeeded: added >> shift)) }
        return result
    }
}
