import Glibc

/// Addresses to listen on, without any look-up of names.
package enum NumericAddress {
    /// The canonical text of a numeric address; `localhost` is 127.0.0.1. Nil for anything else.
    package static func normalized(_ text: String) -> String? {
        if text == "localhost" { return "127.0.0.1" }
        for family in [AF_INET, AF_INET6] {
            var binary = [UInt8](repeating: 0, count: 16)
            guard inet_pton(family, text, &binary) == 1 else { continue }
            var canonical = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(family, binary, &canonical, socklen_t(canonical.count)) != nil else { continue }
            return String(decoding: canonical.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return nil
    }

    /// Whether only this machine can reach a listener on the address.
    package static func isLoopback(_ text: String) -> Bool {
        guard let address = normalized(text) else { return false }
        return address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.")
    }
}
