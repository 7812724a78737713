package import SMBMessages

/// What NEGOTIATE has agreed on for one connection — [MS-SMB2] 3.3.1.7
package struct Terms {
    package var dialect: Dialect = .smb202
    /// The client speaks the SMB3 POSIX extensions.
    package var isPosixNegotiated = false
}
