package import Authentication
package import WindowsTypes
package import WireCoding

/// Why a client's call has failed.
package enum SMBClientError: Error {
    /// A system call's name and errno.
    case system(String, Int32)
    /// The server has closed the connection.
    case disconnected
    case malformed(WireError)
    case authentication(AuthenticationError)
    /// The server's answer to a request.
    case status(NTStatus)
    /// What the server did breaks the protocol.
    case protocolViolation(String)
}

extension SMBClientError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let call, let code): "\(call) failed with errno \(code)"
        case .disconnected: "the server closed the connection"
        case .malformed(let error): "malformed answer: \(error)"
        case .authentication(let error): "log-in: \(error)"
        case .status(let status): "\(status)"
        case .protocolViolation(let what): what
        }
    }
}
