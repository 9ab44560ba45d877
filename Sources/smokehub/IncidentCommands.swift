import ArgumentParser
import Console
import Foundation
import Hub
import Rules

/// What can be asked of incidents, open and closed.
struct Incidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the open incidents of a running hub, and tell the whole course of one.",
        discussion: """
            EXAMPLES
              smokehub incidents
              smokehub incidents show a-fire-7
              smokehub incidents cause a-fire-7 cooking --by warden-2
            """, subcommands: [ListIncidents.self, IncidentShow.self, SayCause.self],
        defaultSubcommand: ListIncidents.self)
}

/// Shows what is open.
struct ListIncidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what is open, and what is disabled.",
        discussion: "EXAMPLES\n  smokehub incidents list\n  smokehub incidents list --json | jq .")

    @OptionGroup var place: HubPlace
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        try await refusing {
            let answer = try place.client().get("/api/incidents")
            if json { return Line.out(String(decoding: answer.body, as: UTF8.self)) }
            let incidents = try JSONDecoder().decode([IncidentAnswer].self, from: answer.body)
            if incidents.isEmpty { Line.out("Nothing is open.") }
            for incident in incidents {
                let drill = incident.exercise == nil ? "" : "DRILL "
                let seen = incident.acknowledgedBy.map { "seen by \($0)" } ?? "not answered"
                Line.out(
                    "\(drill)\(incident.incident)  \(incident.hazard.rawValue) \(incident.stage.rawValue) since "
                        + "\(incident.since)  \(incident.places.joined(separator: " "))  \(seen)"
                        + (incident.silence.map { "  silenced\($0)" } ?? ""))
            }
            let disabled = try place.client().get("/api/disablements")
            for disablement in try JSONDecoder().decode([DisablementAnswer].self, from: disabled.body) {
                Line.out(disablement.line)
            }
        }
    }
}

extension IncidentAnswer {
    /// ` until 2026-… by guard-1 (toast)`; `nil` unless it is silenced.
    fileprivate var silence: String? {
        silencedUntil.map { until in
            let why = silencedWhy.map { $0.isEmpty ? "" : " (\($0))" } ?? ""
            return " until \(until) by \(silencedBy ?? "nobody")\(why)"
        }
    }
}

