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

    /// What this process has in memory.
    static func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw Failure("/proc/self/statm has no second field")
        }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// How long this thread has run: what others do on the machine meanwhile is left out.
    static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func value(of key: String, in text: String) -> String {
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return line.flatMap { $0.split(separator: ":", maxSplits: 1).last }?
            .trimmingCharacters(in: .whitespaces) ?? "unknown"
    }
}
