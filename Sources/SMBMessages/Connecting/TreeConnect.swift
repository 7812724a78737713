import WindowsTypes
package import WireCoding

/// Flags of a TREE_CONNECT request, dialect 3.1.1 — [MS-SMB2] 2.2.9
package struct TreeConnectFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let clusterReconnect = TreeConnectFlags(rawValue: 0x0001)
    package static let redirectToOwner = TreeConnectFlags(rawValue: 0x0002)
    package static let extensionPresent = TreeConnectFlags(rawValue: 0x0004)
}

/// SMB2 TREE_CONNECT Request — [MS-SMB2] 2.2.9
///
/// The contexts of the 3.1.1 extension are not read: PathOffset counts from the header there too.
package struct TreeConnectRequest: Equatable, Sendable {
    package var flags: TreeConnectFlags
    /// `\\server\share`, WTF-8.
    package var path: [UInt8]

    package init(flags: TreeConnectFlags = [], path: [UInt8]) {
        self.flags = flags
        self.path = path
    }
}

extension TreeConnectRequest: SMB2Body {
    package static let structureSize: UInt16 = 9

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        flags = TreeConnectFlags(rawValue: try reader.integer())
        let pathOffset: UInt16 = try reader.integer()
        let pathLength: UInt16 = try reader.integer()
        path = try UTF16LE.decode(try reader.slice(at: pathOffset, count: pathLength))
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(flags.rawValue)
        writer.integer(UInt16(clamping: writer.count + 4))
        writer.integer(UInt16(clamping: UTF16LE.byteCount(of: path)))
        UTF16LE.encode(path, to: &writer)
    }
}

/// ShareType — [MS-SMB2] 2.2.10
package struct ShareType: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let disk = ShareType(rawValue: 0x01)
    package static let pipe = ShareType(rawValue: 0x02)
    package static let print = ShareType(rawValue: 0x03)
}

/// ShareFlags — [MS-SMB2] 2.2.10. The two bits of ``cachingMask`` are a number: manual caching is 0.
package struct ShareFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let cachingMask = ShareFlags(rawValue: 0x0000_0030)
    package static let manualCaching: ShareFlags = []
    package static let autoCaching = ShareFlags(rawValue: 0x0000_0010)
    package static let vdoCaching = ShareFlags(rawValue: 0x0000_0020)
    package static let noCaching = ShareFlags(rawValue: 0x0000_0030)
    package static let dfs = ShareFlags(rawValue: 0x0000_0001)
    package static let dfsRoot = ShareFlags(rawValue: 0x0000_0002)
    package static let restrictExclusiveOpens = ShareFlags(rawValue: 0x0000_0100)
    package static let forceSharedDelete = ShareFlags(rawValue: 0x0000_0200)
    package static let allowNamespaceCaching = ShareFlags(rawValue: 0x0000_0400)
    package static let accessBasedDirectoryEnum = ShareFlags(rawValue: 0x0000_0800)
    package static let forceLevelIIOplock = ShareFlags(rawValue: 0x0000_1000)
    package static let enableHashV1 = ShareFlags(rawValue: 0x0000_2000)
    package static let enableHashV2 = ShareFlags(rawValue: 0x0000_4000)
    package static let encryptData = ShareFlags(rawValue: 0x0000_8000)
    package static let identityRemoting = ShareFlags(rawValue: 0x0004_0000)
    package static let compressData = ShareFlags(rawValue: 0x0010_0000)
    package static let isolatedTransport = ShareFlags(rawValue: 0x0020_0000)
}

/// Capabilities of a share — [MS-SMB2] 2.2.10
package struct ShareCapabilities: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let dfs = ShareCapabilities(rawValue: 0x0000_0008)
    package static let continuousAvailability = ShareCapabilities(rawValue: 0x0000_0010)
    package static let scaleOut = ShareCapabilities(rawValue: 0x0000_0020)
    package static let cluster = ShareCapabilities(rawValue: 0x0000_0040)
    package static let asymmetric = ShareCapabilities(rawValue: 0x0000_0080)
    package static let redirectToOwner = ShareCapabilities(rawValue: 0x0000_0100)
}

/// SMB2 TREE_CONNECT Response — [MS-SMB2] 2.2.10
package struct TreeConnectResponse: Equatable, Sendable {
    package var shareType: ShareType
    package var shareFlags: ShareFlags
    package var capabilities: ShareCapabilities
    /// An access mask — [MS-SMB2] 2.2.13.1
    package var maximalAccess: UInt32

    package init(
        shareType: ShareType, shareFlags: ShareFlags = [], capabilities: ShareCapabilities = [], maximalAccess: UInt32
    ) {
        self.shareType = shareType
        self.shareFlags = shareFlags
        self.capabilities = capabilities
        self.maximalAccess = maximalAccess
    }
}

extension TreeConnectResponse: SMB2Body {
    package static let structureSize: UInt16 = 16

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        shareType = ShareType(rawValue: try reader.integer())
        try reader.skip(1)
        shareFlags = ShareFlags(rawValue: try reader.integer())
        capabilities = ShareCapabilities(rawValue: try reader.integer())
        maximalAccess = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(shareType.rawValue)
        writer.integer(UInt8(0))
        writer.integer(shareFlags.rawValue)
        writer.integer(capabilities.rawValue)
        writer.integer(maximalAccess)
    }
}
