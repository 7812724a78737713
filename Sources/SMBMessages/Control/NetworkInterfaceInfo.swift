import WindowsTypes
package import WireCoding

/// Capability of an interface — [MS-SMB2] 2.2.32.5
package struct InterfaceCapability: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// RSS_CAPABLE: several processors take what it receives.
    package static let receiveSideScaling = InterfaceCapability(rawValue: 0x0000_0001)
    /// RDMA_CAPABLE
    package static let remoteDirectMemoryAccess = InterfaceCapability(rawValue: 0x0000_0002)
}

/// One address under which a server can be reached: NETWORK_INTERFACE_INFO — [MS-SMB2] 2.2.32.5
package struct NetworkInterfaceInfo: Equatable, Sendable {
    /// The same for all addresses of one interface.
    package var interfaceIndex: UInt32
    package var capability: InterfaceCapability
    /// Bits a second.
    package var linkSpeed: UInt64
    /// Clients use the one that they know.
    package var port: UInt16
    /// 4 bytes of IPv4 or 16 of IPv6, as they stand in packets.
    package var address: [UInt8]

    package init(
        interfaceIndex: UInt32, capability: InterfaceCapability = [], linkSpeed: UInt64, port: UInt16 = 0,
        address: [UInt8]
    ) {
        self.interfaceIndex = interfaceIndex
        self.capability = capability
        self.linkSpeed = linkSpeed
        self.port = port
        self.address = address
    }

    /// With the 128 bytes of its SockAddr_Storage.
    package static let byteCount = 152
    private static let ipv4: UInt16 = 0x0002
    private static let ipv6: UInt16 = 0x0017

    init(parsing reader: inout WireReader) throws(WireError) {
        interfaceIndex = try reader.integer()
        capability = InterfaceCapability(rawValue: try reader.integer())
        try reader.skip(4)
        linkSpeed = try reader.integer()
        // SOCKADDR_IN, SOCKADDR_IN6 — [MS-SMB2] 2.2.32.5.1
        var storage = WireReader(try reader.span(128))
        let family: UInt16 = try storage.integer()
        port = try storage.bigEndianInteger()
        switch family {
        case Self.ipv4: address = try storage.array(4)
        case Self.ipv6:
            try storage.skip(4)
            address = try storage.array(16)
        default: throw .unknownValue(field: "Family", value: UInt64(family))
        }
    }

    func write(to writer: inout WireWriter, next: Int) {
        writer.integer(UInt32(clamping: next))
        writer.integer(interfaceIndex)
        writer.integer(capability.rawValue)
        writer.zeros(4)
        writer.integer(linkSpeed)
        let start = writer.count
        let isIPv6 = address.count == 16
        writer.integer(isIPv6 ? Self.ipv6 : Self.ipv4)
        writer.bigEndianInteger(port)
        if isIPv6 { writer.zeros(4) }
        writer.append(address)
        writer.zeros(max(0, 128 - (writer.count - start)))
    }
}

/// The output of FSCTL_QUERY_NETWORK_INTERFACE_INFO — [MS-SMB2] 2.2.32.5
package struct NetworkInterfaceList: InformationStructure {
    package var interfaces: [NetworkInterfaceInfo]

    package init(_ interfaces: [NetworkInterfaceInfo]) { self.interfaces = interfaces }

    private static let limit = 1024

    package init(parsing reader: inout WireReader) throws(WireError) {
        interfaces = []
        while true {
            let start = reader.offset
            let next: UInt32 = try reader.integer()
            guard interfaces.count < Self.limit else { throw .tooMany(field: "Next", limit: Self.limit) }
            interfaces.append(try NetworkInterfaceInfo(parsing: &reader))
            guard next != 0 else { return }
            guard next >= NetworkInterfaceInfo.byteCount else { throw .invalid("Next points into its own entry") }
            try reader.seek(to: start + Int(next))
        }
    }

    package func write(to writer: inout WireWriter) {
        for (index, interface) in interfaces.enumerated() {
            interface.write(to: &writer, next: index + 1 < interfaces.count ? NetworkInterfaceInfo.byteCount : 0)
        }
    }
}
