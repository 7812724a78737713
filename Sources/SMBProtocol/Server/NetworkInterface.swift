import SMBMessages
import WindowsTypes

/// An address of this server's — [MS-SMB2] 2.2.32.5
package struct LocalAddress: Equatable, Sendable {
    /// 4 bytes of IPv4 or 16 of IPv6.
    package let bytes: [UInt8]
    /// The interface's number; the same for addresses of one interface.
    package let interface: UInt32
    package let bitsPerSecond: UInt64
    /// Several processors take what the interface receives.
    package let hasReceiveSideScaling: Bool

    /// What is said where nobody knows: clients only compare.
    package static let usualBitsPerSecond: UInt64 = 1_000_000_000

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Nil for what is neither. An IPv4 address in IPv6's clothes is what it was.
    package init?(
        bytes: [UInt8], interface: UInt32 = 1, bitsPerSecond: UInt64 = Self.usualBitsPerSecond,
        hasReceiveSideScaling: Bool = false
    ) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes.starts(with: Self.mappedPrefix) ? Array(bytes.suffix(4)) : bytes
        self.interface = interface
        self.bitsPerSecond = bitsPerSecond
        self.hasReceiveSideScaling = hasReceiveSideScaling
    }

    package var isIPv6: Bool { bytes.count == 16 }
    package var isLoopback: Bool { isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 : bytes[0] == 127 }
    /// 169.254/16 and fe80::/10, which mean something on one link only.
    package var isLinkLocal: Bool {
        isIPv6 ? bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }
}

/// Where a server listens, of all the addresses that its machine has.
package struct ListeningAddresses: Sendable {
    package enum Scope: Sendable {
        /// One address: that which every client came to.
        case one
        /// All of the machine's that IPv4 has.
        case allIPv4
        /// All of the machine's.
        case all
    }

    let scope: Scope
    /// All addresses of the machine as they are now.
    let machine: @Sendable () -> [LocalAddress]

    package init(_ scope: Scope, machine: @escaping @Sendable () -> [LocalAddress]) {
        self.scope = scope
        self.machine = machine
    }

    /// The addresses that a client can reach who came to `own`: that one first, and of the others, where the server
    /// listens to them, those of the loopback only if it came over that, and none that mean nothing but on their link.
    package func reachable(from own: [LocalAddress]) -> [LocalAddress] {
        let machine = machine()
        // What the machine says of it is more than the socket knows.
        let known = own.map { address in machine.first { $0.bytes == address.bytes } ?? address }
        if case .one = scope { return known }
        let cameOverLoopback = own.contains(where: \.isLoopback)
        return known
            + machine.filter { address in
                if address.isIPv6, case .allIPv4 = scope { return false }
                if address.isLoopback, !cameOverLoopback { return false }
                return !address.isLinkLocal && !known.contains { $0.bytes == address.bytes }
            }
    }
}

extension Connection {
    /// FSCTL_QUERY_NETWORK_INTERFACE_INFO: where else the client may connect to — [MS-SMB2] 3.3.5.15.11
    func queryInterfaces(_ request: IoctlRequest, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult {
        // "…MUST be supported by servers that implement the SMB 3.x dialect family."
        guard terms.dialect >= .smb300 else { throw SMBFailure(.invalidDeviceRequest) }
        let own = host.localAddresses
        let addresses = (server.listening?.reachable(from: own) ?? own).prefix(Self.maximumAddresses)
        guard !addresses.isEmpty else { throw SMBFailure(.notSupported) }
        guard Int(request.maxOutputResponse) >= addresses.count * NetworkInterfaceInfo.byteCount else {
            throw SMBFailure(.bufferTooSmall)
        }
        let list = NetworkInterfaceList(
            addresses.map {
                NetworkInterfaceInfo(
                    interfaceIndex: $0.interface, capability: $0.hasReceiveSideScaling ? .receiveSideScaling : [],
                    linkSpeed: $0.bitsPerSecond, address: $0.bytes)
            })
        write(IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID, output: list.bytes), work)
        return .success
    }

    private static let maximumAddresses = 32
}
