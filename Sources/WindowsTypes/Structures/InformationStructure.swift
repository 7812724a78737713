package import WireCoding

/// A structure of [MS-FSCC] 2.4 or 2.5 in both directions.
///
/// Offsets inside it, where it has any, count from where it begins, in the reader as in the writer.
package protocol InformationStructure: Equatable, Sendable {
    init(parsing reader: inout WireReader) throws(WireError)
    func write(to writer: inout WireWriter)
}

extension InformationStructure {
    package init(bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes.span.bytes)
        try self.init(parsing: &reader)
    }

    /// The structure alone, for a caller that puts it into a buffer with a limit of its own.
    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: 128)
        write(to: &writer)
        return writer.bytes
    }
}

extension WireReader {
    /// Reads a BOOLEAN: one byte, anything but 0 is true.
    @_lifetime(self: copy self)
    mutating func boolean() throws(WireError) -> Bool {
        try integer(as: UInt8.self) != 0
    }

    /// Reads a name of `length` bytes of UTF-16LE.
    @_lifetime(self: copy self)
    mutating func name(length: UInt32) throws(WireError) -> [UInt8] {
        try UTF16LE.decode(try span(Int(clamping: length)))
    }
}

extension WireWriter {
    mutating func boolean(_ value: Bool) {
        integer(UInt8(value ? 1 : 0))
    }

    /// Writes a 32-bit length in bytes, then `name` as UTF-16LE.
    mutating func lengthAndName(_ name: [UInt8]) {
        let lengthAt = count
        integer(UInt32(0))
        patch(UInt32(clamping: UTF16LE.encode(name, to: &self)), at: lengthAt)
    }
}
