import ArgumentParser
import Foundation
import Hub
import Registry
import Rules

/// Decides again what was decided, by the rules of today.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a journal or a recording through the rules again.",
        discussion: """
            A journal is a hub's hub.sqlite, or the state folder that holds it, or an incident that 'smokehub journal \
            export' cut out of one. A recording is what mosquitto_sub -F %j (or %J) writes. Writes a JSON object for \
            each decision: {"at","block","hazard","incident","stage","rule","exercise","because"}; `at` is the event \
            time. Time is the recording's own, as fast as it goes. Standard error says what could not be read and, at \
            the end, how much was played.

            A recording does not show when a hub would have lost its connection: it is played as if the hub had \
            always heard. Where its time goes back, it is played as at the latest time until it has caught up.

            With --against, plays the same through this configuration and through other rules at once, and writes \
            only what they decide differently: `-` is only in this configuration, `+` only with the other rules, `~` \
            a stage reached sooner or later. Incidents are compared by block, hazard and time, not by their rules' \
            names. A night is from 23:00 to 07:00 in local time (TZ), and a flat counts once a night.

            EXAMPLES
              smokehub replay state
              mosquitto_sub -t '#' -F %j >night.jsonl
              smokehub replay night.jsonl
              smokehub replay night.jsonl --against new-rules.yaml

            EXIT STATUS
              0 played (with --against: no difference), 1 the file cannot be read (with --against: differences), \
            2 wrong usage or configuration.
            """)

    @OptionGroup var files: ConfigOption

    @Option(
        help: ArgumentHelp(
            "Compare with these rules, or with the rules, devices and estate of another configuration folder.",
            valueName: "rules.yaml|folder"))
    var against: String?

    @Flag(help: "With --against: a JSON object for each difference, and one for the summary.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say nothing on standard error but what could not be read.")
    var quiet = false

    @Argument(help: ArgumentHelp("A journal or a recording.", valueName: "journal|recording"))
    var path: String

    func validate() throws {
        if json, against == nil {
            throw ValidationError("--json goes with --against; without it the decisions are JSON already")
        }
    }

    func run() async throws {
        try await refusing {
            let today = try HubConfiguration.load(files.config)
            guard FileManager.default.fileExists(atPath: path) else {
                throw ValidationError("there is no '\(path)'; name a journal or a recording")
            }
            let input = try ReplayInput(path) { Line.error($0) }
            var output = LineBuffer()
            let isDifferent: Bool
            if let against {
                isDifferent = try compare(input, today, try Self.other(against, today), &output)
            } else {
                isDifferent = false
                try play(input, today, &output)
            }
            output.flush()
            if isDifferent { throw ExitCode(1) }
        }
    }

    private func play(_ input: ReplayInput, _ configuration: HubConfiguration, _ output: inout LineBuffer) throws {
        var replay = try Hub.Replay(configuration)
        let start = ContinuousClock.now
        var decisions = 0
        while let step = try input.next() {
            for decision in replay.play(step).decisions {
                decisions += 1
                output.append(try DecisionLine(decision).json())
            }
        }
        output.flush()
        say(input, replay, decisions: decisions, since: start)
    }

    private func compare(
        _ input: ReplayInput, _ today: HubConfiguration, _ other: HubConfiguration, _ output: inout LineBuffer
    ) throws -> Bool {
        var comparison = try ReplayComparison(today: today, other: other)
        let start = ContinuousClock.now
        while let step = try input.next() { comparison.play(step) }
        for difference in comparison.differences {
            output.append(json ? try difference.json() : difference.description)
        }
        let summary = comparison.summary
        if json {
            output.append(try summary.json())
        } else {
            for line in summary.lines { output.append(line) }
        }
        output.flush()
        say(input, comparison.today, decisions: summary.today.decisions, since: start)
        return summary.isDifferent
    }

    private static func other(_ path: String, _ today: HubConfiguration) throws -> HubConfiguration {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ValidationError("there is no '\(path)'; name a rules.yaml or a configuration folder")
        }
        if isFolder.boolValue { return try HubConfiguration.load(path) }
        var other = today
        other.rules = try RuleSet.load(path)
        return other
    }

    private func say(
        _ input: ReplayInput, _ replay: Hub.Replay, decisions: Int, since start: ContinuousClock.Instant
    ) {
        guard !quiet else { return }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = seconds > 0 ? Int(Double(input.steps) / seconds) : input.steps
        Line.error(
            "\(input.steps) messages, \(decisions) decisions, \(String(format: "%.2f", seconds)) s: \(rate) messages/s")
        for (count, what) in [
            (input.unreadable, "lines could not be read"),
            (replay.malformed, "messages could not be understood, as in the hub"),
            (replay.unknown, "messages came from devices that devices.csv does not have"),
        ] where count > 0 {
            Line.error("\(count) \(what)")
        }
    }
}
