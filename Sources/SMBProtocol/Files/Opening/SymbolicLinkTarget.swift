package import WindowsTypes

/// A symbolic link's target on its way between POSIX's bytes and Windows' names — [MS-FSCC] 2.1.2.4
///
/// | in the inode | on the wire |
/// |---|---|
/// | `a/../b` | `a\..\b`, relative |
/// | `/a/b` | `\a\b` |
/// | `/??/C:/a` | `\??\C:\a`: a target that Windows has set, as it was |
///
/// Components go through the map of names (``WindowsName``), so what POSIX has written comes back byte for byte.
package enum SymbolicLinkTarget {
    /// Of what Windows calls an object's full name.
    private static let devicePrefix: [UInt8] = Array("/??/".utf8)

    /// The names under which a client is told the target.
    package static func encode(_ target: [UInt8]) -> SymbolicLinkReparseData {
        let isRelative = target.first != UInt8(ascii: "/")
        if target.starts(with: devicePrefix) {
            let name = target.map { $0 == 0x2F ? 0x5C : $0 }
            return SymbolicLinkReparseData(
                substituteName: name, printName: Array(name[devicePrefix.count...]), isRelative: false)
        }
        let name = map(target, separator: 0x2F, joining: 0x5C) { component in
            isDots(component) ? component : WindowsName.encode(component)
        }
        return SymbolicLinkReparseData(substituteName: name, printName: name, isRelative: isRelative)
    }

    /// The target that a client has set; nil for one that no inode can hold.
    package static func decode(_ data: SymbolicLinkReparseData) -> [UInt8]? {
        let name = data.substituteName
        guard !name.isEmpty, !name.contains(0) else { return nil }
        if name.starts(with: devicePrefix.map { $0 == 0x2F ? 0x5C : $0 }) {
            return name.map { $0 == 0x5C ? 0x2F : $0 }
        }
        let target = map(
            name.map { $0 == 0x2F ? 0x5C : $0 }, separator: 0x5C, joining: 0x2F, WindowsName.decode)
        return target.contains(0) ? nil : target
    }

    private static func isDots(_ component: [UInt8]) -> Bool {
        component == [0x2E] || component == [0x2E, 0x2E]
    }

    private static func map(
        _ bytes: [UInt8], separator: UInt8, joining: UInt8, _ transform: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for (index, component) in bytes.split(separator: separator, omittingEmptySubsequences: false)
            .enumerated()
        {
            if index > 0 { result.append(joining) }
            if !component.isEmpty { result += transform(Array(component)) }
        }
        return result
    }
}
