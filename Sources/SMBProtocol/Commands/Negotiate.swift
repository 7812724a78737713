import Authentication
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
        guard request.dialects.contains(.smb202) else { throw SMBFailure(.notSupported) }
        negotiation = .done(request)
        record.update { $0.dialect = Dialect.smb202.rawValue }
        write(negotiateResponse(.smb202), work)
        return .success
    }

    private func negotiateResponse(_ dialect: Dialect) -> NegotiateResponse {
        let transfer = UInt32(clamping: server.limits.transferBytes)
        return NegotiateResponse(
            securityMode: securityMode, dialectRevision: dialect, serverGUID: server.serverGUID,
            maxTransactSize: transfer,
            maxReadSize: transfer, maxWriteSize: transfer, systemTime: server.now,
            securityBuffer: SPNEGOServer.initialToken)
    }

    private var securityMode: SecurityMode {
        server.requiresSigning ? [.signingEnabled, .signingRequired] : .signingEnabled
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
        guard let dialect = request.smb2Dialect else { return end(.noCommonDialect) }
        // "SMB 2.???" promises an SMB2 NEGOTIATE; "SMB 2.002" alone is the whole of it.
        negotiation = dialect == .wildcard ? .wildcard : .done(nil)
        if dialect == .smb202 { record.update { $0.dialect = dialect.rawValue } }
        var work = FrameWork(reply: beginFrame())
        work.reply.credits = window.grant(1, limit: server.limits.creditsBeforeAuthentication)
        let header = SMB2Header(command: .negotiate, messageID: MessageID(rawValue: 0))
        beginMessage(header, sessionID: .none, treeID: .none, asyncID: nil, signer: nil, &work.reply)
        write(negotiateResponse(dialect), work)
        finish(&work)
    }

    // MARK: Checked once more

    /// FSCTL_VALIDATE_NEGOTIATE_INFO: the client asks, signed, what it has asked before — [MS-SMB2] 3.3.5.15.12
    func validateNegotiation(_ request: IoctlRequest, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult {
        let information: ValidateNegotiateInfoRequest
        do throws(WireError) {
            information = try ValidateNegotiateInfoRequest(bytes: request.input)
        } catch {
            throw SMBFailure(error)
        }
        guard case .done(let negotiated) = negotiation else { return .disconnect(.outOfSequence) }
        if let negotiated {
            // "If … not equal … the server MUST terminate the transport connection."
            guard information.capabilities == negotiated.capabilities, information.guid == negotiated.clientGUID,
                information.securityMode == negotiated.securityMode, information.dialects.contains(.smb202)
            else { return .disconnect(.outOfSequence) }
        }
        let response = ValidateNegotiateInfoResponse(
            capabilities: [], guid: server.serverGUID, securityMode: securityMode, dialect: .smb202)
        guard Int(request.maxOutputResponse) >= response.bytes.count else { throw SMBFailure(.invalidParameter) }
        write(IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID, output: response.bytes), work)
        return .success
    }
}
