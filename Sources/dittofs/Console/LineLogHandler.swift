import Configuration
import Instance
import Logging

/// The operational log: one line an event, as text or as JSON.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    let label: String
    let isJSON: Bool
    let sink: LogSink

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = LogTime.now()
        guard isJSON else {
            let details = all.map { " \($0.key)=\(Self.plain("\($0.value)"))" }.joined()
            sink.write("\(time) \(event.level) \(label): \(Self.oneLine("\(event.message)"))\(details)")
            return
        }
        let fields: [(String, JSONValue)] = [
            ("time", .string(time)), ("level", .string(event.level.rawValue)), ("label", .string(label)),
            ("message", .string("\(event.message)")),
        ]
        sink.write(JSONValue.object(fields + all.map { ($0.key, .string("\($0.value)")) }).text)
    }

    private static func plain(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0 > " " && $0 != "\"" && $0 != "\u{7F}" }
        return isPlain ? value : JSONValue.string(value).text
    }

    /// A message cannot pretend to be two.
    private static func oneLine(_ message: String) -> String {
        message.unicodeScalars.contains { $0 < " " } ? JSONValue.string(message).text : message
    }
}

extension LoggingSettings {
    func makeLogger(_ label: String, sink: LogSink) -> Logger {
        let level = Logger.Level(rawValue: level.rawValue) ?? .info
        let isJSON = format == .json
        return Logger(label: label) { LineLogHandler(logLevel: level, label: $0, isJSON: isJSON, sink: sink) }
    }
}
