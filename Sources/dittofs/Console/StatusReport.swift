import Configuration
import Glibc
import Instance

/// What an instance says of itself, as JSON and for people.
struct StatusReport: Sendable {
    var settings: Settings
    var mounts: [String: String]

    func readiness(smb: (host: String, port: Int)?, control: String) -> JSONValue {
        .object([
            ("pid", .number(Int(getpid()))),
            ("version", .string(dittofsVersion)),
            (
                "smb",
                smb.map { .object([("host", .string($0.host)), ("port", .number($0.port))]) } ?? .null
            ),
            ("shares", shares),
            ("control", .string(control)),
        ])
    }

    func json(of instance: Instance) -> JSONValue {
        .object([
            ("pid", .number(Int(getpid()))),
            ("version", .string(dittofsVersion)),
            ("shares", shares),
            ("doors", .object(instance.status().map { ($0.name, Self.json(of: $0)) })),
        ])
    }

    private var shares: JSONValue {
        .array(
            settings.shares.map { share in
                .object([
                    ("name", .string(share.smbName)),
                    ("mount", mounts[share.name].map { .string($0) } ?? .null),
                ])
            })
    }

    private static func json(of status: DoorStatus) -> JSONValue {
        let endpoints = status.endpoints.map { endpoint in
            switch endpoint {
            case .listener(let host, let port): JSONValue.string("\(host):\(port)")
            case .mount(_, let path): JSONValue.string(path)
            }
        }
        return .object(
            [("endpoints", .array(endpoints))] + status.figures.map { ($0.name, .number($0.value)) }
                + (status.clients.isEmpty ? [] : [("clients", .array(status.clients))]))
    }
}
