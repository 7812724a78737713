import CMemory
import Glibc

/// The unit in which space is spent: 4096 bytes.
enum Page {
    static let shift: UInt64 = 12
    static let size = 4096
}

/// Up to 16 pages of one content, in one piece of raw memory: the only place of the memory store that touches memory unsafely.
///
/// A chunk stands for 64 KiB of offsets. It holds memory for a window of its pages: the smallest power of two of pages, aligned to
/// itself, that covers all written ones. So a small file costs one page and a full chunk is one contiguous copy. Bits say which
/// pages were written; the memory of the others is never read. Pages that are only reserved are spent, but have no memory yet.
///
/// # Why this is safe
/// - `memory` is null exactly when `capacity` is 0; otherwise malloc gave it, of `capacity` pages. Only `fit` and `deinit` free it,
///   and `fit` stores the new address before it returns.
/// - `written` has bits inside the window only: they are set by `write`, whose precondition (checked) is that `cover` has made the
///   window large enough, and by `copy`, which gives the copy the same window before the same bits; and `fit` keeps the window over
///   all set bits.
/// - Every method takes a range of the chunk's own bytes and checks it against 0...65536 (precondition, once a call). Every access
///   is to pages whose bit is set, hence inside the window, hence inside `memory`.
/// - The other side of a copy is a buffer pointer that the caller holds valid during the call; its length is checked to be the range's.
/// - Not Sendable: a chunk lives inside its content's reader-writer lock; readers do not write to it. One that several contents share
///   is only read: who wants to change it makes sure, under his content's lock, that he has the only reference, or takes a copy.
final class PageChunk {
    static let pages = 16
    static let size = pages * Page.size
    static let shift: UInt64 = 16

    /// From how many bytes on a write over what was written before finds it, most likely, outside the processor's cache.
    /// Fresh memory is there: the kernel has just filled it with zeros.
    private static let longWrite = size / 2

    /// Bit n: page n has bytes.
    private(set) var written: UInt16 = 0
    /// Bit n: page n costs space. All written ones do, and those that were reserved.
    private(set) var spent: UInt16 = 0
    private var memory: UnsafeMutableRawPointer?
    /// First page of the window.
    private var base = 0
    /// Pages of the window: 0, 1, 2, 4, 8 or 16.
    private(set) var capacity = 0

    init() {}

    deinit { free(memory) }

    var spentPages: Int { spent.nonzeroBitCount }

    var isFull: Bool { written == .max }

    /// The bits of the pages that a range of bytes touches.
    static func touched(_ range: Range<Int>) -> UInt16 {
        guard !range.isEmpty else { return 0 }
        let first = range.lowerBound >> Int(Page.shift)
        let last = (range.upperBound - 1) >> Int(Page.shift)
        return mask(first..<last + 1)
    }

    /// The bits of the pages that lie wholly inside a range of bytes.
    static func whole(_ range: Range<Int>) -> UInt16 {
        let first = (range.lowerBound + Page.size - 1) >> Int(Page.shift)
        let end = range.upperBound >> Int(Page.shift)
        return first < end ? mask(first..<end) : 0
    }

    private static func mask(_ pages: Range<Int>) -> UInt16 {
        UInt16(truncatingIfNeeded: (UInt32(1) << UInt32(pages.upperBound)) - (UInt32(1) << UInt32(pages.lowerBound)))
    }

    // MARK: - The window

    /// The smallest aligned power of two of pages over all set bits.
    static func window(over bits: UInt16) -> (base: Int, capacity: Int) {
        guard bits != 0 else { return (0, 0) }
        let first = bits.trailingZeroBitCount
        let last = 15 - bits.leadingZeroBitCount
        var capacity = 1
        while first & ~(capacity - 1) + capacity <= last { capacity *= 2 }
        return (first & ~(capacity - 1), capacity)
    }

    /// Makes the window cover `bits` too.
    /// - Returns: False when there is no memory; nothing has changed then.
    func cover(_ bits: UInt16) -> Bool {
        let wanted = Self.window(over: bits | written)
        if wanted.capacity <= capacity, base <= wanted.base, wanted.base + wanted.capacity <= base + capacity { return true }
        return fit(wanted)
    }

