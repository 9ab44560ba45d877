import FoundationEssentials

/// Where the files of an alert log lie in a state folder, and how they are named.
///
/// `alerts.jsonl` grows; full ones are kept as `alerts-<first seq, 12 digits>.jsonl`; `alerts.head` is the anchor.
struct LogFolder: Hashable, Sendable {
    let path: String

    var active: String { "\(path)/alerts.jsonl" }
    var head: String { "\(path)/alerts.head" }
    /// The next active file, until it takes its name.
    var coming: String { "\(path)/alerts.next" }

    func segment(first: Int64) -> String {
        let digits = String(first)
        return "\(path)/alerts-\(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits).jsonl"
    }

    /// A full file, and the first `seq` in it according to its name.
    struct Segment: Hashable {
        var first: Int64
        var path: String
    }

    /// The full files, oldest first. Throws if the folder cannot be listed.
    func segments() throws(LogError) -> [Segment] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            // Foundation's own error says less than the system does.
            _ = try LogFile.reading(path)
            throw LogError.system("list the folder", path)
        }
        return names.compactMap { name in
            guard name.hasPrefix("alerts-"), name.hasSuffix(".jsonl") else { return nil }
            let digits = name.dropFirst(7).dropLast(6)
            guard digits.utf8.count >= 12, let first = Int64(digits) else { return nil }
            return Segment(first: first, path: "\(path)/\(name)")
        }
        .sorted { $0.first < $1.first }
    }

    /// Whether anything of an alert log is here.
    func hasLog() throws(LogError) -> Bool {
        if try LogFile.identity(of: active) != nil { return true }
        if try LogFile.identity(of: head) != nil { return true }
        return try !segments().isEmpty
    }
}
