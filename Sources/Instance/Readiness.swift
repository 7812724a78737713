import Glibc

/// Questions that a client would ask, from outside. A door that answers them is open.
package enum Readiness {
    package static func check(_ endpoint: Endpoint) throws(DoorError) {
        switch endpoint {
        case .listener(let host, let port):
            guard canConnect(host: host, port: port) else {
                throw DoorError(door: "smb", problem: "nothing answers on \(host):\(port): \(errorText(errno))")
            }
        case .mount:
            // Its start returned when the kernel had its first answer. A process must not ask its own mount: killed in
            // the midst of it, it would wait for itself, beyond SIGKILL.
            break
        }
    }

    /// Whether a TCP connection to a numeric address is accepted. It is closed at once.
    package static func canConnect(host: String, port: Int) -> Bool {
        withSocketAddress(host: host, port: port) { family, address, length in
            let handle = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard handle >= 0 else { return false }
            defer { close(handle) }
            return connect(handle, address, length) == 0
        } ?? false
    }

    /// 0 when a listener could be bound to the address, else the errno. Port 0 is always free.
    package static func bindError(host: String, port: Int) -> Int32 {
        withSocketAddress(host: host, port: port) { family, address, length in
            let handle = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard handle >= 0 else { return errno }
            defer { close(handle) }
            var reuse: Int32 = 1
            setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
            return bind(handle, address, length) == 0 && listen(handle, 1) == 0 ? 0 : errno
        } ?? EINVAL
    }

    private static func withSocketAddress<Result>(
        host: String, port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result? {
        let port = in_port_t(clamping: port).bigEndian
        // Who listens on every address answers on the loopback one.
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        v4.sin_port = port
        if inet_pton(AF_INET, host == "0.0.0.0" ? "127.0.0.1" : host, &v4.sin_addr) == 1 {
            return withUnsafePointer(to: &v4) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body(AF_INET, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port
        guard inet_pton(AF_INET6, host == "::" ? "::1" : host, &v6.sin6_addr) == 1 else { return nil }
        return withUnsafePointer(to: &v6) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(AF_INET6, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}

/// What the C library says about an errno.
package func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}
