/// Memory that a READ's data is read into and sent from, without a copy in between.
///
/// Whoever owns the sockets makes them, of the kind that its sockets send. Used by one thread at a time: where the
/// connection runs, or by the computing thread that signs or seals it (``LongReply``).
package protocol PayloadBuffer: AnyObject {
    /// Lets `body` write up to the buffer's capacity and return how many bytes it has written, from the start: that
    /// many are sent.
    func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int)
    /// The bytes that ``fill(_:)`` has left.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void)
    /// The same bytes, to be sealed where they lie.
    func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void)
}
