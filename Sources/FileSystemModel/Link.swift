/// One name of a file: the directory that holds it, and what it is called there. What an open came through.
package struct Link: Hashable, Sendable {
    package var parent: InodeNumber
    package var name: FileName

    package init(parent: InodeNumber, name: FileName) {
        self.parent = parent
        self.name = name
    }
}
