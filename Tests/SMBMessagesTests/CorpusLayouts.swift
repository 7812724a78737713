/// Captures that decode, but whose senders lay a body out as our encoder does not; what is read is the same.
///
/// Empty parts at offset 0 or at a place of the sender's own, and parts that begin at the fixed part's last byte or behind
/// padding.
let otherLayouts: Set<String> = [
    "cifs-6.1-3.1.1-create-request-QFid",
    "cifs-6.1-3.1.1-create-request-RqLs-DHnQ-QFid",
    "cifs-6.1-3.1.1-error-close-c0000034",
    "cifs-6.1-3.1.1-error-close-c0000121",
    "cifs-6.1-3.1.1-ioctl-request-00060194",
    "cifs-6.1-3.1.1-ioctl-request-000900c4",
    "cifs-6.1-3.1.1-ioctl-request-000980c8",
    "cifs-6.1-3.1.1-query-info-request-type1-class15",
    "cifs-6.1-3.1.1-query-info-request-type1-class18",
    "cifs-6.1-3.1.1-query-info-request-type2-class1",
    "cifs-6.1-3.1.1-query-info-request-type2-class11",
    "cifs-6.1-3.1.1-query-info-request-type2-class4",
    "cifs-6.1-3.1.1-query-info-request-type2-class5",
    "cifs-6.1-3.1.1-query-info-request-type2-class7",
    "cifs-6.1-3.1.1-read-request",
    "cifs-6.1-3.1.1-tree-connect-request",
    "smbclient-4.17-3.1.1-create-request",
    "smbclient-4.17-3.1.1-ioctl-request-00140078",
    "smbclient-4.17-3.1.1-read-request",
    "smbprotocol-1.17-3.1.1-ioctl-request-00140078",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class15",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class22",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class35",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class4",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class5",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class6",
    "smbprotocol-1.17-3.1.1-query-info-request-type2-class1",
    "smbprotocol-1.17-3.1.1-query-info-request-type2-class7",
]
