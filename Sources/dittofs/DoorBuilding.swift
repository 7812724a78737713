import Configuration
import Instance
import Logging

/// What the doors of one instance are built from.
struct DoorPlan {
    var settings: Settings
    var users: [UserSettings]
    /// Share name (with its slash) to directory; empty when nothing is mounted.
    var mounts: [String: String]
    var logger: Logger
    var trace: TraceLog?
}

/// The one place that names concrete stores and concrete doors.
enum DoorBuilding {
    static func makeInstance(_ plan: DoorPlan) throws(Failure) -> Instance {
        Instance(doors: [])
    }
}
