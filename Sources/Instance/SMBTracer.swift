package import SMBProtocol
import WindowsTypes

/// Turns every request of the SMB server into a line of the trace log.
package struct SMBTracer: RequestObserver {
    private let log: TraceLog

    package init(_ log: TraceLog) {
        self.log = log
    }

    package func completed(_ trace: RequestTrace) {
        log.record(
            TraceLog.Entry(
                door: "smb", user: trace.user.isEmpty ? "-" : trace.user, operation: trace.command,
                path: String(decoding: trace.subject, as: UTF8.self), result: "\(trace.status)",
                microseconds: Int(clamping: trace.microseconds)))
    }
}
