package import WindowsTypes
package import WireCoding

/// What an AAPL server query asks for and is answered — Apple's smb_2.h
package struct AppleQueryFields: OptionSet, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let serverCapabilities = AppleQueryFields(rawValue: 0x01)
    package static let volumeCapabilities = AppleQueryFields(rawValue: 0x02)
    package static let model = AppleQueryFields(rawValue: 0x04)
}

/// Capabilities of an AAPL client or server — Apple's smb_2.h
package struct AppleCapabilities: OptionSet, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Listings in FileIdBothDirectoryInformation tell access, fork size, Finder information and mode.
    package static let readDirectoryAttributes = AppleCapabilities(rawValue: 0x01)
    package static let copyFile = AppleCapabilities(rawValue: 0x02)
    package static let unixBased = AppleCapabilities(rawValue: 0x04)
    package static let nfsACE = AppleCapabilities(rawValue: 0x08)
}

/// Capabilities of the volume behind a share — Apple's smb_2.h
package struct AppleVolumeCapabilities: OptionSet, Hashable, Sendable {
    package var rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let resolveID = AppleVolumeCapabilities(rawValue: 0x01)
    package static let caseSensitive = AppleVolumeCapabilities(rawValue: 0x02)
    /// FLUSH brings bytes to stable storage, as F_FULLFSYNC wants it.
    package static let fullSync = AppleVolumeCapabilities(rawValue: 0x04)
}

/// The AAPL context of a request — Apple's smb_2.h
package enum AppleRequest: CreateContextData {
    case serverQuery(fields: AppleQueryFields, capabilities: AppleCapabilities)
    /// The path of the file with this number is wanted.
    case resolveID(UInt64)

    package static let name = CreateContextName.apple

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        let command: UInt32 = try reader.integer()
        try reader.skip(4)
        switch (command, data.count) {
        case (AppleCommand.serverQuery, 24):
            let fields = AppleQueryFields(rawValue: try reader.integer())
            self = .serverQuery(fields: fields, capabilities: AppleCapabilities(rawValue: try reader.integer()))
        case (AppleCommand.resolveID, 16): self = .resolveID(try reader.integer())
        default: throw .unknownValue(field: "CommandCode", value: UInt64(command))
        }
    }

    package var data: [UInt8] {
        Self.written { writer in
            switch self {
            case .serverQuery(let fields, let capabilities):
                writer.integer(AppleCommand.serverQuery)
                writer.integer(UInt32(0))
                writer.integer(fields.rawValue)
                writer.integer(capabilities.rawValue)
            case .resolveID(let number):
                writer.integer(AppleCommand.resolveID)
                writer.integer(UInt32(0))
                writer.integer(number)
            }
        }
    }
}

private enum AppleCommand {
    static let serverQuery: UInt32 = 1
    static let resolveID: UInt32 = 2
}

/// The AAPL context of a response — Apple's smb_2.h
package enum AppleResponse: CreateContextData {
    /// What is nil was not asked for. The model is WTF-8.
    case serverQuery(
        capabilities: AppleCapabilities?, volumeCapabilities: AppleVolumeCapabilities?, model: [UInt8]?)
    /// The path from the share's root, WTF-8, without a backslash at its start; empty where the status is an error.
    case resolveID(status: NTStatus, path: [UInt8])

    package static let name = CreateContextName.apple

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        let command: UInt32 = try reader.integer()
        try reader.skip(4)
        switch command {
        case AppleCommand.serverQuery:
            let fields = AppleQueryFields(rawValue: try reader.integer())
            var capabilities: AppleCapabilities?
            var volumeCapabilities: AppleVolumeCapabilities?
            var model: [UInt8]?
            if fields.contains(.serverCapabilities) {
                capabilities = AppleCapabilities(rawValue: try reader.integer())
            }
            if fields.contains(.volumeCapabilities) {
                volumeCapabilities = AppleVolumeCapabilities(rawValue: try reader.integer())
            }
            if fields.contains(.model) {
                try reader.skip(4)
                let length: UInt32 = try reader.integer()
                model = try UTF16LE.decode(try reader.span(Int(clamping: length)))
            }
            self = .serverQuery(capabilities: capabilities, volumeCapabilities: volumeCapabilities, model: model)
        case AppleCommand.resolveID:
            let status = NTStatus(rawValue: try reader.integer())
            let length: UInt32 = try reader.integer()
            self = .resolveID(status: status, path: try UTF16LE.decode(try reader.span(Int(clamping: length))))
        default: throw .unknownValue(field: "CommandCode", value: UInt64(command))
        }
    }

    package var data: [UInt8] {
        Self.written { writer in
            switch self {
            case .serverQuery(let capabilities, let volumeCapabilities, let model):
                writer.integer(AppleCommand.serverQuery)
                writer.integer(UInt32(0))
                var fields: AppleQueryFields = []
                if capabilities != nil { fields.insert(.serverCapabilities) }
                if volumeCapabilities != nil { fields.insert(.volumeCapabilities) }
                if model != nil { fields.insert(.model) }
                writer.integer(fields.rawValue)
                if let capabilities { writer.integer(capabilities.rawValue) }
                if let volumeCapabilities { writer.integer(volumeCapabilities.rawValue) }
                guard let model else { return }
                writer.integer(UInt32(0))
                Self.write(model, to: &writer)
            case .resolveID(let status, let path):
                writer.integer(AppleCommand.resolveID)
                writer.integer(UInt32(0))
                writer.integer(status.rawValue)
                Self.write(path, to: &writer)
            }
        }
    }

    /// A length in bytes, and the text as UTF-16LE.
    private static func write(_ text: [UInt8], to writer: inout WireWriter) {
        let lengthAt = writer.count
        writer.integer(UInt32(0))
        writer.patch(UInt32(clamping: UTF16LE.encode(text, to: &writer)), at: lengthAt)
    }
}
