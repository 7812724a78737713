import WindowsTypes

/// SMB2 QUERY_DIRECTORY — [MS-SMB2] 2.2.33, 3.3.5.18
package enum QueryDirectoryCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
