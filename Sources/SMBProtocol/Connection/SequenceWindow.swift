/// The message ids that a peer may use: Connection.CommandSequenceWindow — [MS-SMB2] 3.3.1.1
///
/// Ids below `low` are used up, those from `high` on not granted yet; between them a ring of bits tells which are
/// used. The ring is twice as wide as the most credits, so a peer that leaves out one id for long is granted fewer and
/// never more memory.
struct SequenceWindow {
    private var low: UInt64 = 0
    private var high: UInt64 = 1
    private var used: [UInt64]
    private let span: UInt64
    /// Ids that are granted and not used.
    private(set) var available = 1

    /// - Parameter maximumCredits: that will ever be asked of ``grant(_:limit:)``.
    init(maximumCredits: Int) {
        var span: UInt64 = 64
        while span < UInt64(clamping: maximumCredits) &* 2 { span &*= 2 }
        self.span = span
        used = [UInt64](repeating: 0, count: Int(span / 64))
    }

    /// Takes an id; false when it was not granted or is used already.
    @inline(__always)
    mutating func consume(_ id: UInt64) -> Bool {
        guard id >= low, id < high else { return false }
        available &-= 1
        if id == low {
            low &+= 1
            slide()
            return true
        }
        let (word, bit) = place(of: id)
        guard used[word] & bit == 0 else {
            available &+= 1
            return false
        }
        used[word] |= bit
        return true
    }

    /// Takes as many ids as a request's CreditCharge says, from its message id on; all or none — [MS-SMB2] 3.3.5.2.3
    @inline(__always)
    mutating func consume(_ id: UInt64, count: UInt64) -> Bool {
        count <= 1 ? consume(id) : consumeSeveral(id, count)
    }

    private mutating func consumeSeveral(_ id: UInt64, _ count: UInt64) -> Bool {
        guard id >= low, id < high, count <= high &- id else { return false }
        for offset in 0..<count {
            guard holds(id &+ offset) else { return false }
        }
        for offset in 0..<count { _ = consume(id &+ offset) }
        return true
    }

    /// Whether the id may still be used.
    func holds(_ id: UInt64) -> Bool {
        guard id >= low, id < high else { return false }
        let (word, bit) = place(of: id)
        return used[word] & bit == 0
    }

    /// Moves `low` past ids that were used out of order, freeing their bits.
    @inline(__always)
    private mutating func slide() {
        while low < high {
            let (word, bit) = place(of: low)
            guard used[word] & bit != 0 else { return }
            used[word] &= ~bit
            low &+= 1
        }
    }

    @inline(__always)
    private func place(of id: UInt64) -> (word: Int, bit: UInt64) {
        let position = id & (span &- 1)
        return (Int(truncatingIfNeeded: position >> 6), 1 << (position & 63))
    }

    /// Opens the window for as many ids as are asked for, so that no more than `limit` are unused, and returns how
    /// many. At least one, as long as the ring has room: whoever has used an id gets another.
    @inline(__always)
    mutating func grant(_ wanted: Int, limit: Int) -> UInt16 {
        var count = max(1, min(wanted, limit - available))
        count = min(count, Int(clamping: span &- (high &- low)), Int(UInt16.max))
        guard high <= UInt64.max &- UInt64(UInt16.max) else { return 0 }
        high &+= UInt64(count)
        available &+= count
        return UInt16(truncatingIfNeeded: count)
    }
}
