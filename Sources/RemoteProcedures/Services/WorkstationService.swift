import WindowsTypes

/// wkssvc, the Workstation Service — [MS-WKST] 3.2.4
package struct WorkstationService: RemoteService {
    let server: ServerDescription

    package static let identifier = SyntaxIdentifier(
        GUID(0x6BFF_D098, 0xA112, 0x3610, 0x9833_46C3_F87E_345A), 1)

    package static func interface(_ server: ServerDescription) -> RemoteInterface {
        RemoteInterface(identifier, pipes: ["wkssvc"]) { _ in WorkstationService(server: server) }
    }

    private static let getInfo: UInt16 = 0

    package mutating func call(
        _ operation: UInt16, _ arguments: inout NDRReader, _ results: inout NDRWriter
    ) throws(RPCFault) {
        guard operation == Self.getInfo else { throw .unknownOperation }
        _ = try arguments.uniqueString()
        try describe(&arguments, &results)
    }

    /// Levels whose arm of the union is a pointer — [MS-WKST] 2.2.4.1
    private static let knownLevels: Set<UInt32> = [100, 101, 102, 502]

    /// NetrWkstaGetInfo — [MS-WKST] 3.2.4.1
    private func describe(_ arguments: inout NDRReader, _ results: inout NDRWriter) throws(RPCFault) {
        let level: UInt32 = try arguments.integer()
        results.integer(level)
        guard (100...102).contains(level) else {
            if Self.knownLevels.contains(level) { results.pointer(false) }
            results.integer(WindowsError.invalidLevel.rawValue)
            return
        }
        var fields: [NDRStructure.Field] = [
            .number(ServerDescription.platform), .string(server.name), .string(server.domain),
            .number(ServerDescription.majorVersion), .number(ServerDescription.minorVersion),
        ]
        if level >= 101 { fields.append(.string("")) }
        // Nobody is logged on at the console.
        if level >= 102 { fields.append(.number(0)) }
        results.pointer(true)
        results.structures([NDRStructure(fields)])
        results.integer(WindowsError.success.rawValue)
    }
}
