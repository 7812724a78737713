import WindowsTypes
package import WireCoding

/// What names a source file in a server-side copy: 24 bytes that only the server understands — [MS-SMB2] 2.2.32.3
package struct ResumeKey: Hashable, Sendable {
    package static let byteCount = 24

    package var first: UInt64
    package var second: UInt64
    package var third: UInt64

    package init(first: UInt64, second: UInt64, third: UInt64) {
        self.first = first
        self.second = second
        self.third = third
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        first = try reader.integer()
        second = try reader.integer()
        third = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(first)
        writer.integer(second)
        writer.integer(third)
    }
}

/// SRV_REQUEST_RESUME_KEY Response, the output of FSCTL_SRV_REQUEST_RESUME_KEY — [MS-SMB2] 2.2.32.3
package struct ResumeKeyResponse: InformationStructure {
    package static let byteCount = 32

    package var resumeKey: ResumeKey

    package init(resumeKey: ResumeKey) {
        self.resumeKey = resumeKey
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        resumeKey = try ResumeKey(parsing: &reader)
        // "ContextLength: … reserved. The server SHOULD set this field to 0, and the client MUST ignore it."
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        resumeKey.write(to: &writer)
        writer.integer(UInt32(0))
        // The context that is never there has four bytes all the same, from Windows as from Samba.
        writer.integer(UInt32(0))
    }
}

/// SRV_COPYCHUNK: one range of a server-side copy — [MS-SMB2] 2.2.31.1.1
package struct CopyChunk: Equatable, Sendable {
    package static let byteCount = 24

    package var sourceOffset: UInt64
    package var targetOffset: UInt64
    /// Bytes.
    package var length: UInt32

    package init(sourceOffset: UInt64, targetOffset: UInt64, length: UInt32) {
        self.sourceOffset = sourceOffset
        self.targetOffset = targetOffset
        self.length = length
    }
}

/// SRV_COPYCHUNK_COPY, the input of FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE — [MS-SMB2] 2.2.31.1
package struct CopyChunkRequest: InformationStructure {
    package var sourceKey: ResumeKey
    package var chunks: [CopyChunk]

    package init(sourceKey: ResumeKey, chunks: [CopyChunk]) {
        self.sourceKey = sourceKey
        self.chunks = chunks
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        sourceKey = try ResumeKey(parsing: &reader)
        let count: UInt32 = try reader.integer()
        try reader.skip(4)
        // What is said must be there before anything is allocated for it.
        guard UInt64(count) <= UInt64(reader.remaining / CopyChunk.byteCount) else {
            throw .tooMany(field: "ChunkCount", limit: reader.remaining / CopyChunk.byteCount)
        }
        chunks = []
        chunks.reserveCapacity(Int(count))
        for _ in 0..<count {
            chunks.append(
                CopyChunk(
                    sourceOffset: try reader.integer(), targetOffset: try reader.integer(),
                    length: try reader.integer()))
            try reader.skip(4)
        }
    }

    package func write(to writer: inout WireWriter) {
        sourceKey.write(to: &writer)
        writer.integer(UInt32(clamping: chunks.count))
        writer.integer(UInt32(0))
        for chunk in chunks {
            writer.integer(chunk.sourceOffset)
            writer.integer(chunk.targetOffset)
            writer.integer(chunk.length)
            writer.integer(UInt32(0))
        }
    }
}

/// SRV_COPYCHUNK_RESPONSE: what was copied, or, with STATUS_INVALID_PARAMETER, the server's limits — [MS-SMB2] 2.2.32.1
package struct CopyChunkResponse: InformationStructure {
    package static let byteCount = 12

    /// Whole chunks; or how many a request may have.
    package var chunksWritten: UInt32
    /// Bytes of the chunk that failed; or how many a chunk may have.
    package var chunkBytesWritten: UInt32
    /// Bytes of all chunks; or how many a request may copy.
    package var totalBytesWritten: UInt32

    package init(chunksWritten: UInt32, chunkBytesWritten: UInt32 = 0, totalBytesWritten: UInt32) {
        self.chunksWritten = chunksWritten
        self.chunkBytesWritten = chunkBytesWritten
        self.totalBytesWritten = totalBytesWritten
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        chunksWritten = try reader.integer()
        chunkBytesWritten = try reader.integer()
        totalBytesWritten = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(chunksWritten)
        writer.integer(chunkBytesWritten)
        writer.integer(totalBytesWritten)
    }
}
