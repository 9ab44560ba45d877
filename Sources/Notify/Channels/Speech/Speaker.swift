import Crypto
public import Foundation
public import Registry
import Synchronization

/// Speaks texts into sound files with espeak-ng, each once: whoever asks again gets the same file.
public struct Speaker: Sendable {
    private let program: String
    private let folder: String
    private let limit: Duration

    /// One voice speaks one language. Of Debian's espeak-ng 1.51: `yue` is Cantonese, `cmn` Mandarin, `en` English; both
    /// Chinese ones read characters.
    public static let voices: [(voice: String, language: Language)] = [
        ("yue", .traditionalChinese), ("cmn", Language("zh-Hans")), ("en", .english),
    ]

    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    /// - Parameters:
    ///   - program: espeak-ng, by its path; - folder: where the files are kept, made when needed.
    ///   - limit: of one text. Longer than this, and the fire would not wait for it.
    public init(program: String, folder: String, limit: Duration = .seconds(5)) {
        self.program = program
        self.folder = folder
        self.limit = limit
    }

    /// Where espeak-ng is installed; `nil` if it is not.
    public static func installed() -> String? {
        ["/usr/bin/espeak-ng", "/usr/local/bin/espeak-ng"].first(where: FileManager.default.isExecutableFile(atPath:))
    }

    private static let pause = Duration.milliseconds(700)
    /// In words a minute; espeak-ng's own 175 is too fast in a stairwell.
    private static let rate = "150"

    /// What is said, in its order, all of it twice.
    ///
    /// - Returns: a WAV file's name in the folder.
    /// - Throws: if it cannot be spoken or written in time.
    func file(saying texts: [(voice: String, text: String)]) async throws -> String {
        let whole = texts.map { "\($0.voice)\0\($0.text)\0" }.joined()
        let digest = SHA256.hash(data: Array((Self.rate + whole).utf8)).prefix(16)
        let name = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + ".wav"
        guard !FileManager.default.fileExists(atPath: "\(folder)/\(name)") else { return name }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let spoken = try await withThrowingTaskGroup(of: (Int, WaveFile).self) { group in
            for (index, part) in texts.enumerated() {
                group.addTask { (index, try await speak(part.text, voice: part.voice)) }
            }
            return try await group.reduce(into: [Int: WaveFile]()) { $0[$1.0] = $1.1 }
        }
        let once = texts.indices.compactMap { spoken[$0] }
        let sound = try WaveFile.joined(once + once, pause: Self.pause)
        // Foundation renames it into place, so nobody finds half of one.
        try Data(sound.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
        return name
    }

    func bytes(of name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }

    private func speak(_ text: String, voice: String) async throws -> WaveFile {
        let part = "\(folder)/\(UUID().uuidString)"
        defer { for end in [".text", ".sound"] { unlink(part + end) } }
        // Not through a pipe, for a write to one whose reader has died is a signal to the whole hub.
        try Data(text.utf8).write(to: URL(fileURLWithPath: part + ".text"))
        let status = try await run(
            ["-v", voice, "-s", Self.rate, "-b", "1", "-w", part + ".sound", "-f", part + ".text"])
        guard status == 0 else { throw Mistake(description: "espeak-ng ended with \(status)") }
        return try WaveFile(Array(try Data(contentsOf: URL(fileURLWithPath: part + ".sound"))))
    }

    /// Runs it to its end, for at most `limit`; a cancelled task ends it at once.
    private func run(_ arguments: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (ends, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        let status: Int32? = await withTaskGroup { group in
            group.addTask { await ends.first { _ in true } }
            group.addTask {
                // Cancelled when it has ended.
                do { try await Task.sleep(for: limit) } catch {}
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let status else {
            kill(process.processIdentifier, SIGKILL)
            throw Mistake(description: "espeak-ng did not end in time")
        }
        return status
    }
}
