import WireCoding

/// A call's results in NDR — [C706] 14
package struct NDRWriter: Sendable {
    private var writer = WireWriter()
    /// The next pointer's referent: any numbers will do that are not zero and differ.
    private var nextReferent: UInt32 = 0x0002_0000

    package init() {}

    package var bytes: [UInt8] { writer.bytes }

    package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        writer.align(to: MemoryLayout<Value>.size)
        writer.integer(value)
    }

    /// A unique pointer's referent; what it points to is the caller's to write, where its kind of pointer has it.
    package mutating func pointer(_ isPresent: Bool) {
        integer(isPresent ? nextReferent : 0)
        if isPresent { nextReferent &+= 4 }
    }

    /// A string with its zero as a conformant and varying array — [C706] 14.3.4.2
    package mutating func string(_ text: String) {
        let units = Array(text.utf16) + [0]
        integer(UInt32(clamping: units.count))
        integer(UInt32(0))
        integer(UInt32(clamping: units.count))
        for unit in units { integer(unit) }
    }

    /// A conformant array of bytes — [C706] 14.3.3.2
    package mutating func byteArray(_ bytes: [UInt8]) {
        integer(UInt32(clamping: bytes.count))
        writer.append(bytes)
    }

    /// A unique pointer to a number as a result of its own.
    package mutating func uniqueInteger(_ value: UInt32?) {
        pointer(value != nil)
        if let value { integer(value) }
    }

    /// Structures one after the other: first all that stands in them, then what their pointers point to, in the same
    /// order — [C706] 14.3.12.3
    package mutating func structures(_ structures: [NDRStructure]) {
        for structure in structures {
            for field in structure.fields {
                switch field {
                case .number(let value): integer(value)
                case .string(let text): pointer(text != nil)
                case .bytes(let bytes): pointer(bytes != nil)
                }
            }
        }
        for structure in structures {
            for field in structure.fields {
                switch field {
                case .string(let text?): string(text)
                case .bytes(let bytes?): byteArray(bytes)
                case .number, .string(nil), .bytes(nil): break
                }
            }
        }
    }

    /// A pointer to a conformant array of structures — the Buffer of every enumeration.
    package mutating func array(_ elements: [NDRStructure]) {
        pointer(true)
        integer(UInt32(clamping: elements.count))
        structures(elements)
    }
}

/// A structure whose fields are 32-bit numbers and pointers, as those of the administrative interfaces are.
package struct NDRStructure: Equatable, Sendable {
    package enum Field: Equatable, Sendable {
        case number(UInt32)
        /// A unique pointer to a string.
        case string(String?)
        /// A unique pointer to a conformant array of bytes.
        case bytes([UInt8]?)
    }

    package var fields: [Field]

    package init(_ fields: [Field]) { self.fields = fields }

    /// About as many bytes as the structure and what it points to take in a program's memory, which is what clients say
    /// of how much they would like.
    var byteCount: Int {
        fields.reduce(0) { sum, field in
            switch field {
            case .number, .string(nil), .bytes(nil): sum + 4
            case .string(let text?): sum + 4 + 2 * (text.utf16.count + 1)
            case .bytes(let bytes?): sum + 4 + bytes.count
            }
        }
    }
}
