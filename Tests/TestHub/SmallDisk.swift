import Foundation
import Glibc

/// A disk of its own of a few MiB, mounted where only its own processes see it.
///
/// A holder process keeps the mount's namespace; it ends with its standard input, and so with the tests.
public final class SmallDisk: Sendable {
    private let holder: ChildProcess
    private let path: String

    /// Why there can be none here; `nil` where there can.
    public static let hindrance: String? = {
        do {
            _ = try SmallDisk(kibibytes: 64)
            return nil
        } catch {
            return "no file system can be mounted here: \(error)"
        }
    }()

    public init(kibibytes: Int) throws {
        path = NSTemporaryDirectory() + "smokehub-disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        holder = try ChildProcess([
            "unshare", "--mount", "sh", "-c",
            #"mount -t tmpfs -o size=\#(kibibytes)k tmpfs "$1" 2>/dev/null && echo mounted && exec cat"#, "sh", path,
        ])
        while holder.output.count == 0 {
            // Root may mount; anybody else is told at once.
            guard holder.end.count == 0 else { throw Missing("mounting takes root") }
            sched_yield()
        }
    }

    deinit {
        holder.feed("")
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// What starts a command that sees the disk.
    public var command: [String] { ["nsenter", "--mount=/proc/\(holder.processID)/ns/mnt", "--"] }
    /// The state folder as such a command sees it.
    public var state: String { path + "/state" }
    /// The same folder as the tests see it.
    public var stateFromOutside: String { "/proc/\(holder.processID)/root\(state)" }
    private var filler: String { "/proc/\(holder.processID)/root\(path)/filler" }

    /// Leaves no room at all.
    public func fill() throws {
        guard FileManager.default.createFile(atPath: filler, contents: nil) else { throw Missing("no filler") }
        guard let file = FileHandle(forWritingAtPath: filler) else { throw Missing("no filler") }
        defer { try? file.close() }
        try file.seekToEnd()
        for size in [65_536, 4096, 1] {
            let block = Data(repeating: 0, count: size)
            do { while true { try file.write(contentsOf: block) } } catch {}
        }
    }

    public func makeRoom() throws { try FileManager.default.removeItem(atPath: filler) }
}
