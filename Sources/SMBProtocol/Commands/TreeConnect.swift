import AccessControl
import Authentication
import FileSystemCore
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    /// SMB2 TREE_CONNECT — [MS-SMB2] 3.3.5.7
    func connectTree(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let request: TreeConnectRequest = try message.body()
        message.subject = request.path
        guard let session = message.session, let user = session.user else { throw SMBFailure(.userSessionDeleted) }
        // "If Connection.Dialect is 3.1.1 and Session.IsAnonymous and Session.IsGuest are FALSE and the request is not
        // signed or not encrypted, the server MUST disconnect the connection."
        if terms.dialect == .smb311, session.signer != nil, message.signer == nil, work.sealing == nil {
            return .disconnect(.unprotectedTreeConnect)
        }
        guard let name = Self.shareName(of: request.path) else { throw SMBFailure(.badNetworkName) }
        guard session.trees.count < server.limits.treesPerSession else { throw SMBFailure(.insufficientResources) }
        let target: TreeConnection.Target
        let response: TreeConnectResponse
        var requiresSealing = false
        if name.lowercased() == "ipc$" {
            target = .pipes
            response = TreeConnectResponse(shareType: .pipe, shareFlags: .noCaching, maximalAccess: 0x001F_00A9)
        } else if let share = server.share(named: name) {
            if case .anonymous = user, !server.authentication.policy.allowsAnonymous { throw SMBFailure(.accessDenied) }
            target = .disk(share)
            requiresSealing = share.encryption != .off && session.cipher != nil
            // "If … Share.EncryptData is TRUE and the client cannot encrypt: STATUS_ACCESS_DENIED"
            if share.encryption == .required, !requiresSealing { throw SMBFailure(.accessDenied) }
            response = TreeConnectResponse(
                shareType: .disk, shareFlags: requiresSealing ? .encryptData : [],
                maximalAccess: share.fileSystem.options.isReadOnly ? 0x0012_00A9 : 0x001F_01FF)
        } else {
            throw SMBFailure(.badNetworkName)
        }
        let tree = TreeConnection(
            id: newTreeID(in: session), session: session, target: target, identity: target.identity(of: user),
            requiresSealing: requiresSealing)
        session.trees[tree.id] = tree
        work.chain.treeID = tree.id
        message.treeID = tree.id
        session.home.record.update {
            $0.trees += 1
            $0.sessions[session.id]?.shares.append(tree.shareName)
        }
        write(response, work)
        // An answer that was announced has an AsyncId there.
        if work.announced.isEmpty { patchTreeID(tree.id, work) }
        return .success
    }

    /// SMB2 TREE_DISCONNECT — [MS-SMB2] 3.3.5.8
    func disconnectTree(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let _: TreeDisconnectRequest = try message.body()
        guard let tree = message.tree else { throw SMBFailure(.networkNameDeleted) }
        if !message.mayBlock, blocks(tree) { return .wouldBlock }
        // What it ends is answered first.
        let answers = answers(of: tree.session, tree: tree)
        close(tree)
        write(TreeDisconnectResponse(), work)
        return .reply(.success, answers)
    }

    private func newTreeID(in session: Session) -> TreeID {
        var id: TreeID
        repeat {
            id = TreeID(rawValue: UInt32(truncatingIfNeeded: nextNumber()))
        } while id == .none || id == .inherited || session.trees[id] != nil
        return id
    }

    private func patchTreeID(_ id: TreeID, _ work: borrowing FrameWork) {
        guard let start = work.reply.message else { return }
        var writer = takeWriter(at: start)
        writer.patch(id.rawValue, at: SMB2Header.FieldOffset.treeID)
        putBack(&writer)
    }

    /// The share of `\\server\share`; nil for anything else.
    static func shareName(of path: [UInt8]) -> String? {
        let backslash = UInt8(ascii: "\\")
        guard path.count > 3, path[0] == backslash, path[1] == backslash else { return nil }
        let rest = path[2...]
        guard let end = rest.firstIndex(of: backslash) else { return nil }
        let share = rest[(end + 1)...]
        // A share's name has at most 80 characters — [MS-SMB2] 2.2.9
        guard !share.isEmpty, share.count <= 320, !share.contains(backslash) else { return nil }
        return String(decoding: share, as: UTF8.self)
    }
}
