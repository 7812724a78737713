/// What one client can make one pipe hold. Units stand in the names.
package struct AssociationLimits: Equatable, Sendable {
    /// Of one packet, either way: what Samba offers.
    package var packetBytes: UInt16 = 5840
    /// Of one call's arguments, all fragments together.
    package var argumentBytes = 256 * 1024
    /// Of results that have not been read: a client that asks on without reading is cut off.
    package var unreadBytes = 1024 * 1024
    /// Presentation contexts of one association.
    package var contexts = 64

    package init() {}
}
