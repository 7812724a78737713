import WireCoding

/// SMB2_CREATE_CONTEXT, uninterpreted — [MS-SMB2] 2.2.13.2
///
/// Names are bytes, most of them four, some sixteen. What the data means stands in `CreateContexts+….swift`.
package struct CreateContext: Equatable, Sendable {
    package var name: [UInt8]
    package var data: [UInt8]

    package init(name: [UInt8], data: [UInt8] = []) {
        self.name = name
        self.data = data
    }
}

extension CreateContext {
    /// More contexts than the specification has names is no honest request.
    private static let maximumCount = 64

    /// Parses the chain that an (offset, length) pair names.
    ///
    /// A misaligned or backward link, a name or data outside its context, and a name that occurs twice are errors
    /// (STATUS_INVALID_PARAMETER — [MS-SMB2] 3.3.5.9).
    static func parseList(
        _ message: borrowing WireReader, offset: UInt32, length: UInt32
    ) throws(WireError) -> [CreateContext] {
        if length == 0 { return [] }
        guard offset % 8 == 0 else { throw .invalid("CreateContextsOffset is not a multiple of 8") }
        let list = WireReader(try message.slice(at: offset, count: length))
        var contexts: [CreateContext] = []
        var start = 0
        while true {
            guard contexts.count < maximumCount else { throw .tooMany(field: "CreateContexts", limit: maximumCount) }
            let rest = list.bytes.byteCount - start
            var fields = WireReader(try list.slice(at: start, count: rest))
            let next = Int(clamping: try fields.integer(as: UInt32.self))
            // Each context is bounded by the next one; the last one by the list.
            guard next % 8 == 0 else { throw .invalid("a create context's Next is not a multiple of 8") }
            guard next <= rest - 16 else { throw .outOfBounds(offset: start, count: next) }
            let context = try CreateContext(WireReader(try list.slice(at: start, count: next == 0 ? rest : next)))
            guard !contexts.contains(where: { $0.name == context.name }) else {
                throw .invalid("a create context occurs twice")
            }
            contexts.append(context)
            if next == 0 { return contexts }
            start += next
        }
    }

    private init(_ whole: consuming WireReader) throws(WireError) {
        var fields = whole
        try fields.skip(4)
        let nameOffset: UInt16 = try fields.integer()
        let nameLength: UInt16 = try fields.integer()
        try fields.skip(2)
        let dataOffset: UInt16 = try fields.integer()
        let dataLength: UInt32 = try fields.integer()
        name = try fields.slice(at: nameOffset, count: nameLength).array
        data = try fields.slice(at: dataOffset, count: dataLength).array
        guard !name.isEmpty else { throw .invalid("a create context has no name") }
    }

    static func writeList(_ contexts: [CreateContext], to writer: inout WireWriter) {
        var previous: Int?
        for context in contexts {
            if let previous {
                writer.align(to: 8)
                writer.patch(UInt32(clamping: writer.count - previous), at: previous)
            }
            previous = writer.count
            context.write(to: &writer)
        }
    }

    private func write(to writer: inout WireWriter) {
        let nameOffset = 16
        // "DataOffset: the offset … to the 8-byte aligned data payload."
        let dataOffset = (nameOffset + name.count + 7) / 8 * 8
        writer.integer(UInt32(0))
        writer.integer(UInt16(nameOffset))
        writer.integer(UInt16(clamping: name.count))
        writer.integer(UInt16(0))
        writer.integer(UInt16(clamping: dataOffset))
        writer.integer(UInt32(clamping: data.count))
        writer.append(name)
        // Offset and padding stay where there is no data: Samba sends 24 bytes for an empty context too.
        writer.zeros(dataOffset - nameOffset - name.count)
        writer.append(data)
    }
}
