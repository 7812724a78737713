/// One line for each request at any door: time, door, user, operation, path, result, microseconds.
///
/// Who traces holds an optional ``TraceLog``: when tracing is off there is none, and the cost is one comparison with
/// nil.
package final class TraceLog: Sendable {
    package struct Entry: Sendable {
        package var door: String
        package var user: String
        package var operation: String
        package var path: String
        /// `ok`, or the error's name in the door's own vocabulary.
        package var result: String
        package var microseconds: Int

        package init(
            door: String, user: String, operation: String, path: String, result: String, microseconds: Int
        ) {
            self.door = door
            self.user = user
            self.operation = operation
            self.path = path
            self.result = result
            self.microseconds = microseconds
        }
    }

    private let sink: LogSink
    private let isJSON: Bool

    package init(sink: LogSink, isJSON: Bool) {
        self.sink = sink
        self.isJSON = isJSON
    }

    package func record(_ entry: Entry) {
        sink.write(line(for: entry, at: LogTime.now()))
    }

    package func line(for entry: Entry, at time: String) -> String {
        if isJSON {
            return JSONValue.object([
                ("time", .string(time)), ("level", .string("trace")), ("door", .string(entry.door)),
                ("user", .string(entry.user)), ("operation", .string(entry.operation)), ("path", .string(entry.path)),
                ("result", .string(entry.result)), ("microseconds", .number(entry.microseconds)),
            ]).text
        }
        // A path may hold anything; in quotes, it cannot pretend to be another line.
        return "\(time) trace \(entry.door) \(entry.user) \(entry.operation) \(JSONValue.string(entry.path).text) "
            + "\(entry.result) \(entry.microseconds)us"
    }
}
