import SMBMessages
import WindowsTypes
import WireCoding

/// Every decoder of the room behind one door: what a server or a client would decode from these bytes, and decoded once
/// more from what our encoder makes of it.
enum AnyMessage {
    /// What the header says, and the body as it was written again (nil where there was no body to decode).
    struct Outcome: Equatable {
        var header: SMB2Header
        var body: [UInt8]?
    }

    /// Decodes the message at the start of `bytes`; throws what a decoder throws.
    static func decode(_ bytes: [UInt8]) throws -> Outcome? {
        if bytes.first == 0xFF {
            var reader = WireReader(bytes.span.bytes)
            _ = try SMB1NegotiateRequest(parsing: &reader)
            return nil
        }
        var reader = WireReader(bytes.span.bytes)
        let header = try SMB2Header(parsing: &reader)
        var encodedHeader = WireWriter()
        header.write(to: &encodedHeader)
        return Outcome(
            header: header, body: header.isResponse ? try response(header, bytes) : try request(header, bytes))
    }

    private static func request(_ header: SMB2Header, _ bytes: [UInt8]) throws -> [UInt8]? {
        switch header.command {
        case .negotiate: return try again(NegotiateRequest.self, bytes)
        case .sessionSetup: return try again(SessionSetupRequest.self, bytes)
        case .logoff: return try again(LogoffRequest.self, bytes)
        case .treeConnect: return try again(TreeConnectRequest.self, bytes)
        case .treeDisconnect: return try again(TreeDisconnectRequest.self, bytes)
        case .create:
            let request = try CreateRequest(message: bytes.span.bytes)
            try contexts(request.createContexts, areRequests: true)
            return try again(CreateRequest.self, bytes)
        case .close: return try again(CloseRequest.self, bytes)
        case .flush: return try again(FlushRequest.self, bytes)
        case .read: return try again(ReadRequest.self, bytes)
        case .write:
            let request = try WriteRequest(message: bytes.span.bytes)
            var writer = WireWriter()
            writer.zeros(SMB2Header.byteCount)
            let data = Array(bytes[request.dataRange])
            request.write(data: data.span.bytes, to: &writer)
            return Array(writer.bytes.dropFirst(SMB2Header.byteCount))
        case .lock: return try again(LockRequest.self, bytes)
        case .ioctl:
            let request = try IoctlRequest(message: bytes.span.bytes)
            if request.ctlCode == .validateNegotiateInfo { _ = try ValidateNegotiateInfoRequest(bytes: request.input) }
            return try again(IoctlRequest.self, bytes)
        case .cancel: return try again(CancelRequest.self, bytes)
        case .echo: return try again(EchoRequest.self, bytes)
        case .queryDirectory: return try again(QueryDirectoryRequest.self, bytes)
        case .changeNotify: return try again(ChangeNotifyRequest.self, bytes)
        case .queryInfo:
            let request = try QueryInfoRequest(message: bytes.span.bytes)
            if request.fileInformationClass == .fullEa, !request.inputBuffer.isEmpty {
                var reader = WireReader(request.inputBuffer.span.bytes)
                _ = try FileGetEaInformation.parseList(&reader)
            }
            return try again(QueryInfoRequest.self, bytes)
        case .setInfo:
            let request = try SetInfoRequest(message: bytes.span.bytes)
            try setInformation(request)
            return try again(SetInfoRequest.self, bytes)
        case .oplockBreak:
            switch try BreakAcknowledgment(message: bytes.span.bytes) {
            case .oplock: return try again(OplockBreak.self, bytes)
            case .lease: return try again(LeaseBreakAcknowledgment.self, bytes)
            }
        case .unknown: return nil
        }
    }

