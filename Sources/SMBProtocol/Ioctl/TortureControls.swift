import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// Control codes that Samba has made up for its own tests: they make a server answer in ways that the protocol allows
/// and no server chooses, so that a client that takes the usual for the rule is found out (bugs 14607 and 14769 there).
///
/// Samba answers them with `smbd:FSCTL_SMBTORTURE = yes`; here the server's ``ServerContext/answersTortureControls``
/// decides, which is off too. What they change is their connection's alone.
extension Connection {
    /// How far behind their place the bytes of padded answers begin.
    private static let padding = 8

    /// The codes that concern no open file; nil for all others.
    func tortureControl(_ request: IoctlRequest, _ work: borrowing FrameWork) throws(SMBFailure) -> CommandResult? {
        guard request.ctlCode == .tortureIoctlPadding || request.ctlCode == .tortureReadPadding else { return nil }
        guard server.answersTortureControls else { throw SMBFailure(.invalidDeviceRequest) }
        guard request.input.isEmpty else { throw SMBFailure(.invalidParameter) }
        var response = IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID)
        if request.ctlCode == .tortureReadPadding {
            readPadding = Self.padding
        } else {
            // As many bytes as the client takes, which its credits pay for.
            response.output = [UInt8](repeating: UInt8(Self.padding), count: Int(clamping: request.maxOutputResponse))
            response.padding = Self.padding
        }
        write(response, work)
        return .success
    }
}

/// The code that lets an IOCTL wait for as many milliseconds as its one byte of input says. A CLOSE of the handle
/// meanwhile does not cut it short.
enum TortureSleepControl {
    private struct Slept: Sendable {}

    /// The answer of one that has slept, whose file need not be open any more; nil for all others.
    static func wake(_ request: IoctlRequest, _ context: inout CommandContext) -> CommandResult? {
        guard request.ctlCode == .tortureSleep, context.progress is Slept else { return nil }
        IoctlResponse(ctlCode: request.ctlCode, fileID: request.fileID).write(to: &context.writer)
        return .success
    }

    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        guard context.connection.server.answersTortureControls else { throw SMBFailure(.invalidDeviceRequest) }
        guard call.input.count == 1, let milliseconds = call.input.first else { throw SMBFailure(.invalidParameter) }
        let clock = context.fileSystem.environment.clock
        let ticket = Ticket(began: clock.now())
        clock.schedule(afterMilliseconds: UInt32(milliseconds)) { ticket.settle(.retry)?.run() }
        context.progress = Slept()
        return .pending(ticket)
    }
}
