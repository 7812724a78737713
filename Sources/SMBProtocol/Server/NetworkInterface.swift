import SMBMessages
import WindowsTypes
import WireCoding

/// An address of this server's — [MS-SMB2] 2.2.32.5
package struct LocalAddress: Equatable, Sendable {
    /// 4 bytes of IPv4 or 16 of IPv6.
    package let bytes: [UInt8]
    /// The interface's number; the same for addresses of one interface.
    package let interface: UInt32

    /// Nil for what is neither.
    package init?(bytes: [UInt8], interface: UInt32 = 1) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
        self.interface = interface
    }
}

extension Connection {
    /// FSCTL_QUERY_NETWORK_INTERFACE_INFO: where else the client may connect to — [MS-SMB2] 3.3.5.15.11
    func queryInterfaces(_ request: IoctlRequest, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult {
        // "…MUST be supported by servers that implement the SMB 3.x dialect family."
        guard terms.dialect >= .smb300 else { throw SMBFailure(.invalidDeviceRequest) }
        // "…if the FileId is not { 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF } … STATUS_INVALID_PARAMETER"
        guard request.fileID == .inherited else { throw SMBFailure(.invalidParameter) }
        let addresses = host.localAddresses.prefix(Self.maximumAddresses)
        guard !addresses.isEmpty else { throw SMBFailure(.notSupported) }
        guard Int(request.maxOutputResponse) >= addresses.count * Self.interfaceByteCount else {
            throw SMBFailure(.bufferTooSmall)
        }
        var writer = WireWriter(reservingCapacity: addresses.count * Self.interfaceByteCount)
        for (index, address) in addresses.enumerated() {
            writer.integer(UInt32(index + 1 < addresses.count ? Self.interfaceByteCount : 0))
            writer.integer(address.interface)
            writer.integer(UInt32(0))  // Capability: neither RSS nor RDMA
            writer.integer(UInt32(0))
            writer.integer(Self.linkSpeed)
            let start = writer.count
            Self.write(address.bytes, to: &writer)
            writer.zeros(Self.socketAddressByteCount - (writer.count - start))
        }
        write(IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID, output: writer.bytes), work)
        return .success
    }

    /// SOCKADDR_IN or SOCKADDR_IN6 — [MS-SMB2] 2.2.32.5.1
    private static func write(_ address: [UInt8], to writer: inout WireWriter) {
        let isIPv6 = address.count == 16
        writer.integer(UInt16(isIPv6 ? 0x0017 : 0x0002))
        writer.integer(UInt16(0))  // Port: clients use the one that they know
        if isIPv6 { writer.integer(UInt32(0)) }
        writer.append(address)
        if isIPv6 { writer.integer(UInt32(0)) }
    }

    private static let maximumAddresses = 32
    private static let socketAddressByteCount = 128
    private static let interfaceByteCount = 152
    /// Bits a second. Nobody asks the interface: clients only compare.
    private static let linkSpeed: UInt64 = 1_000_000_000
}
