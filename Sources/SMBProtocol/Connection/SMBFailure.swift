package import SMBMessages
package import WindowsTypes
package import WireCoding

/// Why a command is refused: the status of its error response, and what goes into the response's ErrorData.
///
/// Warnings that carry a body (STATUS_BUFFER_OVERFLOW and the like) are no failures: handlers return them as
/// ``CommandResult/reply(_:_:)``.
package struct SMBFailure: Error, Equatable, Sendable {
    package var status: NTStatus
    package var response: ErrorResponse

    package init(_ status: NTStatus, response: ErrorResponse = ErrorResponse()) {
        self.status = status
        self.response = response
    }

    /// A request that does not decode — [MS-SMB2] 3.3.5.2.6
    package init(_ error: WireError) {
        self.init(.invalidParameter)
    }
}

extension SMB2Body {
    /// Parses what a client sent, from the first byte of its header, and says what is wrong with it in NTSTATUS.
    init(received message: UnsafeRawBufferPointer) throws(SMBFailure) {
        do throws(WireError) {
            self = try Self(message: RawSpan(_unsafeBytes: message))
        } catch {
            throw SMBFailure(error)
        }
    }
}
