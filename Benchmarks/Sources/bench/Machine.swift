import Foundation

/// The machine on which this runs.
enum Machine {
    static var description: String {
        let files = ["/proc/cpuinfo", "/proc/meminfo", "/proc/sys/kernel/osrelease", "/proc/loadavg"].map {
            // A line that is missing is shown as unknown.
            (try? String(contentsOfFile: $0, encoding: .utf8)) ?? ""
        }
        let memory = value(of: "MemTotal", in: files[1]).split(separator: " ").first.flatMap { Double($0) } ?? 0
        return """
            \(Date.now.formatted(.iso8601))
            processor  \(value(of: "model name", in: files[0])), \(ProcessInfo.processInfo.activeProcessorCount) cores
            memory     \(text(memory / 1_048_576, 1)) GiB
            kernel     \(files[2].trimmingCharacters(in: .whitespacesAndNewlines))
            broker     \(ProcessInfo.processInfo.environment["MOSQUITTO_VERSION"] ?? "unknown")
            load       \(files[3].split(separator: " ").prefix(3).joined(separator: " ")) before the start
            """
    }

    private static func value(of key: String, in text: String) -> String {
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return line.flatMap { $0.split(separator: ":", maxSplits: 1).last }?
            .trimmingCharacters(in: .whitespaces) ?? "unknown"
    }
}
