import WindowsTypes

/// SMB2 READ — [MS-SMB2] 2.2.19, 3.3.5.12
package enum ReadCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
