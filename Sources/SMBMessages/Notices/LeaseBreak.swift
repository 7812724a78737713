package import WindowsTypes
package import WireCoding

/// LeaseState — [MS-SMB2] 2.2.13.2.8
package struct LeaseState: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readCaching = LeaseState(rawValue: 0x0000_0001)
    package static let handleCaching = LeaseState(rawValue: 0x0000_0002)
    package static let writeCaching = LeaseState(rawValue: 0x0000_0004)
}

/// A lease's key, which its client chose — [MS-SMB2] 2.2.13.2.8
package struct LeaseKey: Hashable, Sendable {
    package var guid: GUID

    package init(_ guid: GUID) {
        self.guid = guid
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        guid = try GUID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        guid.write(to: &writer)
    }
}

/// Flags of a lease break notification — [MS-SMB2] 2.2.23.2
package struct LeaseBreakFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let ackRequired = LeaseBreakFlags(rawValue: 0x0000_0001)
}

/// SMB2 Lease Break Notification — [MS-SMB2] 2.2.23.2
package struct LeaseBreakNotification: Equatable, Sendable {
    /// 0 for a lease of the first version.
    package var newEpoch: UInt16
    package var flags: LeaseBreakFlags
    package var leaseKey: LeaseKey
    package var currentLeaseState: LeaseState
    package var newLeaseState: LeaseState

    package init(
        newEpoch: UInt16 = 0, flags: LeaseBreakFlags, leaseKey: LeaseKey, currentLeaseState: LeaseState,
        newLeaseState: LeaseState
    ) {
        self.newEpoch = newEpoch
        self.flags = flags
        self.leaseKey = leaseKey
        self.currentLeaseState = currentLeaseState
        self.newLeaseState = newLeaseState
    }
}

extension LeaseBreakNotification: SMB2Body {
    package static let structureSize: UInt16 = 44

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        newEpoch = try reader.integer()
        flags = LeaseBreakFlags(rawValue: try reader.integer())
        leaseKey = try LeaseKey(parsing: &reader)
        currentLeaseState = LeaseState(rawValue: try reader.integer())
        newLeaseState = LeaseState(rawValue: try reader.integer())
        try reader.skip(12)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(newEpoch)
        writer.integer(flags.rawValue)
        leaseKey.write(to: &writer)
        writer.integer(currentLeaseState.rawValue)
        writer.integer(newLeaseState.rawValue)
        // BreakReason and the two hints MUST be 0.
        writer.zeros(12)
    }
}

/// SMB2 Lease Break Acknowledgment (2.2.24.2), and the response to it (2.2.25.2), which looks the same — [MS-SMB2]
package struct LeaseBreakAcknowledgment: Equatable, Sendable {
    package var leaseKey: LeaseKey
    package var leaseState: LeaseState

    package init(leaseKey: LeaseKey, leaseState: LeaseState) {
        self.leaseKey = leaseKey
        self.leaseState = leaseState
    }
}

extension LeaseBreakAcknowledgment: SMB2Body {
    package static let structureSize: UInt16 = 36

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(6)
        leaseKey = try LeaseKey(parsing: &reader)
        leaseState = LeaseState(rawValue: try reader.integer())
        try reader.skip(8)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.zeros(6)
        leaseKey.write(to: &writer)
        writer.integer(leaseState.rawValue)
        writer.integer(UInt64(0))
    }
}
