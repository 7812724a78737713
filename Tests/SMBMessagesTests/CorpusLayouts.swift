/// Captures that decode, but whose senders lay a body out as our encoder does not; what is read is the same.
let otherLayouts: Set<String> = [
    // smbd leaves an old byte where an error has no data.
    "error-change-notify-00000103", "smbclient-311-write-response-00000103",
    "smbtorture-311-change-notify-response-00000103",
    // smbd fills the last answer of a compound up to a multiple of eight bytes.
    "cifs-6.1-3.1.1-error-close-c0000034", "cifs-6.1-3.1.1-error-close-c0000121",
    // smbd tells no place where there is no data.
    "smbtorture-311-change-notify-response-0000010c",
    // smbclient leaves the data's wanted place to the server, and so does cifs.
    "read-request", "smbclient-311-read-request", "cifs-6.1-3.1.1-read-request",
    // smbclient fills a name up to a multiple of four bytes; cifs one of eight, an empty one too.
    "smbclient-311-create-request", "cifs-6.1-3.1.1-create-request-QFid",
    "cifs-6.1-3.1.1-create-request-RqLs-DHnQ-QFid",
    // cifs ends a path with a zero that it does not count.
    "cifs-6.1-3.1.1-tree-connect-request",
    // Clients tell no place for the input or the output that a request has not.
    "smbtorture-311-ioctl-request-001440f2", "smbprotocol-1.17-3.1.1-ioctl-request-00140078",
    "smbclient-4.17-3.1.1-ioctl-request-00140078",
    "cifs-6.1-3.1.1-ioctl-request-00060194", "cifs-6.1-3.1.1-ioctl-request-000900c4",
    "cifs-6.1-3.1.1-ioctl-request-000980c8", "cifs-6.1-3.1.1-query-info-request-type1-class15",
    "cifs-6.1-3.1.1-query-info-request-type1-class18", "cifs-6.1-3.1.1-query-info-request-type2-class7",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class15",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class22",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class35",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class4",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class5",
    "smbprotocol-1.17-3.1.1-query-info-request-type1-class6",
    "smbprotocol-1.17-3.1.1-query-info-request-type2-class1",
    "smbprotocol-1.17-3.1.1-query-info-request-type2-class7",
    // cifs adds a byte for the input that such a request has not.
    "cifs-6.1-3.1.1-query-info-request-type2-class1", "cifs-6.1-3.1.1-query-info-request-type2-class11",
    "cifs-6.1-3.1.1-query-info-request-type2-class4", "cifs-6.1-3.1.1-query-info-request-type2-class5",
    // Windows tells a place for the channel's information that a request has not.
    "windows-published-write-request-30", "windows-published-write-request-311",
]
