/// An NTSTATUS value — [MS-ERREF] 2.3
///
/// The set is open: a value without a name here survives and prints as a number.
package struct NTStatus: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The two highest bits — [MS-ERREF] 2.3
    package enum Severity: UInt32, Sendable {
        case success = 0
        case informational = 1
        case warning = 2
        case error = 3
    }

    package var severity: Severity {
        switch rawValue >> 30 {
        case 0: .success
        case 1: .informational
        case 2: .warning
        default: .error
        }
    }

    /// True for severity ERROR only. A warning such as STATUS_BUFFER_OVERFLOW carries data and is not an error.
    package var isError: Bool { rawValue >> 30 == 3 }

    /// True for severity SUCCESS or INFORMATIONAL.
    package var isSuccess: Bool { rawValue >> 31 == 0 }
}

extension NTStatus: CustomStringConvertible {
    package var description: String {
        if let name { return "\(name)" }
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "NTSTATUS 0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
