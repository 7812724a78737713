package import AccessArbitration
package import FUSEMount
package import FileSystemCore
package import Logging
import Synchronization

/// The mounts of an instance: one for each share that has a place.
package final class FUSEDoor: Door {
    /// One share and where it goes.
    package struct Place: Sendable {
        package var share: String
        package var fileSystem: FileSystem
        /// An existing, empty directory.
        package var path: String
        /// The mount as the core knows it.
        package var door: DoorID
        package var options: MountOptions

        package init(share: String, fileSystem: FileSystem, path: String, door: DoorID, options: MountOptions) {
            self.share = share
            self.fileSystem = fileSystem
            self.path = path
            self.door = door
            self.options = options
        }
    }

    package let name = "fuse"
    private let places: [Place]
    private let mounts: [Mount]

    package init(_ places: [Place], log: Logger, trace: TraceLog?) {
        self.places = places
        mounts = places.map { place in
            let tracer = trace.map { FUSETracer(log: $0, share: place.share, fileSystem: place.fileSystem) }
            let mount = Mount(
                fileSystem: place.fileSystem, mountPoint: place.path, options: place.options, door: place.door,
                log: log,
                observer: tracer)
            tracer?.follow(mount.handler)
            return mount
        }
    }

    package func start() throws(DoorError) -> [Endpoint] {
        for mount in mounts {
            do throws(MountError) {
                try mount.start()
            } catch {
                throw DoorError(door: name, problem: "cannot mount on \(mount.mountPoint)", remedy: error.description)
            }
        }
        return endpoints
    }

    package func status() -> DoorStatus {
        let states = mounts.map(\.status)
        return DoorStatus(
            name: name, endpoints: endpoints,
            figures: [
                .init("mounts", states.count(where: \.isAnswering)),
                .init("opens", states.reduce(0) { $0 + $1.openFiles }),
                .init("nodes", states.reduce(0) { $0 + $1.knownNodes }),
                .init("waiting", states.reduce(0) { $0 + $1.waitingRequests }),
                .init("requests", states.reduce(0) { $0 + Int(clamping: $1.requests) }),
            ])
    }

    package func stop(grace: Duration) {
        // What has been received is answered within milliseconds. Who still has a file open would keep a detached mount
        // alive for ever; after a second it is aborted.
        for mount in mounts {
            mount.stop(seconds: 1)
        }
    }

    private var endpoints: [Endpoint] {
        places.map { .mount(share: $0.share, path: $0.path) }
    }
}
