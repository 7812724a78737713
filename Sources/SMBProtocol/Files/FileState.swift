/// What the file commands remember of an open from one request to the next: the scan of a directory, the position, the mode.
package struct FileState {
    package init() {}
}
