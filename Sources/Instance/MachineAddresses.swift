import Glibc
package import SMBProtocol

/// The addresses of this machine, with what the kernel knows of their interfaces.
package enum MachineAddresses {
    /// Which of them a listener takes whose own address is `host`, a numeric one.
    package static func listening(on host: String) -> ListeningAddresses {
        let scope: ListeningAddresses.Scope =
            switch host {
            case "0.0.0.0": .allIPv4
            case "::": .all
            default: .one
            }
        return ListeningAddresses(scope) { current() }
    }

    /// Of all interfaces that are up, in the kernel's order.
    package static func current() -> [LocalAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: [LocalAddress] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard entry.ifa_flags & UInt32(IFF_UP) != 0, let name = entry.ifa_name, let bytes = bytes(of: entry.ifa_addr)
            else { continue }
            let index = if_nametoindex(name)
            let link = String(cString: name)
            let address = LocalAddress(
                bytes: bytes, interface: max(1, index), bitsPerSecond: speed(of: link) ?? LocalAddress.usualBitsPerSecond,
                hasReceiveSideScaling: receiveQueueCount(of: link) > 1)
            if let address { addresses.append(address) }
        }
        return addresses
    }

    /// Nil for what is neither IPv4 nor IPv6.
    private static func bytes(of address: UnsafeMutablePointer<sockaddr>?) -> [UInt8]? {
        guard let address else { return nil }
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
            }
        default: return nil
        }
    }

    /// Bits a second; nil where the driver does not say, as of the loopback and of most virtual ones.
    private static func speed(of link: String) -> UInt64? {
        let file = open("/sys/class/net/\(link)/speed", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 32)
        let count = read(file, &text, text.count)
        guard count > 0 else { return nil }
        let digits = text.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        guard let megabits = UInt64(String(decoding: digits, as: UTF8.self)), megabits > 0, megabits < 1 << 32 else {
            return nil
        }
        return megabits * 1_000_000
    }

    /// More than one: several processors share what it receives.
    private static func receiveQueueCount(of link: String) -> Int {
        guard let directory = opendir("/sys/class/net/\(link)/queues") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            let isReceiving = withUnsafeBytes(of: entry.pointee.d_name) { $0.starts(with: Array("rx-".utf8)) }
            if isReceiving { count += 1 }
        }
        return count
    }
}
