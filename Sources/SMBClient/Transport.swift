import Glibc

/// A blocking TCP connection that carries frames with the 4-byte length of direct TCP — [MS-SMB2] 2.1
package final class Transport {
    package let descriptor: Int32
    /// The longest frame that a server may send us, in bytes.
    private static let maximumFrame = 16 << 20

    /// - Parameters:
    ///   - address: a numeric IPv4 address.
    ///   - timeoutSeconds: how long one read or write may take.
    package init(address: String, port: UInt16, timeoutSeconds: Int = 30) throws(SMBClientError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("socket", errno) }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &target.sin_addr) == 1 else { throw .system("inet_pton", EINVAL) }
        let result = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw .system("connect", errno) }
    }

    deinit { close(descriptor) }

    /// Sends one frame, its length before it.
    package func send(_ frame: [UInt8]) throws(SMBClientError) {
        let count = frame.count
        try sendRaw([0, UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)] + frame)
    }

    /// Sends bytes as they are: for tests that break the framing.
    package func sendRaw(_ bytes: [UInt8]) throws(SMBClientError) {
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard result > 0 else {
                if errno == EINTR { continue }
                throw .system("send", errno)
            }
            sent += result
        }
    }

    /// Receives one frame without its length.
    package func receive() throws(SMBClientError) -> [UInt8] {
        while true {
            let head = try receive(exactly: 4)
            let count = Int(head[1]) << 16 | Int(head[2]) << 8 | Int(head[3])
            guard head[0] == 0 else {
                guard head[0] == 0x85 else { throw .protocolViolation("frame type \(head[0])") }
                continue  // a NetBIOS keep-alive
            }
            guard count <= Self.maximumFrame else { throw .protocolViolation("a frame of \(count) bytes") }
            return try receive(exactly: count)
        }
    }

    private func receive(exactly count: Int) throws(SMBClientError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let result = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + received }, count - received, 0)
            }
            guard result != 0 else { throw .disconnected }
            guard result > 0 else {
                if errno == EINTR { continue }
                throw .system("recv", errno)
            }
            received += result
        }
        return bytes
    }
}
