import Synchronization

/// Memory for one answer, from a pool: the store writes into it, the kernel reads from it, and nothing is copied
/// between.
///
/// Unchecked: one request owns it. It is filled before it becomes part of an answer and only read after that.
package final class ReplyBuffer: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
    /// How many bytes are filled.
    package internal(set) var count = 0
    private let pool: ReplyBufferPool
    private let sizeClass: Int

    fileprivate init(memory: UnsafeMutableRawBufferPointer, pool: ReplyBufferPool, sizeClass: Int) {
        self.memory = memory
        self.pool = pool
        self.sizeClass = sizeClass
    }

    deinit { pool.take(back: memory, sizeClass: sizeClass) }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}

/// Keeps the memory of answers for the next ones: a fresh mebibyte costs more than what is done with it.
package final class ReplyBufferPool: Sendable {
    /// The largest answer, in bytes: as much as the kernel asks for at a time.
    package static let maximumSize = 1 << 20

    private struct Free: @unchecked Sendable {
        // Unchecked: memory in these lists belongs to nobody else.
        var lists: [[UnsafeMutableRawBufferPointer]] = [[], [], []]
    }

    private static let sizes = [1 << 12, 1 << 17, maximumSize]
    private static let kept = [64, 16, 16]

    private let free = Mutex(Free())

    package init() {}

    deinit {
        free.withLock { free in
            for list in free.lists { for memory in list { memory.deallocate() } }
        }
    }

    /// Memory for at least `count` bytes, but never for more than ``maximumSize``.
    package func buffer(count: Int) -> ReplyBuffer {
        var sizeClass = 0
        while sizeClass < Self.sizes.count - 1, Self.sizes[sizeClass] < count { sizeClass += 1 }
        let memory =
            free.withLock { $0.lists[sizeClass].popLast() }
            ?? UnsafeMutableRawBufferPointer.allocate(byteCount: Self.sizes[sizeClass], alignment: 4096)
        return ReplyBuffer(memory: memory, pool: self, sizeClass: sizeClass)
    }

    fileprivate func take(back memory: UnsafeMutableRawBufferPointer, sizeClass: Int) {
        let isKept = free.withLock { free in
            guard free.lists[sizeClass].count < Self.kept[sizeClass] else { return false }
            free.lists[sizeClass].append(memory)
            return true
        }
        if !isKept { memory.deallocate() }
    }
}
