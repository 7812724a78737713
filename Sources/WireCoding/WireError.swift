/// Why bytes from a peer could not be decoded.
///
/// A peer can cause every one of these, so they are thrown and never trapped. The offset is where in the reader's bytes
/// the trouble began, in bytes from its start.
public enum WireError: Error, Equatable, Sendable {
    /// Fewer bytes remain than the field needs.
    case truncated(offset: Int, needed: Int)
    /// An (offset, length) pair of the peer's points outside the message.
    case outOfBounds(offset: Int, count: Int)
    /// A StructureSize, signature or other constant field does not hold what the specification demands.
    case unexpectedValue(field: StaticString, value: UInt64)
    /// A value that belongs to a closed set lies outside it.
    case unknownValue(field: StaticString, value: UInt64)
    /// A list, a chain or a nesting is longer than this decoder accepts.
    case tooMany(field: StaticString, limit: Int)
    /// A rule that concerns more than one field is broken.
    case invalid(StaticString)

    public static func == (lhs: WireError, rhs: WireError) -> Bool {
        lhs.description == rhs.description
    }
}

extension WireError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset, let needed): "truncated at \(offset): \(needed) more bytes needed"
        case .outOfBounds(let offset, let count): "\(count) bytes at \(offset) lie outside the message"
        case .unexpectedValue(let field, let value): "\(field) is \(value)"
        case .unknownValue(let field, let value): "\(field) has the unknown value \(value)"
        case .tooMany(let field, let limit): "\(field): more than \(limit)"
        case .invalid(let rule): "\(rule)"
        }
    }
}
