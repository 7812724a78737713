/// A way into the shares: SMB, a mount, and what is to come.
///
/// An instance knows its doors by nothing but this. A door is started once and stopped once, both from the thread that
/// owns the instance; ``status()`` may be asked from any thread at any time.
package protocol Door: AnyObject, Sendable {
    /// One lower-case word: `smb`, `fuse`.
    var name: String { get }

    /// Opens the door and returns once it answers: where it can be reached, one endpoint a listener or a mount.
    func start() throws(DoorError) -> [Endpoint]

    /// What passes through the door at this moment.
    func status() -> DoorStatus

    /// Closes the door: nothing new comes in, what has been accepted is answered or cut off when `grace` has passed,
    /// and then nothing of the door is left. Returns when that is so. Stopping a door that never started does nothing.
    func stop(grace: Duration)
}

/// Where a door can be reached.
package enum Endpoint: Equatable, Sendable {
    /// A listening socket; all shares are behind it.
    case listener(host: String, port: Int)
    /// One share at a place of the local file system.
    case mount(share: String, path: String)
}

/// Why a door did not open: one line that a person can act on.
package struct DoorError: Error, Equatable, Sendable, CustomStringConvertible {
    package var door: String
    /// What happened, as in "port 12445 of 127.0.0.1 is taken".
    package var problem: String
    /// What to do about it, nil when nobody knows.
    package var remedy: String?

    package init(door: String, problem: String, remedy: String? = nil) {
        self.door = door
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String {
        remedy.map { "\(problem): \($0)" } ?? problem
    }
}

/// Numbers of one door at one moment, each with its name, in the order in which a person wants them.
package struct DoorStatus: Equatable, Sendable {
    package struct Figure: Equatable, Sendable {
        package var name: String
        package var value: Int

        package init(_ name: String, _ value: Int) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    package var endpoints: [Endpoint]
    package var figures: [Figure]
    /// Who is connected and what was agreed with them, one object each; doors without clients have none.
    package var clients: [JSONValue]

    package init(name: String, endpoints: [Endpoint], figures: [Figure] = [], clients: [JSONValue] = []) {
        self.name = name
        self.endpoints = endpoints
        self.figures = figures
        self.clients = clients
    }
}
