import AccessControl
import Authentication
import FileSystemModel
import RemoteProcedures
import SMBMessages
import WindowsTypes
import WireCoding

/// One decoder under the fuzzer: takes any bytes, must not trap, hang or grow without bound.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.run = run
    }

    /// A request or response whose header stands before it, decoded, and encoded and decoded again where that went well.
    static func body<Body: SMB2Body & Equatable>(_ name: String, _ type: Body.Type) -> FuzzTarget {
        FuzzTarget(name) { bytes in
            let message = [UInt8](repeating: 0, count: SMB2Header.byteCount) + bytes
            guard let body = try? Body(message: message.span.bytes) else { return }
            var writer = WireWriter()
            writer.zeros(SMB2Header.byteCount)
            body.write(to: &writer)
            guard let again = try? Body(message: writer.bytes.span.bytes) else { fatalError("\(name): not decoded again") }
            guard again == body else { fatalError("\(name): \(body) became \(again)") }
        }
    }

    static func structure<Structure: InformationStructure>(_ name: String, _ type: Structure.Type) -> FuzzTarget {
        FuzzTarget(name) { bytes in
            guard let value = try? Structure(bytes: bytes) else { return }
            guard let again = try? Structure(bytes: value.bytes), again == value else { fatalError("\(name): \(value)") }
        }
    }

    static let all: [FuzzTarget] =
        [
            .body("negotiate-request", NegotiateRequest.self), .body("negotiate-response", NegotiateResponse.self),
            .body("session-setup-request", SessionSetupRequest.self), .body("session-setup-response", SessionSetupResponse.self),
            .body("tree-connect-request", TreeConnectRequest.self), .body("tree-connect-response", TreeConnectResponse.self),
            .body("create-request", CreateRequest.self), .body("create-response", CreateResponse.self),
            .body("close-request", CloseRequest.self), .body("close-response", CloseResponse.self),
            .body("flush-request", FlushRequest.self), .body("read-request", ReadRequest.self),
            .body("write-response", WriteResponse.self), .body("lock-request", LockRequest.self),
            .body("ioctl-request", IoctlRequest.self), .body("ioctl-response", IoctlResponse.self),
            .body("query-directory-request", QueryDirectoryRequest.self),
            .body("query-directory-response", QueryDirectoryResponse.self),
            .body("change-notify-request", ChangeNotifyRequest.self), .body("query-info-request", QueryInfoRequest.self),
            .body("query-info-response", QueryInfoResponse.self), .body("set-info-request", SetInfoRequest.self),
            .body("oplock-break", OplockBreak.self), .body("error-response", ErrorResponse.self),
            .structure("file-basic", FileBasicInformation.self), .structure("file-rename", FileRenameInformation.self),
            .structure("file-rename-ex", FileRenameInformationEx.self), .structure("file-all", FileAllInformation.self),
            .structure("copychunk", CopyChunkRequest.self), .structure("reparse-data", ReparseDataBuffer.self),
            .structure("symbolic-link-reparse-data", SymbolicLinkReparseData.self),
        ] + others

    private static let description = ServerDescription(
        name: "HOUSE", domain: "STREET", comment: "",
        shares: [SharedResource(name: "export"), SharedResource(name: "IPC$", kind: [.interprocess, .special])],
        now: { FileTime(seconds: 1_795_379_696, nanoseconds: 0) })

    private static let others: [FuzzTarget] = [
        FuzzTarget("write-request") { bytes in
            let message = [UInt8](repeating: 0, count: SMB2Header.byteCount) + bytes
            guard let request = try? WriteRequest(message: message.span.bytes) else { return }
            guard request.dataRange.upperBound <= message.count else { fatalError("data outside the message") }
        },
        FuzzTarget("header") { bytes in
            var reader = WireReader(bytes.span.bytes)
            _ = try? SMB2Header(parsing: &reader)
        },
        FuzzTarget("transform-header") { bytes in
            var reader = WireReader(bytes.span.bytes)
            _ = try? SMB2TransformHeader(parsing: &reader)
        },
        FuzzTarget("remote-procedures") { bytes in
            var association = InterfaceRegistry(description.interfaces).makeAssociation(
                pipe: "srvsvc", number: 1, caller: RPCCaller(name: "alice", isAuthenticated: true),
                limits: AssociationLimits())
            association.write(bytes)
            while association.read(4096) != nil {}
        },
        FuzzTarget("smb1-negotiate") { bytes in
            var reader = WireReader(bytes.span.bytes)
            _ = try? SMB1NegotiateRequest(parsing: &reader).smb2Dialect
        },
        FuzzTarget("ea-list") { bytes in
            var reader = WireReader(bytes.span.bytes)
            _ = try? FileFullEaInformation.parseList(&reader)
        },
        FuzzTarget("security-descriptor") { bytes in
            guard let descriptor = try? SecurityDescriptor(bytes: bytes) else { return }
            guard (try? SecurityDescriptor(bytes: descriptor.bytes)) == descriptor else { fatalError("\(descriptor)") }
            guard let list = descriptor.dacl else { return }
            let file = Attributes(
                inode: InodeNumber(rawValue: 17), type: .regular, permissions: Permissions(rawValue: 0o5640), uid: 1000,
                gid: 100, time: Timestamp(seconds: 0, nanoseconds: 0))
            guard let permissions = try? ModeList.permissions(from: list, of: file) else { return }
            var changed = file
            changed.permissions = permissions
            let again = try? ModeList.permissions(from: ModeList.list(of: changed), of: file)
            guard again == permissions else { fatalError("\(list) became \(permissions)") }
        },
        FuzzTarget("wildcard") { bytes in
            let half = bytes.count / 2
            let pattern = WildcardPattern(Array(bytes[..<half])) { $0 }
            _ = pattern.matches(Array(bytes[half...])) { $0 }
        },
        FuzzTarget("spnego") { bytes in
            var server = SPNEGOServer(FuzzServer.authentication)
            _ = try? server.step(bytes)
        },
        FuzzTarget("ntlm-authenticate") { bytes in
            var server = SPNEGOServer(FuzzServer.authentication)
            guard (try? server.step(NTLMClient(.anonymous).negotiateBytes)) != nil else { return }
            _ = try? server.step(bytes)
        },
        FuzzTarget("connection") { bytes in FuzzServer.converse(bytes, authenticated: false) },
        FuzzTarget("connection-authenticated") { bytes in FuzzServer.converse(bytes, authenticated: true) },
    ]
}
