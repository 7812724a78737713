package import FileSystemModel

/// Tells a mount's kernel what to let go of. An interface, so that recalls are tested without a mount.
package protocol KernelNotifier: Sendable {
    /// Makes the kernel drop a name. Returns at once, whatever locks its caller holds.
    ///
    /// - Parameter done: called once, from any thread: the kernel has dropped it, never had it, or is gone.
    func invalidateEntry(_ name: FileName, in parent: NodeID, done: @escaping @Sendable () -> Void)
}
