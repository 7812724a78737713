package import SMBMessages

/// Open.LockSequenceArray — [MS-SMB2] 3.3.1.10, 3.3.5.14
///
/// A client that has lost a connection cannot know whether its last LOCK was carried out. It sends it again with the number that it
/// had, in the same of 64 buckets; what succeeded with that number is not carried out twice, but answered with success.
package struct LockSequences {
    /// The number of the last request of each bucket that succeeded; ``invalid`` where there is none. Empty until the first.
    private var numbers: [UInt8] = []

    private static let bucketCount: UInt32 = 64
    /// No request has it: numbers have four bits.
    private static let invalid: UInt8 = 0xFF

    package init() {}

    /// Whether the request has succeeded before. If not, its bucket holds nothing until it does.
    package mutating func isReplay(_ request: LockRequest) -> Bool {
        guard let bucket = Self.bucket(of: request), !numbers.isEmpty else { return false }
        if numbers[bucket] == request.lockSequenceNumber { return true }
        numbers[bucket] = Self.invalid
        return false
    }

    package mutating func succeeded(_ request: LockRequest) {
        guard let bucket = Self.bucket(of: request) else { return }
        if numbers.isEmpty { numbers = Array(repeating: Self.invalid, count: Int(Self.bucketCount)) }
        numbers[bucket] = request.lockSequenceNumber
    }

    /// The index is 1 to 64; all others mean that the client does not ask for this — [MS-SMB2] 2.2.26
    private static func bucket(of request: LockRequest) -> Int? {
        let index = request.lockSequenceIndex
        return index >= 1 && index <= bucketCount ? Int(index) - 1 : nil
    }
}
