import WindowsTypes
package import WireCoding

/// LeaseFlags of the lease contexts — [MS-SMB2] 2.2.13.2.10 and 2.2.14.2.10
package struct LeaseFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// In a response: a break is under way.
    package static let breakInProgress = LeaseFlags(rawValue: 0x0000_0002)
    /// In the second version: ParentLeaseKey is set.
    package static let parentLeaseKeySet = LeaseFlags(rawValue: 0x0000_0004)
}

/// SMB2_CREATE_REQUEST_LEASE and SMB2_CREATE_REQUEST_LEASE_V2, told apart by their length, and the responses, which
/// look the same — [MS-SMB2] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11
package struct LeaseContext: CreateContextData {
    package static let name = CreateContextName.requestLease

    /// What only the second version has.
    package struct Version2: Equatable, Sendable {
        package var parentLeaseKey: LeaseKey
        package var epoch: UInt16

        package init(parentLeaseKey: LeaseKey = LeaseKey(.zero), epoch: UInt16) {
            self.parentLeaseKey = parentLeaseKey
            self.epoch = epoch
        }
    }

    package var leaseKey: LeaseKey
    package var leaseState: LeaseState
    package var leaseFlags: LeaseFlags
    /// Nil in the first version.
    package var version2: Version2?

    package init(
        leaseKey: LeaseKey, leaseState: LeaseState, leaseFlags: LeaseFlags = [], version2: Version2? = nil
    ) {
        self.leaseKey = leaseKey
        self.leaseState = leaseState
        self.leaseFlags = leaseFlags
        self.version2 = version2
    }

    package init(data: [UInt8]) throws(WireError) {
        var reader = WireReader(data.span.bytes)
        leaseKey = try LeaseKey(parsing: &reader)
        leaseState = LeaseState(rawValue: try reader.integer())
        leaseFlags = LeaseFlags(rawValue: try reader.integer())
        try reader.skip(8)  // LeaseDuration: reserved
        version2 = nil
        if data.count == 32 { return }
        guard data.count == 52 else { throw .unexpectedValue(field: "DataLength", value: UInt64(data.count)) }
        let parentLeaseKey = try LeaseKey(parsing: &reader)
        version2 = Version2(parentLeaseKey: parentLeaseKey, epoch: try reader.integer())
        try reader.skip(2)
    }

    package var data: [UInt8] {
        Self.written { writer in
            leaseKey.write(to: &writer)
            writer.integer(leaseState.rawValue)
            writer.integer(leaseFlags.rawValue)
            writer.integer(UInt64(0))
            if let version2 {
                version2.parentLeaseKey.write(to: &writer)
                writer.integer(version2.epoch)
                writer.integer(UInt16(0))
            }
        }
    }
}
