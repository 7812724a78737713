package import WindowsTypes
package import WireCoding

/// SMB2_CREATE_POSIX_CONTEXT in a request — SMB3 POSIX extensions, 2.2.13.2.16
package struct PosixCreateRequest: CreateContextData {
    package static let name = CreateContextName.posix
    /// Permissions for what is made.
    package var mode: UInt32

    package init(mode: UInt32) {
        self.mode = mode
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        mode = try reader.integer()
    }

    package var data: [UInt8] {
        Self.written { writer in writer.integer(mode) }
    }
}

/// SMB2_CREATE_POSIX_CONTEXT in a response — SMB3 POSIX extensions, 2.2.14.2.16
package struct PosixCreateResponse: CreateContextData {
    package static let name = CreateContextName.posix
    package var facts: PosixFileFacts

    package init(facts: PosixFileFacts) {
        self.facts = facts
    }

    package init(data: [UInt8]) throws(WireError) {
        facts = try PosixFileFacts(bytes: data)
    }

    package var data: [UInt8] { facts.bytes }
}
