/// SMB2 CANCEL Request — [MS-SMB2] 2.2.30. It has no response of its own.
package struct CancelRequest: Equatable, SMB2EmptyBody {
    package init() {}
}