    private static func response(_ header: SMB2Header, _ bytes: [UInt8]) throws -> [UInt8]? {
        if header.status != .success, header.status != .moreProcessingRequired, header.status != .notifyEnumDir {
            let error = try ErrorResponse(message: bytes.span.bytes)
            if header.status == .stoppedOnSymlink {
                var reader = WireReader(error.errorData.span.bytes)
                _ = try SymbolicLinkError(parsing: &reader)
            }
            return try again(ErrorResponse.self, bytes)
        }
        switch header.command {
        case .negotiate: return try again(NegotiateResponse.self, bytes)
        case .sessionSetup: return try again(SessionSetupResponse.self, bytes)
        case .logoff: return try again(LogoffResponse.self, bytes)
        case .treeConnect: return try again(TreeConnectResponse.self, bytes)
        case .treeDisconnect: return try again(TreeDisconnectResponse.self, bytes)
        case .create:
            let response = try CreateResponse(message: bytes.span.bytes)
            try contexts(response.createContexts, areRequests: false)
            return try again(CreateResponse.self, bytes)
        case .close: return try again(CloseResponse.self, bytes)
        case .flush: return try again(FlushResponse.self, bytes)
        case .read:
            let response = try ReadResponse(message: bytes.span.bytes)
            var writer = WireWriter()
            writer.zeros(SMB2Header.byteCount)
            response.write(to: &writer)
            writer.append(Array(bytes[response.dataRange]))
            return Array(writer.bytes.dropFirst(SMB2Header.byteCount))
        case .write: return try again(WriteResponse.self, bytes)
        case .lock: return try again(LockResponse.self, bytes)
        case .ioctl:
            let response = try IoctlResponse(message: bytes.span.bytes)
            if response.ctlCode == .validateNegotiateInfo {
                _ = try ValidateNegotiateInfoResponse(bytes: response.output)
            }
            return try again(IoctlResponse.self, bytes)
        case .cancel, .unknown: return nil
        case .echo: return try again(EchoResponse.self, bytes)
        case .queryDirectory:
            let response = try QueryDirectoryResponse(message: bytes.span.bytes)
            for informationClass in DirectoryInformationClass.allCases { _ = try? response.entries(informationClass) }
            return try again(QueryDirectoryResponse.self, bytes)
        case .changeNotify:
            _ = try ChangeNotifyResponse(message: bytes.span.bytes).entries
            return try again(ChangeNotifyResponse.self, bytes)
        case .queryInfo:
            information(try QueryInfoResponse(message: bytes.span.bytes).outputBuffer)
            return try again(QueryInfoResponse.self, bytes)
        case .setInfo: return try again(SetInfoResponse.self, bytes)
        case .oplockBreak:
            let lease = try? LeaseBreakNotification(message: bytes.span.bytes)
            return try lease == nil ? again(OplockBreak.self, bytes) : again(LeaseBreakNotification.self, bytes)
        }
    }

    /// Decodes, encodes, decodes: what was not lost the first time is not lost the second time.
    private static func again<Body: SMB2Body & Equatable>(_ type: Body.Type, _ bytes: [UInt8]) throws -> [UInt8] {
        let body = try Body(message: bytes.span.bytes)
        var writer = WireWriter()
        writer.zeros(SMB2Header.byteCount)
        body.write(to: &writer)
        let second = try Body(message: writer.bytes.span.bytes)
        precondition(second == body, "\(body) became \(second)")
        return Array(writer.bytes.dropFirst(SMB2Header.byteCount))
    }

    private static func contexts(_ contexts: [CreateContext], areRequests: Bool) throws {
        _ = try LeaseContext.first(in: contexts)
        _ = try ExtendedAttributesContext.first(in: contexts)
        _ = try AppInstanceIDContext.first(in: contexts)
        _ = try SecurityDescriptorContext.first(in: contexts)
        if areRequests {
            _ = try MaximalAccessQuery.first(in: contexts)
            _ = try AllocationSizeContext.first(in: contexts)
            _ = try TimewarpContext.first(in: contexts)
            _ = try DurableHandleRequest.first(in: contexts)
            _ = try DurableHandleReconnect.first(in: contexts)
            _ = try DurableHandleRequestV2.first(in: contexts)
            _ = try DurableHandleReconnectV2.first(in: contexts)
        } else {
            _ = try MaximalAccessResponse.first(in: contexts)
            _ = try OnDiskIDResponse.first(in: contexts)
            _ = try DurableHandleResponse.first(in: contexts)
            _ = try DurableHandleResponseV2.first(in: contexts)
        }
    }

    private static func setInformation(_ request: SetInfoRequest) throws {
        guard request.infoType == .file else { return }
        switch request.fileInformationClass {
        case .basic: _ = try FileBasicUpdate(bytes: request.buffer)
        case .rename, .link: _ = try FileRenameInformation(bytes: request.buffer)
        case .disposition: _ = try FileDispositionInformation(bytes: request.buffer)
        case .dispositionEx: _ = try FileDispositionInformationEx(bytes: request.buffer)
        case .allocation: _ = try FileAllocationInformation(bytes: request.buffer)
        case .endOfFile: _ = try FileEndOfFileInformation(bytes: request.buffer)
        case .fullEa:
            var reader = WireReader(request.buffer.span.bytes)
            _ = try FileFullEaInformation.parseList(&reader)
        default: break
        }
    }

    /// A response does not say which class it holds: all of them are tried.
    private static func information(_ buffer: [UInt8]) {
        _ = try? FileAllInformation(bytes: buffer)
        _ = try? FileNameInformation(bytes: buffer)
        _ = try? FileNetworkOpenInformation(bytes: buffer)
        _ = try? FileFsVolumeInformation(bytes: buffer)
        _ = try? FileFsAttributeInformation(bytes: buffer)
        _ = try? FileFsFullSizeInformation(bytes: buffer)
        _ = try? FileFsSectorSizeInformation(bytes: buffer)
        var streams = WireReader(buffer.span.bytes)
        _ = try? FileStreamInformation.parseList(&streams)
        var attributes = WireReader(buffer.span.bytes)
        _ = try? FileFullEaInformation.parseList(&attributes)
    }
}
