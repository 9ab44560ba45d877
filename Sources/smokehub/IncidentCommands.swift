import ArgumentParser
import Console
import Foundation
import Hub
import Rules

/// What can be asked about incidents.
struct Incidents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the open incidents of a running hub, or tell the whole course of one.",
        discussion: "EXAMPLES\n  smokehub incidents\n  smokehub incidents show a-fire-7",
        subcommands: [IncidentList.self, IncidentShow.self], defaultSubcommand: IncidentList.self)
}

/// Shows what is open.
struct IncidentList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the open incidents of a running hub.",
        discussion: "EXAMPLES\n  smokehub incidents list\n  smokehub incidents --json | jq .")

    @OptionGroup var place: HubPlace
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        try await refusing {
            let answer = try place.client().get("/api/incidents")
            if json { return Line.out(String(decoding: answer.body, as: UTF8.self)) }
            let incidents = try JSONDecoder().decode([IncidentAnswer].self, from: answer.body)
            if incidents.isEmpty { return Line.out("Nothing is open.") }
            for incident in incidents {
                let drill = incident.exercise == nil ? "" : "DRILL "
                let seen = incident.acknowledgedBy.map { "seen by \($0)" } ?? "not answered"
                Line.out(
                    "\(drill)\(incident.incident)  \(incident.hazard.rawValue) \(incident.stage.rawValue) since "
                        + "\(incident.since)  \(incident.places.joined(separator: " "))  \(seen)")
            }
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
        try await ask(confirmed ? .confirm : .acknowledge, incident, by: by, why: why, place)
    }
}

/// Closes an incident for good.
struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Close an incident for good.",
        discussion: """
            Whoever was told of it is told that it is over. A detector that goes on alarming opens a new one after the \
            re-arm time.

            EXAMPLES
              smokehub reset a-fire-7 --by warden-2 --why "burnt toast"

            EXIT STATUS
              0 done, 1 no such incident is open or no hub answers.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String
    @Option(help: "Who closes it.") var by: String
    @Option(help: "Why, in words.") var why = ""
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await ask(.reset, incident, by: by, why: why, place)
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
                Line.out("unknown devices  \(status.unknownDevices) messages")
                Line.out("too large        \(status.dropped)")
                Line.out("open incidents   \(status.openIncidents)")
            }
            guard status.connected else { throw ExitCode(1) }
        }
    }
}

/// Asks the hub for something, and says what became of it.
private func ask(
    _ verb: OperatorCommand.Verb, _ incident: String, by: String, why: String, _ place: HubPlace
) async throws {
    try await refusing {
        guard let path = incident.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-"])) else {
            throw StartError("'\(incident)' is no incident's name")
        }
        let answer = try place.client().post(
            "/api/incidents/\(path)/\(verb.rawValue)", ["by": by, "why": why])
        guard answer.status == 204 else {
            struct Refused: Decodable {
                struct Inner: Decodable { var message: String }
                var error: Inner
            }
            let refused = try? JSONDecoder().decode(Refused.self, from: answer.body)
            throw StartError(refused?.error.message ?? "the hub answers HTTP \(answer.status)")
        }
    }
}
