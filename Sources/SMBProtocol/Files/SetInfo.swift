import WindowsTypes

/// SMB2 SET_INFO — [MS-SMB2] 2.2.39, 3.3.5.21
package enum SetInfoCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