/// Says that somebody has seen an incident.
struct Ack: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say that somebody has seen an incident, or that it is real.",
        discussion: """
            Reminders stop, and what waits for an answer waits no longer. It silences and closes nothing.

            EXAMPLES
              smokehub ack a-fire-7 --by guard-1
              smokehub ack a-fire-7 --by guard-1 --confirmed --why "flames in 12C"

            EXIT STATUS
              0 done, 1 no such incident is open or no hub answers.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String
    @Option(help: "Who says so.") var by: String
    @Option(help: "Why, in words.") var why = ""
    @Flag(help: "Somebody has seen that it is real: the incident is confirmed at once.") var confirmed = false
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await place.ask(confirmed ? .confirm : .acknowledge, incident, IncidentRequest(by: by, why: why))
    }
}

/// Shows how a hub is.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a running hub is.",
        discussion: """
            EXAMPLES
              smokehub status
              smokehub status --json

            EXIT STATUS
              0 the hub hears its broker, 1 it does not, or no hub answers.
            """)

    @OptionGroup var place: HubPlace
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        try await refusing {
            let answer = try place.client().get("/api/status")
            let status = try JSONDecoder().decode(StatusAnswer.self, from: answer.body)
            if json {
                Line.out(String(decoding: answer.body, as: UTF8.self))
            } else {
                let canary = status.canaryMilliseconds.map { ", canary back in \($0) ms" } ?? ""
                Line.out("broker           \(status.connected ? "connected\(canary)" : "NOT CONNECTED")")
                Line.out("messages         \(status.messages)")
                Line.out("not understood   \(status.malformed)")
                Line.out("unknown devices  \(status.unknownDevices), with \(status.unknownMessages) messages")
                Line.out("too large        \(status.dropped)")
                Line.out("lists passed by  \(status.inventories)")
                Line.out("open incidents   \(status.openIncidents)")
                Line.out("false alarms     \(status.falseAlarms.sentence)")
                for channel in status.channels { Line.out(channel.line) }
                if let canary = status.deliveryCanary {
                    Line.out("delivery canary  \(canary.at) \(canary.sentence)")
                }
                if !status.connected {
                    let since = status.disconnectedAt.map { "since \($0)" } ?? "since its start"
                    Line.out("coverage         OLD: the hub hears nobody \(since), and this is how it was then")
                }
                for block in try JSONDecoder().decode(
                    [CoverageAnswer].self, from: place.client().get("/api/coverage").body)
                {
                    for line in block.lines { Line.out(line) }
                }
                for incident in status.silenced {
                    Line.out("silenced         \(incident.incident)\(incident.silence ?? "")")
                }
                for disablement in status.disablements { Line.out(disablement.line) }
                for alarm in status.buildingAlarms { Line.out(alarm.line) }
            }
            guard status.connected else { throw ExitCode(1) }
        }
    }
}

extension ChannelAnswer {
    /// `channel sms      ok since …`; one without a word about it was neither used nor can be tested.
    fileprivate var line: String {
        let name = CoverageAnswer.labelled("channel \(channel)", "")
        let whose = contact.map { "(that of \($0)) " } ?? ""
        if let downSince { return "\(name)\(whose)DOWN since \(downSince): \(why ?? "no reason given")" }
        return "\(name)\(whose)" + (workedAt.map { "ok, last at \($0)" } ?? "not tested yet")
    }
}

extension CoverageAnswer {
    /// `block a          partly: 29 of 31 floors watched`, and a line for each other floor. Floors alike in a row are one.
    fileprivate var lines: [String] {
        let count = floorsWatched + floors.count
        let sum = "\(verdict == "unwatched" ? "UNWATCHED" : verdict): \(floorsWatched) of \(count) floors watched"
        var runs: [(first: String, last: String, words: String)] = []
        for floor in floors {
            if runs.last?.words == floor.words {
                runs[runs.count - 1].last = floor.floor
            } else {
                runs.append((floor.floor, floor.floor, floor.words))
            }
        }
        return [Self.labelled("block \(block)", sum)]
            + runs.map { run in
                let isOne = run.first == run.last
                let name = isOne ? "floor \(run.first)" : "floors \(run.first)-\(run.last)"
                return Self.labelled("  \(name)", (isOne ? "" : "each ") + run.words)
            }
    }

    /// A label that is longer than its column keeps all that it says, and a space.
    fileprivate static func labelled(_ label: String, _ words: String) -> String {
        label + String(repeating: " ", count: max(1, 17 - label.count)) + words
    }
}

extension CoverageAnswer.Floor {
    fileprivate var words: String {
        guard verdict != "unwatched" else {
            return detectors == 0
                ? "UNWATCHED: no detector is registered" : "UNWATCHED: none of \(detectors) detectors would speak"
        }
        let missing =
            (unwatched.isEmpty ? [] : ["unwatched flats \(unwatched.joined(separator: " "))"])
            + (partly.isEmpty ? [] : ["partly \(partly.joined(separator: " "))"])
        return "partly: \(working) of \(detectors) detectors work"
            + (missing.isEmpty ? "" : "; \(missing.joined(separator: "; "))")
    }
}

extension FalseAlarmAnswer {
    fileprivate var sentence: String {
        guard let rate = ratePer100DetectorsAndYear, let days else {
            return "none on record, for no incident has closed"
        }
        let unknown = unexplained == 0 ? "" : "; \(unexplained) more without a known cause"
        return String(format: "%.1f", rate) + " per 100 detectors and year (\(count) in \(days) days\(unknown))"
    }
}
