import WindowsTypes

/// SMB2 CLOSE — [MS-SMB2] 2.2.15, 3.3.5.10
package enum CloseCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
