#if canImport(Glibc)
    import Glibc
#endif

/// Why a corpus could not be read: a path, and errno.
package struct CorpusError: Error, CustomStringConvertible {
    package var path: String
    package var code: Int32
    package var description: String { "\(path): errno \(code)" }
}

/// Reads the corpus files (`*.hex`) of a directory, sorted by name.
///
/// A file is hexadecimal digits in any grouping; `#` begins a comment that reaches to the end of the line and says
/// where the bytes come from. Text, so that a diff shows what changed.
package func loadCorpus(directory: String) throws(CorpusError) -> [(name: String, bytes: [UInt8])] {
    guard let stream = unsafe opendir(directory) else { throw CorpusError(path: directory, code: errno) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        if name.hasSuffix(".hex") { names.append(name) }
    }
    unsafe closedir(stream)
    var corpus: [(name: String, bytes: [UInt8])] = []
    for name in names.sorted() {
        let text = try contents(of: directory + "/" + name)
        guard let bytes = bytes(ofHexText: text) else { throw CorpusError(path: directory + "/" + name, code: EILSEQ) }
        corpus.append((String(name.dropLast(4)), bytes))
    }
    return corpus
}

/// The bytes that hexadecimal text with `#` comments stands for, or nil where it has something else or an odd digit.
package func bytes(ofHexText text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    var inComment = false
    for character in text {
        if character == UInt8(ascii: "\n") {
            inComment = false
            continue
        }
        if inComment || character == UInt8(ascii: " ") || character == UInt8(ascii: "\t") { continue }
        let digit: UInt8
        switch character {
        case UInt8(ascii: "#"):
            inComment = true
            continue
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
        default: return nil
        }
        if let first = high {
            bytes.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? bytes : nil
}

/// The same for a literal in a test.
package func bytes(ofHex text: String) -> [UInt8] {
    guard let bytes = bytes(ofHexText: Array(text.utf8)) else { preconditionFailure("not hexadecimal: \(text)") }
    return bytes
}

private func contents(of path: String) throws(CorpusError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { throw CorpusError(path: path, code: errno) }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw CorpusError(path: path, code: errno) }
        if count == 0 { return result }
        result.append(contentsOf: chunk[..<count])
    }
}
