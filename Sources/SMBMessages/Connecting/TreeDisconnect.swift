/// SMB2 TREE_DISCONNECT Request — [MS-SMB2] 2.2.11
package struct TreeDisconnectRequest: Equatable, SMB2EmptyBody {
    package init() {}
}

/// SMB2 TREE_DISCONNECT Response — [MS-SMB2] 2.2.12
package struct TreeDisconnectResponse: Equatable, SMB2EmptyBody {
    package init() {}
}
