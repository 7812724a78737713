/// The kinds of single values that the configuration knows, each with its notation.
enum ScalarKind: Equatable, Sendable {
    case boolean
    /// A whole number within bounds, both included.
    case integer(ClosedRange<Int>)
    /// One word of a closed set.
    case choice([String])
    /// Bytes.
    case size
    case duration
    /// Permission bits.
    case mode
    /// An absolute path, UTF-8, without a NUL.
    case path
    /// A numeric IPv4 or IPv6 address, or `localhost`.
    case address
    /// `/NAME`, where NAME can be an SMB share.
    case shareName
    /// A line for people to read; may be empty.
    case comment
    /// A file's name, in which `*` and `?` stand for others.
    case namePattern
    /// A name that somebody logs in with.
    case userName
    /// The name of a store that is defined elsewhere in the file.
    case storeName
    /// 32 hexadecimal digits; secret.
    case ntHash
}

/// A checked single value.
package enum ScalarValue: Equatable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case size(UInt64)
    case duration(Duration)
    case mode(UInt16)
}

extension ScalarKind {
    /// What may be written, for people.
    var allowed: String {
        switch self {
        case .boolean: "true, false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.joined(separator: ", ")
        case .size: SizeUnit.allowed
        case .duration: DurationUnit.allowed
        case .mode: ModeNotation.allowed
        case .path: "an absolute path"
        case .address: "a numeric IPv4 or IPv6 address, or localhost"
        case .shareName:
            "/ and 1 to 80 characters, none of them \\ / [ ] : | < > + = ; , * ? \" or a control character; not IPC$"
        case .comment: "up to 256 characters, none of them a control character"
        case .namePattern:
            "1 to 255 characters, * and ? for any others, none of them \\ / : < > | \" or a control character"
        case .userName: "1 to 64 characters, none of them \\ / [ ] : ; | = , + * ? < > @ \" or a control character"
        case .storeName: "the name of a store: letters, digits, _ - and ."
        case .ntHash: "32 hexadecimal digits, the NT hash of a password"
        }
    }

    var isSecret: Bool { self == .ntHash }

    /// The value that the text denotes, or nil when it is none of this kind.
    func parse(_ text: String) -> ScalarValue? {
        switch self {
        case .boolean:
            text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
        case .integer(let range):
            text.first == "+" ? nil : Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
        case .choice(let words):
            words.contains(text) ? .text(text) : nil
        case .size:
            SizeUnit.parse(text).map { .size($0) }
        case .duration:
            DurationUnit.parse(text).map { .duration($0) }
        case .mode:
            ModeNotation.parse(text).map { .mode($0) }
        case .path:
            text.hasPrefix("/") && !text.unicodeScalars.contains("\0") ? .text(text) : nil
        case .address:
            NumericAddress.normalized(text).map { .text($0) }
        case .shareName:
            Self.isShareName(text) ? .text(text) : nil
        case .comment:
            text.utf16.count <= 256 && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                ? .text(text) : nil
        case .namePattern:
            Self.isNamePattern(text) ? .text(text) : nil
        case .userName:
            Self.isName(text, limit: 64, forbidden: "\\/[]:;|=,+*?<>@\"") ? .text(text) : nil
        case .storeName:
            !text.isEmpty && text.count <= 64 && text.allSatisfy(Self.isStoreCharacter) ? .text(text) : nil
        case .ntHash:
            text.count == 32 && text.allSatisfy(\.isHexDigit) ? .text(text.lowercased()) : nil
        }
    }

    static func isStoreCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
    }

    private static func isShareName(_ text: String) -> Bool {
        guard text.hasPrefix("/") else { return false }
        let name = String(text.dropFirst())
        return name.uppercased() != "IPC$" && isName(name, limit: 80, forbidden: "\\/[]:|<>+=;,*?\"")
    }

    private static func isNamePattern(_ text: String) -> Bool {
        let forbidden = "\\/:<>|\"".unicodeScalars
        return !text.isEmpty && text.utf16.count <= 255
            && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F || forbidden.contains($0) }
    }

    private static func isName(_ name: String, limit: Int, forbidden: String) -> Bool {
        !name.isEmpty && name.utf16.count <= limit && !name.hasPrefix(" ") && !name.hasSuffix(" ")
            && !name.unicodeScalars.contains {
                $0.value < 0x20 || $0.value == 0x7F || forbidden.unicodeScalars.contains($0)
            }
    }
}

extension ScalarValue {
    /// The value in the notation of the file.
    var notation: String {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .text(let value): value
        case .size(let value): SizeUnit.format(value)
        case .duration(let value): DurationUnit.format(value)
        case .mode(let value): ModeNotation.format(value)
        }
    }
}
