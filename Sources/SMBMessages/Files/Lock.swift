package import WireCoding

/// Flags of an SMB2_LOCK_ELEMENT — [MS-SMB2] 2.2.26.1
package struct LockFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let sharedLock = LockFlags(rawValue: 0x0000_0001)
    package static let exclusiveLock = LockFlags(rawValue: 0x0000_0002)
    package static let unlock = LockFlags(rawValue: 0x0000_0004)
    package static let failImmediately = LockFlags(rawValue: 0x0000_0010)
}

/// SMB2_LOCK_ELEMENT — [MS-SMB2] 2.2.26.1
package struct LockElement: Equatable, Sendable {
    /// Bytes from the file's start.
    package var offset: UInt64
    /// Bytes. `offset` and `length` may add up to more than 64 bits hold: STATUS_INVALID_LOCK_RANGE.
    package var length: UInt64
    package var flags: LockFlags

    package init(offset: UInt64, length: UInt64, flags: LockFlags) {
        self.offset = offset
        self.length = length
        self.flags = flags
    }
}

/// SMB2 LOCK Request — [MS-SMB2] 2.2.26
package struct LockRequest: Equatable, Sendable {
    /// In its low 4 bits a number, in the others an index, for replay of requests on resilient and durable opens.
    package var lockSequence: UInt32
    package var fileID: FileID
    /// One or more; a request with none does not parse.
    package var locks: [LockElement]

    package init(lockSequence: UInt32 = 0, fileID: FileID, locks: [LockElement]) {
        self.lockSequence = lockSequence
        self.fileID = fileID
        self.locks = locks
    }

    package var lockSequenceNumber: UInt8 { UInt8(truncatingIfNeeded: lockSequence & 0xF) }
    package var lockSequenceIndex: UInt32 { lockSequence >> 4 }
}

extension LockRequest: SMB2Body {
    package static let structureSize: UInt16 = 48

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        let count: UInt16 = try reader.integer()
        // "The lock count MUST be greater than or equal to 1."
        guard count > 0 else { throw .unexpectedValue(field: "LockCount", value: 0) }
        lockSequence = try reader.integer()
        fileID = try FileID(parsing: &reader)
        var elements = WireReader(try reader.span(Int(count) * 24))
        locks = []
        locks.reserveCapacity(Int(count))
        while !elements.isAtEnd {
            let offset: UInt64 = try elements.integer()
            let length: UInt64 = try elements.integer()
            let flags = LockFlags(rawValue: try elements.integer())
            try elements.skip(4)
            locks.append(LockElement(offset: offset, length: length, flags: flags))
        }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(clamping: locks.count))
        writer.integer(lockSequence)
        fileID.write(to: &writer)
        for lock in locks {
            writer.integer(lock.offset)
            writer.integer(lock.length)
            writer.integer(lock.flags.rawValue)
            writer.integer(UInt32(0))
        }
    }
}

/// SMB2 LOCK Response — [MS-SMB2] 2.2.27
package struct LockResponse: Equatable, SMB2EmptyBody {
    package init() {}
}
