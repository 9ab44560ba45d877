import FoundationEssentials
import Glibc

/// The anchor: which line was last when the hub last wrote. It lets a cut tail be noticed, and the hub start quickly.
///
/// It is replaced after the lines are safe, so a crash may leave the log ahead of it, never behind.
struct LogHead: Hashable, Sendable, Codable {
    /// 0 while there is no line.
    var seq: Int64 = 0
    var hash = LogSeal.genesis
    /// How long `alerts.jsonl` was, in bytes, with that line as its last.
    var bytes: Int64 = 0
    /// The last sequence of each database that the log holds.
    var sources: [String: Int64] = [:]

    private static let bytesMax = 65_536

    /// `nil` if there is none. Throws ``LogError/Reason/unreadableHead`` for one that the hub did not write.
    static func read(in folder: LogFolder) throws(LogError) -> LogHead? {
        guard let file = try LogFile.readingIfPresent(folder.head) else { return nil }
        let bytes = try file.bytes(at: 0, count: bytesMax)
        do {
            let head = try JSONDecoder().decode(LogHead.self, from: Data(bytes))
            if (0...LogLine.sequenceMax).contains(head.seq), head.bytes >= 0 { return head }
        } catch {
            // Said below, in words that tell the user what to do.
        }
        throw LogError(path: folder.head, reason: .unreadableHead)
    }

    /// Replaces the anchor in one step.
    func write(in folder: LogFolder, by writing: LogWriting) throws(LogError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes: Data
        do {
            bytes = try encoder.encode(self)
        } catch {
            throw LogError(path: folder.head, reason: .unreadableHead)
        }
        let fresh = try LogFile.appending("\(folder.head).next", emptied: true)
        try writing.all(Array(bytes) + [UInt8(ascii: "\n")], to: fresh)
        try fresh.synchronise()
        try LogFile.rename(fresh.path, to: folder.head)
    }
}
