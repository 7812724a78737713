import SMBMessages
import WindowsTypes

/// What an open knows of the requests that the states of its client's channels have sent: Open.ChannelSequence,
/// Open.OutstandingRequestCount and Open.OutstandingPreRequestCount — [MS-SMB2] 3.3.1.10
///
/// A client that has lost a channel counts up, and sends what it has no answer to again, marked as a replay. What an
/// older state has sent may still arrive, and may still be under way: neither may change what the newer one has written.
package struct ChannelSequence: Equatable, Sendable {
    /// Of the newest state that has been seen.
    package private(set) var number: UInt16
    /// Requests of that state that have not been carried out.
    package private(set) var outstanding = 0
    /// Those of all older states.
    package private(set) var outstandingBefore = 0

    package enum Admission: Equatable, Sendable {
        /// To be told to ``completed(_:)`` when it is over.
        case counted
        /// Of an older state, or the replay of what may still be under way: it may not change anything, and is not
        /// counted.
        case late
    }

    package init(_ number: UInt16 = 0) { self.number = number }

    /// A request has arrived — [MS-SMB2] 3.3.5.2.10
    package mutating func admit(_ request: UInt16, isReplay: Bool) -> Admission {
        if request == number {
            if isReplay, outstandingBefore > 0 { return .late }
            outstanding += 1
            return .counted
        }
        // "…the unsigned difference using 16-bit arithmetic … is less than or equal to 0x7FFF": numbers wrap around.
        guard request &- number <= 0x7FFF else { return .late }
        outstandingBefore += outstanding
        number = request
        if isReplay, outstandingBefore > 0 {
            outstanding = 0
            return .late
        }
        outstanding = 1
        return .counted
    }

    /// A request that was counted is over, however it has ended — [MS-SMB2] 3.3.4.1
    package mutating func completed(_ request: UInt16) {
        if request == number, outstanding > 0 {
            outstanding -= 1
        } else if outstandingBefore > 0 {
            outstandingBefore -= 1
        }
    }
}

/// An open whose requests are counted: of a file or of a pipe.
package protocol ChannelOpen: AnyObject {
    var channel: ChannelSequence { get set }
}

/// A request's place in its open's counts.
struct OutstandingRequest {
    let open: any ChannelOpen
    let number: UInt16

    func completed() { open.channel.completed(number) }
}

extension Connection {
    /// Counts a request about an open.
    ///
    /// - Returns: its place; nil where nothing is counted.
    /// - Throws: FILE_NOT_AVAILABLE for a request that would change what it is too late for: "…the server MUST fail SMB2
    ///   WRITE, SET_INFO, and IOCTL requests with STATUS_FILE_NOT_AVAILABLE" — [MS-SMB2] 3.3.5.2.10
    @inline(__always)
    func admit(_ header: SMB2Header, to open: some ChannelOpen) throws(SMBFailure) -> OutstandingRequest? {
        // "If Connection.Dialect is equal to "2.0.2" or "2.1" … this section MUST be skipped": the field is nothing
        // there, and neither is the flag.
        guard terms.dialect >= .smb300 else { return nil }
        let isReplay = header.flags.contains(.replayOperation)
        if open.channel.admit(header.channelSequence, isReplay: isReplay) == .counted {
            return OutstandingRequest(open: open, number: header.channelSequence)
        }
        switch header.command {
        case .write, .setInfo, .ioctl: throw SMBFailure(.fileNotAvailable)
        default: return nil
        }
    }
}
