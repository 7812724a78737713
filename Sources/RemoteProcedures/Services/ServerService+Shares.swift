import WireCoding

extension ServerService {
    // MARK: NetrShareEnum — [MS-SRVS] 3.1.4.8

    /// Levels whose arm of the union is a pointer to a container — [MS-SRVS] 2.2.3.5; the last ones only in a request.
    private static let knownEnumerationLevels: Set<UInt32> = [0, 1, 2, 501, 502, 503]

    /// From where the client's resume handle says as much as it would like at the most, and one share at least. Who says
    /// zero bytes, which hold nothing, gets the whole list, as Samba gives it to everybody.
    ///
    /// - Parameter isSticky: NetrShareEnumSticky has no level 501 — [MS-SRVS] 3.1.4.9
    func enumerateShares(
        _ shares: [SharedResource], isSticky: Bool = false, _ arguments: inout NDRReader, _ results: inout NDRWriter
    ) throws(RPCFault) {
        let level: UInt32 = try arguments.integer()
        let arm: UInt32 = try arguments.integer()
        guard arm == level else { throw .badArguments }
        try skipContainer(level, &arguments)
        let preferred: UInt32 = try arguments.integer()
        let resume = try arguments.uniqueInteger()
        results.integer(level)
        results.integer(level)
        guard Self.structure(level, SharedResource(name: "")) != nil, level < 1000, !isSticky || level != 501 else {
            if Self.knownEnumerationLevels.contains(level) { results.pointer(false) }
            return finish(total: 0, resume: resume, .invalidLevel, &results)
        }
        let start = min(Int(clamping: resume ?? 0), shares.count)
        let all = shares[start...].compactMap { Self.structure(level, $0) }
        var room = preferred == 0 ? Int.max : Int(clamping: preferred)
        let fitting = all.prefix { entry in
            room -= entry.byteCount
            return room >= 0
        }
        let entries = Array(all.prefix(max(1, fitting.count)))
        results.pointer(true)
        results.integer(UInt32(clamping: entries.count))
        results.array(entries)
        finish(
            total: UInt32(clamping: all.count), resume: resume.map { _ in UInt32(clamping: start + entries.count) },
            entries.count < all.count ? .moreData : .success, &results)
    }

    /// TotalEntries, ResumeHandle, and the error.
    private func finish(total: UInt32, resume: UInt32?, _ error: WindowsError, _ results: inout NDRWriter) {
        results.integer(total)
        results.uniqueInteger(resume)
        results.integer(error.rawValue)
    }

    /// The container that a client sends along: counts nothing and points to nothing, where it is there.
    private func skipContainer(_ level: UInt32, _ arguments: inout NDRReader) throws(RPCFault) {
        guard Self.knownEnumerationLevels.contains(level), try arguments.pointer() else { return }
        let count: UInt32 = try arguments.integer()
        // "The client MUST pass a pointer … EntriesRead 0, Buffer NULL": entries in a request mean nothing.
        guard try !arguments.pointer(), count == 0 else { throw .badArguments }
    }

    // MARK: NetrShareGetInfo — [MS-SRVS] 3.1.4.10

    private static let knownShareLevels: Set<UInt32> = [0, 1, 2, 501, 502, 503, 1004, 1005, 1006, 1007, 1501]

    func describeShare(_ arguments: inout NDRReader, _ results: inout NDRWriter) throws(RPCFault) {
        let name = try arguments.string()
        let level: UInt32 = try arguments.integer()
        results.integer(level)
        let share = server.share(named: name)
        let structure = share.flatMap { Self.structure(level, $0) }
        if Self.knownShareLevels.contains(level) { results.pointer(structure != nil) }
        if let structure { results.structures([structure]) }
        let error: WindowsError = share == nil ? .netNameNotFound : structure == nil ? .invalidLevel : .success
        results.integer(error.rawValue)
    }

    // MARK: The structures — [MS-SRVS] 2.2.4.22 to 2.2.4.36

    /// Uses without a limit.
    private static let unlimited = UInt32.max

    static func structure(_ level: UInt32, _ share: SharedResource) -> NDRStructure? {
        let named: [NDRStructure.Field] = [.string(share.name)]
        let listed = named + [.number(share.kind.rawValue), .string(share.comment)]
        // No permissions of the share's own, no password; how many use it now is not counted.
        let detailed =
            listed + [.number(0), .number(unlimited), .number(0), .string(share.path), .string("")]
        switch level {
        case 0: return NDRStructure(named)
        case 1: return NDRStructure(listed)
        case 2: return NDRStructure(detailed)
        // Files of it may be kept offline where a user wants it.
        case 501: return NDRStructure(listed + [.number(0)])
        case 502:
            let descriptor = everybodysShare
            return NDRStructure(detailed + [.number(UInt32(clamping: descriptor.count)), .bytes(descriptor)])
        case 1004: return NDRStructure([.string(share.comment)])
        case 1005: return NDRStructure([.number(0)])
        case 1006: return NDRStructure([.number(unlimited)])
        default: return nil
        }
    }

    /// A share keeps nobody out, its files do: a self-relative descriptor whose list gives everybody everything —
    /// [MS-DTYP] 2.4.6
    private static let everybodysShare: [UInt8] = {
        var writer = WireWriter(reservingCapacity: 48)
        writer.append([1, 0])
        writer.integer(UInt16(0x8004))  // SE_SELF_RELATIVE, SE_DACL_PRESENT
        for offset: UInt32 in [0, 0, 0, 20] { writer.integer(offset) }
        writer.append([2, 0])
        writer.integer(UInt16(28))
        writer.integer(UInt32(1))
        writer.append([0, 0])
        writer.integer(UInt16(20))
        writer.integer(UInt32(0x001F_01FF))
        writer.append([1, 1, 0, 0, 0, 0, 0, 1])  // S-1-1-0
        writer.integer(UInt32(0))
        return writer.bytes
    }()
}
