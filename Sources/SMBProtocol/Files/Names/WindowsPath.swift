package import FileSystemModel
package import WindowsTypes

/// The Name field of a CREATE, or the FileName of a rename or link, taken apart — [MS-SMB2] 2.2.13, [MS-FSCC] 2.1.5
package struct WindowsPath: Equatable, Sendable {
    /// From the share's root; empty for the root.
    package var components: [FileName]
    package var stream = Stream.none
    /// A backslash stood at the end: only a directory can be meant.
    package var namesDirectory = false

    package init(components: [FileName]) { self.components = components }

    /// What follows the last component's first colon — [MS-FSCC] 2.1.5.3
    package enum Stream: Equatable, Sendable {
        case none
        /// `::$DATA`: the unnamed stream, which a directory has not.
        case unnamed
        /// `:name` or `:name:$DATA`, as written; names of streams have no map.
        case named(FileName)
    }

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
        case badStreamSyntax
        case streamType
        case tooLong
        case pathTooLong

        /// What CREATE answers.
        package var status: NTStatus {
            switch self {
            // Paths begin below the share, without a separator — [MS-SMB2] 3.3.5.9
            case .leadingBackslash: .invalidParameter
            case .aboveRoot: .objectPathSyntaxBad
            case .wildcard, .reservedCharacter, .controlCharacter, .nul, .emptyComponent, .dot, .dotDot,
                .badStreamSyntax, .streamType, .tooLong, .pathTooLong:
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
            var part = name[start..<end]
            if let colon = part.firstIndex(of: 0x3A) {
                guard isLast else { return .failure(.badStreamSyntax) }
                switch stream(part[colon...]) {
                case .failure(let fault): return .failure(fault)
                case .success(let stream): path.stream = stream
                }
                // `:stream` alone is one of the root's.
                if start == 0, colon == 0, path.stream != .unnamed { return .success(path) }
                part = part[..<colon]
            }
            switch component(Array(part)) {
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
    private static func component(_ bytes: [UInt8]) -> Result<FileName, Fault> {
        if let fault = fault(in: bytes) { return .failure(fault) }
        do {
            return .success(try FileName(WindowsName.decode(bytes)))
        } catch .nameTooLong {
            return .failure(.tooLong)
        } catch {
            // U+F029 alone, mapped, is a dot.
            return .failure(.dot)
        }
    }

    private static func fault(in bytes: [UInt8]) -> Fault? {
        guard !bytes.isEmpty else { return .emptyComponent }
        if bytes == [0x2E] { return .dot }
        if bytes == [0x2E, 0x2E] { return .dotDot }
        for byte in bytes {
            switch byte {
            case 0x00: return .nul
            case 0x01..<0x20: return .controlCharacter
            case 0x2A, 0x3F, 0x3C, 0x3E, 0x22: return .wildcard
            case 0x7C: return .reservedCharacter
            default: break
            }
        }
        return nil
    }

    private static let dataType = Array("$DATA".utf8)

    /// `:name`, `:name:$DATA` or `::$DATA`; streams of other types cannot be opened — [MS-FSCC] 2.1.5.3, 2.1.5.4
    package static func stream(_ suffix: ArraySlice<UInt8>) -> Result<Stream, Fault> {
        guard suffix.first == 0x3A else { return .failure(.badStreamSyntax) }
        let parts = suffix.dropFirst().split(separator: 0x3A, omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2 else { return .failure(.badStreamSyntax) }
        // All but NUL, the colon and the separators may stand in it: control characters and wildcards too.
        guard !name.contains(where: { $0 == 0 || isSeparator($0) }) else { return .failure(.badStreamSyntax) }
        if parts.count == 2 {
            guard !parts[1].isEmpty else { return .failure(.badStreamSyntax) }
            let type = parts[1].map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
            guard type == dataType else { return .failure(.streamType) }
        }
        guard !name.isEmpty else { return parts.count == 2 ? .success(.unnamed) : .failure(.badStreamSyntax) }
        do {
            return .success(.named(try FileName(Array(name))))
        } catch .nameTooLong {
            return .failure(.tooLong)
        } catch {
            return .failure(.badStreamSyntax)
        }
    }
}

extension WindowsPath.Fault: Error {}
