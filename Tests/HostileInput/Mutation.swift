/// Returns `input` with one to four changes of the kinds that break decoders: flipped bits, numbers at their limits,
/// lengths that grow or shrink, bytes that are cut, repeated, moved or spliced in.
///
/// The result is at most 64 bytes longer than `input` for each change.
package func mutate(_ input: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
        mutateOnce(&bytes, using: &generator)
    }
    return bytes
}

private let limits: [UInt64] = [
    0, 1, 2, 3, 7, 8, 9, 15, 16, 63, 64, 65, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000, 0x7FFF_FFFF,
    0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFF8,
    0xFFFF_FFFF_FFFF_FFFF,
]

private func mutateOnce(_ bytes: inout [UInt8], using generator: inout some RandomNumberGenerator) {
    guard !bytes.isEmpty else {
        bytes = (0..<Int.random(in: 1...64, using: &generator)).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        return
    }
    let position = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0:
        bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1:
        bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
    case 2, 3, 4:
        // A little-endian number of 2, 4 or 8 bytes becomes one at its limit.
        let width = [2, 4, 8][Int.random(in: 0..<3, using: &generator)]
        let value = limits[Int.random(in: 0..<limits.count, using: &generator)]
        for index in 0..<width where position + index < bytes.count {
            bytes[position + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    case 5:
        // One more or one less: the mistake of all mistakes.
        bytes[position] = Bool.random(using: &generator) ? bytes[position] &+ 1 : bytes[position] &- 1
    case 6:
        bytes.removeLast(bytes.count - position)
    case 7:
        let end = min(bytes.count, position + Int.random(in: 1...64, using: &generator))
        bytes.removeSubrange(position..<end)
    case 8:
        let end = min(bytes.count, position + Int.random(in: 1...64, using: &generator))
        let target = Int.random(in: 0...bytes.count, using: &generator)
        bytes.insert(contentsOf: Array(bytes[position..<end]), at: target)
    default:
        let end = min(bytes.count, position + Int.random(in: 1...16, using: &generator))
        let target = Int.random(in: 0..<bytes.count, using: &generator)
        for (index, byte) in Array(bytes[position..<end]).enumerated() where target + index < bytes.count {
            bytes[target + index] = byte
        }
    }
}
