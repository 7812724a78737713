/// SMB2 ECHO Request — [MS-SMB2] 2.2.28
package struct EchoRequest: Equatable, SMB2EmptyBody {
    package init() {}
}

/// SMB2 ECHO Response — [MS-SMB2] 2.2.29
package struct EchoResponse: Equatable, SMB2EmptyBody {
    package init() {}
}
