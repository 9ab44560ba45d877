import ArgumentParser
import Foundation
import Hub
import Registry
import Rules
import Store

/// Decides again what was decided, by the rules of today.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a journal or a recording through the rules again.",
        discussion: """
            A journal is a hub's hub.sqlite, or the state folder that holds it. A recording is what mosquitto_sub -F %j \
            (or %J) writes. Writes a JSON object for each decision: \
            {"at","block","hazard","incident","stage","rule","exercise","because"}; `at` is the event time. Time is the \
            recording's own, as fast as it goes.

            EXAMPLES
              smokehub replay state
              mosquitto_sub -t '#' -F %j >night.jsonl
              smokehub replay night.jsonl

            EXIT STATUS
              0 played, 1 the file cannot be read, 2 wrong usage or configuration.
            """)

    @OptionGroup var files: ConfigOption

    @Argument(help: ArgumentHelp("A journal or a recording.", valueName: "journal|recording"))
    var path: String

    func run() async throws {
        try await refusing {
            var replay = try Hub.Replay(try HubConfiguration.load(files.config))
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw ValidationError("there is no '\(path)'; name a journal or a recording")
            }
            if isFolder.boolValue || path.hasSuffix(".sqlite") {
                try playJournal(isFolder.boolValue ? path + "/hub.sqlite" : path, &replay)
            } else {
                try playRecording(&replay)
            }
        }
    }

    private func playJournal(_ path: String, _ replay: inout Hub.Replay) throws {
        let database = try HubDatabase(reading: path)
        var last: Int64 = 0
        while true {
            let entries = try database.journal(after: last, limit: 1000)
            guard let end = entries.last?.sequence else { return }
            for (_, entry) in entries { try show(replay.play(entry)) }
            last = end
        }
    }

    private func playRecording(_ replay: inout Hub.Replay) throws {
        guard let file = fopen(path, "r") else {
            throw StartError("'\(path)' cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var number = 0
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        while true {
            let length = getline(&buffer, &capacity, file)
            guard length > 0, let buffer else { return }
            number += 1
            var line = buffer.withMemoryRebound(to: UInt8.self, capacity: length) {
                Array(UnsafeBufferPointer(start: $0, count: length))
            }
            while let last = line.last, last == 10 || last == 13 { line.removeLast() }
            guard !line.isEmpty else { continue }
            do {
                try show(replay.play(try RecordedMessage(line)))
            } catch {
                Line.error("\(path):\(number):1: \(error)")
            }
        }
    }

    private func show(_ decisions: [Decision]) throws {
        for decision in decisions { Line.out(try DecisionLine(decision).json()) }
    }
}
