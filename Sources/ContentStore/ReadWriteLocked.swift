import Glibc

/// A value behind a reader-writer lock, so that readers of one file do not wait for each other while they copy.
///
/// # Why this is Sendable
/// `value` is reached through `withRead` and `withWrite` alone. `withWrite` holds the lock exclusively and `withRead` shared, so no
/// mutation runs beside another access; the lock's own operations order memory. The lock has an address of its own, which does not
/// move, and is destroyed only when nobody holds a reference any more. `deinit` has the last reference, so the value may be destroyed
/// on any thread.
final class ReadWriteLocked<Value: ~Copyable>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_rwlock_t>
    private var value: Value

    init(_ value: consuming sending Value) {
        self.value = value
        lock = .allocate(capacity: 1)
        lock.initialize(to: pthread_rwlock_t())
        let result = pthread_rwlock_init(lock, nil)
        precondition(result == 0, "pthread_rwlock_init: \(result)")
    }

    deinit {
        pthread_rwlock_destroy(lock)
        lock.deallocate()
    }

    func withRead<Result, Failure: Error>(_ body: (borrowing Value) throws(Failure) -> Result) throws(Failure) -> Result {
        let result = pthread_rwlock_rdlock(lock)
        // It fails for what only we can cause: the caller holds it for writing.
        precondition(result == 0, "pthread_rwlock_rdlock: \(result)")
        defer { pthread_rwlock_unlock(lock) }
        return try body(value)
    }

    func withWrite<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
        let result = pthread_rwlock_wrlock(lock)
        precondition(result == 0, "pthread_rwlock_wrlock: \(result)")
        defer { pthread_rwlock_unlock(lock) }
        return try body(&value)
    }
}