    /// Gives memory back that the written pages do not need. When there is none to move to, it stays.
    func shrink() {
        let wanted = Self.window(over: written)
        if wanted.capacity < capacity { _ = fit(wanted) }
    }

    private func fit(_ window: (base: Int, capacity: Int)) -> Bool {
        var moved: UnsafeMutableRawPointer?
        if window.capacity > 0 {
            guard let fresh = malloc(window.capacity * Page.size) else { return false }
            moved = fresh
            if let memory {
                forEachRun(in: written) { run in
                    memcpy(
                        fresh + (run.lowerBound - window.base) * Page.size,
                        memory + (run.lowerBound - base) * Page.size, run.count * Page.size)
                }
            }
        }
        free(memory)
        memory = moved
        base = window.base
        capacity = window.capacity
        return true
    }

    /// The same bytes in memory of its own.
    /// - Returns: Nil when there is none.
    func copy() -> PageChunk? {
        let copy = PageChunk()
        guard copy.fit((base, capacity)) else { return nil }
        if let memory, let fresh = copy.memory {
            forEachRun(in: written) { run in
                let offset = (run.lowerBound - base) * Page.size
                memcpy(fresh + offset, memory + offset, run.count * Page.size)
            }
        }
        copy.written = written
        copy.spent = spent
        return copy
    }

    // MARK: - Bytes

    /// Fills `target` with the bytes of `range`; pages without bytes are zeros.
    func read(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) {
        precondition(range.lowerBound >= 0 && range.upperBound <= Self.size && target.count == range.count)
        guard !range.isEmpty, let destination = target.baseAddress else { return }
        let touched = Self.touched(range)
        if let memory, written & touched == touched {
            memcpy(destination, memory + (range.lowerBound - base * Page.size), range.count)
            return
        }
        memset(destination, 0, range.count)
        guard let memory else { return }
        forEachRun(in: written & touched) { run in
            let part = (run.lowerBound * Page.size..<run.upperBound * Page.size).clamped(to: range)
            memcpy(
                destination + (part.lowerBound - range.lowerBound), memory + (part.lowerBound - base * Page.size), part.count)
        }
    }

    /// Copies `source` to `range`. Of pages that had no bytes, what the range does not cover becomes zeros.
    ///
    /// `cover` must have succeeded for the pages of `range`.
    func write(_ range: Range<Int>, from source: UnsafeRawBufferPointer) {
        precondition(range.lowerBound >= 0 && range.upperBound <= Self.size && source.count == range.count)
        guard !range.isEmpty, let origin = source.baseAddress else { return }
        let touched = Self.touched(range)
        let window = Self.window(over: touched)
        precondition(base <= window.base && window.base + window.capacity <= base + capacity)
        guard let memory else { return }
        forEachRun(in: touched & ~Self.whole(range) & ~written) { run in
            memset(memory + (run.lowerBound - base) * Page.size, 0, run.count * Page.size)
        }
        let target = memory + (range.lowerBound - base * Page.size)
        if range.count >= Self.longWrite, written & touched == touched {
            ditto_copy_past_cache(target, origin, range.count)
        } else {
            memcpy(target, origin, range.count)
        }
        written |= touched
        spent |= touched
    }

    /// Spends `pages`; what they read as does not change.
    func reserve(_ pages: UInt16) { spent |= pages }

    /// Makes `range` read as zeros and frees the pages that lie wholly in it.
    func punch(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= Self.size)
        written &= ~Self.whole(range)
        spent &= ~Self.whole(range)
        guard let memory else { return }
        forEachRun(in: written & Self.touched(range)) { run in
            let part = (run.lowerBound * Page.size..<run.upperBound * Page.size).clamped(to: range)
            memset(memory + (part.lowerBound - base * Page.size), 0, part.count)
        }
    }

    /// Calls `body` with each run of set bits, as page numbers.
    private func forEachRun(in bits: UInt16, _ body: (Range<Int>) -> Void) {
        var rest = UInt32(bits)
        while rest != 0 {
            let first = rest.trailingZeroBitCount
            let count = (~(rest >> UInt32(first))).trailingZeroBitCount
            body(first..<first + count)
            rest &= ~(((UInt32(1) << UInt32(count)) - 1) << UInt32(first))
        }
    }
}
