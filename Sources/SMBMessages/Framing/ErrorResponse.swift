package import WireCoding

/// SMB2 ERROR Response — [MS-SMB2] 2.2.2
///
/// Without error data it still is nine bytes long: ByteCount 0 and one byte of ErrorData.
package struct ErrorResponse: Equatable, Sendable {
    /// Zero outside dialect 3.1.1.
    package var errorContextCount: UInt8
    /// ErrorData as it stands on the wire: one of the structures of 2.2.2.2, or in 3.1.1 a list of contexts.
    package var errorData: [UInt8]

    package init(errorContextCount: UInt8 = 0, errorData: [UInt8] = []) {
        self.errorContextCount = errorContextCount
        self.errorData = errorData
    }

    /// Of STATUS_BUFFER_TOO_SMALL: the length that would have done, in bytes.
    package init(requiredBufferLength: UInt32, inContext: Bool = false) {
        self.init(inContext: inContext) { $0.integer(requiredBufferLength) }
    }

    /// Of STATUS_STOPPED_ON_SYMLINK.
    package init(symbolicLink: SymbolicLinkError, inContext: Bool = false) {
        self.init(inContext: inContext) { symbolicLink.write(to: &$0) }
    }

    /// In dialect 3.1.1 inside an SMB2 ERROR Context — [MS-SMB2] 2.2.2.1
    private init(inContext: Bool, write: (inout WireWriter) -> Void) {
        var writer = WireWriter(reservingCapacity: 256)
        if inContext {
            // ErrorDataLength, and SMB2_ERROR_ID_DEFAULT.
            writer.integer(UInt32(0))
            writer.integer(UInt32(0))
        }
        write(&writer)
        if inContext { writer.patch(UInt32(clamping: writer.count - 8), at: 0) }
        self.init(errorContextCount: inContext ? 1 : 0, errorData: writer.bytes)
    }
}

extension ErrorResponse: SMB2Body {
    package static let structureSize: UInt16 = 9

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        errorContextCount = try reader.integer()
        try reader.skip(1)
        let byteCount: UInt32 = try reader.integer()
        errorData = try reader.array(Int(clamping: byteCount))
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(errorContextCount)
        writer.integer(UInt8(0))
        writer.integer(UInt32(clamping: errorData.count))
        // "If the ByteCount field is zero then the server MUST supply an ErrorData field that is one byte in length."
        if errorData.isEmpty { writer.integer(UInt8(0)) } else { writer.append(errorData) }
    }
}
