package import FileSystemModel
package import WindowsTypes

/// The Name field of a CREATE, or the FileName of a rename or link, taken apart — [MS-SMB2] 2.2.13, [MS-FSCC] 2.1.5
package struct WindowsPath: Equatable, Sendable {
    /// From the share's root; empty for the root.
    package var components: [FileName]
    /// A backslash stood at the end: only a directory can be meant.
    package var namesDirectory = false

    package init(components: [FileName]) { self.components = components }

    /// Why a name is refused: a row each in the table of bad names.
    package enum Fault: String, CaseIterable, Sendable {
        case leadingBackslash
        case wildcard
        case reservedCharacter
        case controlCharacter
        case nul
        case emptyComponent
        case dot
        case dotDot
        case aboveRoot
        case stream
        case badStreamSyntax
        case tooLong
        case pathTooLong

        /// What CREATE answers.
        package var status: NTStatus {
            switch self {
            // Paths begin below the share, without a separator — [MS-SMB2] 3.3.5.9
            case .leadingBackslash: .invalidParameter
            case .aboveRoot: .objectPathSyntaxBad
            case .wildcard, .reservedCharacter, .controlCharacter, .nul, .emptyComponent, .dot, .dotDot, .stream,
                .badStreamSyntax, .tooLong, .pathTooLong:
                .objectNameInvalid
            }
        }
    }

    /// More bytes of a path than this are refused before they are looked at; Windows ends at 32,767 units.
    static let maximumBytes = 3 * 32_767

    /// Takes `name`, WTF-8 from the wire, apart at its backslashes. A slash is one too, as with Samba: no name can hold
    /// it.
    package static func parse(_ name: [UInt8]) -> Result<WindowsPath, Fault> {
        guard let first = name.first else { return .success(WindowsPath(components: [])) }
        guard !isSeparator(first) else { return .failure(.leadingBackslash) }
        guard name.count <= maximumBytes else { return .failure(.pathTooLong) }
        var path = WindowsPath(components: [])
        var start = 0
        while start < name.count {
            let end = name[start...].firstIndex(where: isSeparator) ?? name.count
            let isLast = end == name.count
            switch component(Array(name[start..<end]), isLast: isLast) {
            case .failure(.dotDot) where path.components.isEmpty: return .failure(.aboveRoot)
            case .failure(let fault): return .failure(fault)
            case .success(let name): path.components.append(name)
            }
            if end == name.count - 1 { path.namesDirectory = true }
            start = end + 1
        }
        return .success(path)
    }

    /// Takes the name of a POSIX open apart: at slashes alone, every other byte is a name's own. `.` stays where it is, `..`
    /// goes back by name — SMB3 POSIX extensions, 2.2.13
    package static func parsePosix(_ name: [UInt8]) -> Result<WindowsPath, Fault> {
        guard name.count <= maximumBytes else { return .failure(.pathTooLong) }
        var path = WindowsPath(components: [])
        path.namesDirectory = name.count > 1 && name.last == UInt8(ascii: "/")
        for part in name.split(separator: UInt8(ascii: "/")) {
            switch Array(part) {
            case [0x2E]: continue
            case [0x2E, 0x2E]:
                guard path.components.popLast() != nil else { return .failure(.aboveRoot) }
            case let bytes:
                guard !bytes.contains(0) else { return .failure(.nul) }
                do {
                    path.components.append(try FileName(WindowsName.decode(bytes)))
                } catch .nameTooLong {
                    return .failure(.tooLong)
                } catch {
                    return .failure(.dot)
                }
            }
        }
        return .success(path)
    }

    static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x5C || byte == 0x2F }

    /// One component: its rules, then the map.
    private static func component(_ bytes: [UInt8], isLast: Bool) -> Result<FileName, Fault> {
        if let fault = fault(in: bytes, isLast: isLast) { return .failure(fault) }
        do {
            return .success(try FileName(WindowsName.decode(bytes)))
        } catch .nameTooLong {
            return .failure(.tooLong)
        } catch {
            // U+F029 alone, mapped, is a dot.
            return .failure(.dot)
        }
    }

    private static func fault(in bytes: [UInt8], isLast: Bool) -> Fault? {
        guard !bytes.isEmpty else { return .emptyComponent }
        if bytes == [0x2E] { return .dot }
        if bytes == [0x2E, 0x2E] { return .dotDot }
        var colons = 0
        for byte in bytes {
            switch byte {
            case 0x00: return .nul
            case 0x01..<0x20: return .controlCharacter
            case 0x2A, 0x3F, 0x3C, 0x3E, 0x22: return .wildcard
            case 0x7C: return .reservedCharacter
            case 0x3A: colons += 1
            default: break
            }
        }
        guard colons > 0 else { return nil }
        // `file:stream` and `file:stream:$DATA` — [MS-FSCC] 2.1.5.3. Without streams the unnamed one has no such name
        // either.
        return isLast && colons <= 2 && bytes[0] != 0x3A ? .stream : .badStreamSyntax
    }
}

extension WindowsPath.Fault: Error {}
