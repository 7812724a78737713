import Synchronization

/// The sessions and connections of a server, across its event loops.
package final class SessionRegistry: Sendable {
    package init() {}
}
