import WireCoding

/// The identifier octets that SPNEGO uses — ITU-T X.690 8.1.2
enum DERTag {
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let objectIdentifier: UInt8 = 0x06
    static let enumerated: UInt8 = 0x0A
    static let generalString: UInt8 = 0x1B
    static let sequence: UInt8 = 0x30
    /// [APPLICATION 0], constructed: the frame of a GSS-API token — RFC 2743 3.1
    static let application0: UInt8 = 0x60

    /// [n], constructed: how SPNEGO's fields are told apart.
    static func context(_ number: UInt8) -> UInt8 { 0xA0 | number }
}

/// One element: where its content lies, and where the whole of it does, in bytes from the start of the token.
struct DERElement: Equatable {
    var tag: UInt8
    var content: Range<Int>
    var whole: Range<Int>
}

/// Walks over the elements of one level of a DER token.
///
/// A subset: tags of one octet, definite lengths of at most four octets. Lengths need not be minimal, since not every
/// peer's are. Descending is up to the caller, one level a call, so nesting is as deep as the code that asks.
struct DERReader: ~Copyable, ~Escapable {
    private let token: RawSpan
    private var offset: Int
    private let end: Int

    @_lifetime(copy token)
    init(_ token: RawSpan) {
        self.token = token
        offset = 0
        end = token.byteCount
    }

    /// Reads within an element that was found in the same token.
    @_lifetime(copy token)
    init(_ token: RawSpan, within element: DERElement) {
        self.token = token
        offset = element.content.lowerBound
        end = element.content.upperBound
    }

    var isAtEnd: Bool { offset >= end }

    @_lifetime(self: copy self)
    mutating func next() throws(WireError) -> DERElement {
        let start = offset
        let tag = try octet()
        guard tag & 0x1F != 0x1F else { throw .invalid("a DER tag of more than one octet") }
        let count = try length()
        guard count <= end - offset else { throw .truncated(offset: offset, needed: count - (end - offset)) }
        let content = offset..<offset + count
        offset = content.upperBound
        return DERElement(tag: tag, content: content, whole: start..<content.upperBound)
    }

    /// The next element, which must have that tag.
    @_lifetime(self: copy self)
    mutating func next(_ tag: UInt8) throws(WireError) -> DERElement {
        let element = try next()
        guard element.tag == tag else { throw .unexpectedValue(field: "DER tag", value: UInt64(element.tag)) }
        return element
    }

    @_lifetime(self: copy self)
    private mutating func octet() throws(WireError) -> UInt8 {
        guard offset < end, let value = token[checked: offset] else { throw .truncated(offset: offset, needed: 1) }
        offset += 1
        return value
    }

    @_lifetime(self: copy self)
    private mutating func length() throws(WireError) -> Int {
        let first = try octet()
        if first < 0x80 { return Int(first) }
        let octets = Int(first & 0x7F)
        guard (1...4).contains(octets) else { throw .invalid("a DER length that is indefinite or too long") }
        var value = 0
        for _ in 0..<octets { value = value << 8 | Int(try octet()) }
        return value
    }
}

extension RawSpan {
    /// The content of an element of this token. Its range was checked when it was found.
    func derContent(_ element: DERElement) throws(WireError) -> [UInt8] {
        try derBytes(element.content)
    }

    func derBytes(_ range: Range<Int>) throws(WireError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else {
            throw .outOfBounds(offset: range.lowerBound, count: range.count)
        }
        return extracting(range).array
    }

    /// The content of the single element that an explicitly tagged field holds.
    func derContent(of field: DERElement, _ tag: UInt8) throws(WireError) -> [UInt8] {
        var reader = DERReader(self, within: field)
        return try derContent(try reader.next(tag))
    }
}
