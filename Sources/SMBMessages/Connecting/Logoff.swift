/// SMB2 LOGOFF Request — [MS-SMB2] 2.2.7
package struct LogoffRequest: Equatable, SMB2EmptyBody {
    package init() {}
}

/// SMB2 LOGOFF Response — [MS-SMB2] 2.2.8
package struct LogoffResponse: Equatable, SMB2EmptyBody {
    package init() {}
}
