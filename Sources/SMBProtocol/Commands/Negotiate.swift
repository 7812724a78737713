import Authentication
import SMBCryptography
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    /// SMB2 NEGOTIATE — [MS-SMB2] 3.3.5.4
    func negotiate(_ message: inout Message, _ work: inout FrameWork) throws(SMBFailure) -> CommandResult {
        let request: NegotiateRequest = try message.body()
        // "If the DialectCount of the SMB2 NEGOTIATE Request is 0, the server MUST fail the request with
        // STATUS_INVALID_PARAMETER."
        guard !request.dialects.isEmpty else { throw SMBFailure(.invalidParameter) }
        guard let dialect = server.commonDialect(request.dialects) else { throw SMBFailure(.notSupported) }
        var terms = server.terms(for: dialect, request)
        var contexts: [NegotiateContext] = []
        if dialect == .smb311 { contexts = try agree(on: request.negotiateContexts, &terms) }
        settle(terms)
        if terms.hashesPreauthentication {
            preauthentication.update(with: RawSpan(_unsafeBytes: message.bytes))
            work.reply.hashing = .connection
        }
        write(negotiateResponse(terms, contexts), work)
        return .success
    }

    private func settle(_ terms: Terms) {
        self.terms = terms
        negotiation = .done
        record.update {
            $0.dialect = terms.dialect.rawValue
            $0.signing = terms.signing
            $0.cipher = terms.cipher
        }
    }

    private func negotiateResponse(_ terms: Terms, _ contexts: [NegotiateContext]) -> NegotiateResponse {
        let transfer = UInt32(clamping: terms.maximumTransferBytes)
        return NegotiateResponse(
            securityMode: securityMode, dialectRevision: terms.dialect, serverGUID: server.serverGUID,
            capabilities: terms.capabilities, maxTransactSize: transfer, maxReadSize: transfer, maxWriteSize: transfer,
            systemTime: server.now, securityBuffer: SPNEGOServer.initialToken, negotiateContexts: contexts)
    }

    private var securityMode: SecurityMode {
        server.signing == .required ? [.signingEnabled, .signingRequired] : .signingEnabled
    }

    // MARK: From SMB1

    func isSMB1(_ frame: UnsafeRawBufferPointer) -> Bool {
        frame.count >= SMB1NegotiateRequest.headerByteCount
            && frame.loadUnaligned(as: UInt32.self) == SMB1NegotiateRequest.protocolID.littleEndian
    }

    /// SMB_COM_NEGOTIATE of a client that speaks both — [MS-SMB2] 3.3.5.3
    func receiveSMB1(_ frame: UnsafeRawBufferPointer) {
        guard case .none = negotiation, window.consume(0) else { return end(.outOfSequence) }
        var reader = WireReader(RawSpan(_unsafeBytes: frame))
        guard let request = try? SMB1NegotiateRequest(parsing: &reader) else { return end(.badHeader) }
        guard let dialect = server.dialect(answering: request) else { return end(.noCommonDialect) }
        var terms = server.terms(for: dialect, nil)
        if dialect == .wildcard {
            // "SMB 2.???" promises an SMB2 NEGOTIATE; "SMB 2.002" alone is the whole of it.
            negotiation = .wildcard
            terms.capabilities = .largeMTU
            terms.maximumTransferBytes = server.limits.transferBytes
        } else {
            settle(terms)
        }
        var work = FrameWork(reply: beginFrame())
        work.reply.credits = window.grant(1, limit: server.limits.creditsBeforeAuthentication)
        let header = SMB2Header(command: .negotiate, messageID: MessageID(rawValue: 0))
        beginMessage(header, sessionID: .none, treeID: .none, asyncID: nil, signer: nil, &work.reply)
        write(negotiateResponse(terms, []), work)
        finish(&work)
    }

    // MARK: Checked once more

    /// FSCTL_VALIDATE_NEGOTIATE_INFO: the client asks, signed, what it has asked before — [MS-SMB2] 3.3.5.15.12
    func validateNegotiation(_ request: IoctlRequest, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult {
        // "If Connection.Dialect is 3.1.1, the server MUST terminate the transport connection": the hash in its keys
        // proves more.
        guard case .done = negotiation, terms.dialect != .smb311 else { return .disconnect(.outOfSequence) }
        guard let information = try? ValidateNegotiateInfoRequest(bytes: request.input) else {
            throw SMBFailure(.invalidParameter)
        }
        // "If … not equal … the server MUST terminate the transport connection."
        guard server.commonDialect(information.dialects) == terms.dialect else { return .disconnect(.outOfSequence) }
        if let asked = terms.request {
            guard information.capabilities == asked.capabilities, information.guid == asked.clientGUID,
                information.securityMode == asked.securityMode, information.dialects == asked.dialects
            else { return .disconnect(.outOfSequence) }
        }
        let response = ValidateNegotiateInfoResponse(
            capabilities: terms.capabilities, guid: server.serverGUID, securityMode: securityMode,
            dialect: terms.dialect)
        guard Int(request.maxOutputResponse) >= response.bytes.count else { return .disconnect(.outOfSequence) }
        write(IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID, output: response.bytes), work)
        return .success
    }
}

extension ServerContext {
    /// The highest dialect that both have; nil for none.
    func commonDialect(_ offered: [Dialect]) -> Dialect? {
        Terms.dialects.first { $0 >= minimumDialect && $0 <= maximumDialect && offered.contains($0) }
    }

    /// What an SMB1 NEGOTIATE is answered with — [MS-SMB2] 3.3.5.3.1, 3.3.5.3.2
    func dialect(answering request: SMB1NegotiateRequest) -> Dialect? {
        if maximumDialect > .smb202, request.smb2Dialect == .wildcard { return .wildcard }
        let hasFirst = request.dialects.contains(SMB1NegotiateRequest.smb2Dot002)
        return hasFirst && minimumDialect <= .smb202 ? .smb202 : nil
    }

    /// What a dialect means before contexts are looked at.
    func terms(for dialect: Dialect, _ request: NegotiateRequest?) -> Terms {
        var terms = Terms()
        terms.dialect = dialect
        terms.request = request
        guard dialect != .wildcard, dialect > .smb202 else { return terms }
        terms.supportsMultiCredit = true
        terms.maximumTransferBytes = limits.transferBytes
        terms.capabilities = .largeMTU
        guard dialect >= .smb300 else { return terms }
        terms.signing = .aes128CMAC
        if request?.capabilities.contains(.multiChannel) == true { terms.capabilities.insert(.multiChannel) }
        // Of the capabilities ENCRYPTION is the 3.0 dialects' way; 3.1.1 has a context — [MS-SMB2] 3.3.5.4
        if dialect != .smb311, request?.capabilities.contains(.encryption) == true {
            terms.capabilities.insert(.encryption)
            terms.cipher = .aes128CCM
        }
        return terms
    }
}
