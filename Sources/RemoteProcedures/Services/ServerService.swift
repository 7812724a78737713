import WindowsTypes

/// srvsvc, the Server Service — [MS-SRVS] 3.1.4
///
/// What lists and describes is answered. What would change the server, and what lists its sessions, files and transports,
/// is not offered: `nca_op_rng_error`.
package struct ServerService: RemoteService {
    let server: ServerDescription

    package static let identifier = SyntaxIdentifier(
        GUID(0x4B32_4FC8, 0x1670, 0x01D3, 0x1278_5A47_BF6E_E188), 3)

    package static func interface(_ server: ServerDescription) -> RemoteInterface {
        RemoteInterface(identifier, pipes: ["srvsvc"]) { _ in ServerService(server: server) }
    }

    private enum Operation: UInt16 {
        case shareEnum = 15
        case shareGetInfo = 16
        case serverGetInfo = 21
        case remoteTimeOfDay = 28
        case shareEnumSticky = 36
    }

    package mutating func call(
        _ operation: UInt16, _ arguments: inout NDRReader, _ results: inout NDRWriter
    ) throws(RPCFault) {
        // All of them begin with the server's name, which says nothing that the connection has not said.
        guard let operation = Operation(rawValue: operation) else { throw .unknownOperation }
        _ = try arguments.uniqueString()
        switch operation {
        case .shareEnum: try enumerateShares(server.shares, &arguments, &results)
        case .shareEnumSticky:
            // "…only those that are not special" — [MS-SRVS] 3.1.4.9
            try enumerateShares(server.shares.filter { !$0.kind.contains(.special) }, isSticky: true, &arguments, &results)
        case .shareGetInfo: try describeShare(&arguments, &results)
        case .serverGetInfo: try describeServer(&arguments, &results)
        case .remoteTimeOfDay: tellTime(&results)
        }
    }

    // MARK: NetrServerGetInfo — [MS-SRVS] 3.1.4.17

    /// Levels whose arm of the union is a pointer — [MS-SRVS] 2.2.3.7
    private static let knownServerLevels: Set<UInt32> = [100, 101, 102, 103, 502, 503, 599, 1005, 1107, 1010, 1016, 1017]

    private func describeServer(_ arguments: inout NDRReader, _ results: inout NDRWriter) throws(RPCFault) {
        let level: UInt32 = try arguments.integer()
        results.integer(level)
        guard let information = information(level) else {
            if Self.knownServerLevels.contains(level) { results.pointer(false) }
            results.integer(WindowsError.invalidLevel.rawValue)
            return
        }
        results.pointer(true)
        results.structures([information])
        results.integer(WindowsError.success.rawValue)
    }

    /// SERVER_INFO_100 to 102 — [MS-SRVS] 2.2.4.40
    private func information(_ level: UInt32) -> NDRStructure? {
        guard (100...102).contains(level) else { return nil }
        var fields: [NDRStructure.Field] = [.number(ServerDescription.platform), .string(server.name)]
        if level >= 101 {
            fields += [
                .number(ServerDescription.majorVersion), .number(ServerDescription.minorVersion),
                .number(ServerDescription.kind), .string(server.comment),
            ]
        }
        if level >= 102 {
            // As many users as there may be, 15 minutes until the idle are disconnected, not hidden, the defaults of an
            // announcement (minutes 4, random seconds 3), no licences, no path for users.
            fields += [
                .number(.max), .number(15), .number(0), .number(240), .number(3000), .number(0), .string("C:\\"),
            ]
        }
        return NDRStructure(fields)
    }

    // MARK: NetrRemoteTOD — [MS-SRVS] 3.1.4.21

    private func tellTime(_ results: inout NDRWriter) {
        let now = server.now().sinceUnixEpoch
        let seconds = max(0, now.seconds)
        let day = seconds / 86_400
        let ofDay = seconds % 86_400
        let date = Self.date(daysSinceEpoch: day)
        let hundredths = Int64(now.nanoseconds) / 10_000_000
        let fields: [Int64] = [
            seconds, seconds % 4_294_967 * 1000 + Int64(now.nanoseconds) / 1_000_000,
            ofDay / 3600, ofDay / 60 % 60, ofDay % 60, hundredths,
            // The time is UTC and the zone west of it by no minute; a tick is 310 units of 0.1 ms — [MS-SRVS] 2.2.4.105
            0, 310, date.day, date.month, date.year, (day + 4) % 7,
        ]
        results.pointer(true)
        results.structures([NDRStructure(fields.map { .number(UInt32(truncatingIfNeeded: $0)) })])
        results.integer(WindowsError.success.rawValue)
    }

    /// The Gregorian date, by eras of 400 years that begin in March.
    private static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
