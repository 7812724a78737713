package import FileSystemModel

/// One inode as a store keeps it.
package struct InodeRecord: Equatable, Sendable {
    package var attributes: Attributes
    /// Where the bytes are; nil until the first byte, and for what has none.
    package var contentID: ContentID?
    /// A symbolic link's target, verbatim.
    package var symbolicLinkTarget: [UInt8]?
    /// The directory that holds a directory; the root's is the root. Nil for all else: those can have many.
    package var parent: InodeNumber?
    /// The cookie that the next entry made in a directory gets.
    package var nextCookie: DirectoryCookie
    /// A name was made in a directory that could be the short name of another entry there.
    package var hasHeldShortNames = false
    /// A file that never had a named stream need not be asked for any.
    package var hasHeldStreams = false
    /// An inode that never had an extended attribute need not be asked for any.
    package var hasHeldExtendedAttributes = false
    /// NFS's exclusive-create verifier.
    package var exclusiveCreateVerifier: UInt64?

    package init(attributes: Attributes, parent: InodeNumber? = nil) {
        self.attributes = attributes
        self.parent = parent
        nextCookie = .first
    }
}

/// One name in a directory.
package struct EntryRecord: Equatable, Sendable {
    package var parent: InodeNumber
    package var name: FileName
    /// The key of the index that looks up without regard to case.
    package var foldedName: FoldedName
    package var inode: InodeNumber
    /// The entry's place in its directory; never given to another name there.
    package var cookie: DirectoryCookie

    package init(
        parent: InodeNumber, name: FileName, foldedName: FoldedName, inode: InodeNumber, cookie: DirectoryCookie
    ) {
        self.parent = parent
        self.name = name
        self.foldedName = foldedName
        self.inode = inode
        self.cookie = cookie
    }
}

/// One alternate data stream of a file: its name, its size and where its bytes are.
package struct StreamRecord: Equatable, Sendable {
    package var inode: InodeNumber
    /// The stream's own number, out of the inodes' and never given out twice: opens, share modes and locks know the stream by it,
    /// whatever it is called.
    package var number: InodeNumber
    package var name: FileName
    package var contentID: ContentID?
    package var size: UInt64
    package var allocatedSize: UInt64

    package init(
        inode: InodeNumber, number: InodeNumber, name: FileName, contentID: ContentID? = nil, size: UInt64 = 0,
        allocatedSize: UInt64 = 0
    ) {
        self.inode = inode
        self.number = number
        self.name = name
        self.contentID = contentID
        self.size = size
        self.allocatedSize = allocatedSize
    }
}

/// What a store knows of its share as a whole.
package struct ShareRecord: Equatable, Sendable {
    /// Made once, when the share is new: the volume's serial number and object id come from it.
    package var identifier: UInt64
    /// The number of the record's layout; migrations count it up.
    package var version: UInt32
    package var created: Timestamp

    package init(identifier: UInt64, version: UInt32, created: Timestamp) {
        self.identifier = identifier
        self.version = version
        self.created = created
    }
}
