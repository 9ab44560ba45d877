import ArgumentParser
import Dispatch
import Drill
import Foundation
import Hub
import MQTT
import Registry
import Synchronization

/// `smokehub drill`: exercises, played to a running hub.
struct DrillGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Play a drill to a running hub, and judge what comes of it.",
        discussion: """
            Every text that goes out during a drill begins with DRILL / 演習, so no resident takes it for a fire.

            EXAMPLES
              smokehub drill list
              smokehub drill run kitchen-fire --speed 10 --report fire.html
            """,
        subcommands: [DrillList.self, DrillRun.self])
}

/// `smokehub drill list`
struct DrillList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the scenarios, how long each takes at --speed 1, and what it is.",
        discussion: "EXAMPLES\n  smokehub drill list")

    @OptionGroup var files: DrillFiles

    func run() async throws {
        try await refusing {
            let folder = files.folder
            for name in try folder.names() {
                Line.out(DrillLines.line(for: try folder.scenario(name, cast: nil)))
            }
        }
    }
}

/// `smokehub drill run`
struct DrillRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Play a scenario. Exit 0 if all came that had to, 1 if not.",
        discussion: """
            The devices speak under drill/ on the broker, each in its own format. The hub has to be running, unless \
            --embedded-broker starts one for this drill alone.

            EXAMPLES
              smokehub drill run kitchen-fire --speed 10 --report fire.html
              smokehub drill run kitchen-fire --speed 10 --embedded-broker

            EXIT STATUS
              0 everything came that had to, 1 something did not or it was broken off, \
            2 wrong usage or configuration.
            """)

    @Argument(help: "A scenario, as 'smokehub drill list' shows it.")
    var name: String

    @Option(help: "Times faster than life, 1 to 1000. Above 100 a timer may overtake a message.")
    var speed = 1

    @Option(help: ArgumentHelp("Write the verdict as a web page, too.", valueName: "file.html"))
    var report: String?

    @Option(help: "The broker, instead of the one in hub.yaml: mqtt://[user@]host:port or mqtts://….")
    var broker: String?

    @Flag(help: "Start a broker and a hub for this drill alone, on this machine.")
    var embeddedBroker = false

    @Option(help: "With --embedded-broker: the hub's state folder. (default: a new temporary one)")
    var state: String?

    @Flag(help: "Play also what the hub takes for a real fire. Sirens sound, and people leave their homes.")
    var allowRealAlarms = false

    @OptionGroup var files: DrillFiles

    func validate() throws {
        guard (1...1000).contains(speed) else {
            throw ValidationError("a speed of \(speed) is out of range; write a number from 1 to 1000")
        }
        if broker != nil, embeddedBroker {
            throw ValidationError("--broker and --embedded-broker exclude each other; give one of them")
        }
        let folder = report.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        if let report, let folder, !FileManager.default.isWritableFile(atPath: folder) {
            throw ValidationError("'\(report)' cannot be written; name a file in a folder that is there and yours")
        }
    }

    func run() async throws {
        let verdict = try await refusing { try await play() }
        Line.out(DrillLines.text(of: verdict))
        if let report {
            try await refusing {
                try DrillReport.html(of: verdict).write(toFile: report, atomically: true, encoding: .utf8)
            }
            Line.out("Report: \(report)")
        }
        guard verdict.isPassed else { throw ExitCode(1) }
    }

    private func play() async throws -> Verdict {
        let local = embeddedBroker ? try LocalHub(config: files.config, broker: nil, state: state) : nil
        var settings = try local?.configuration.settings ?? HubSettings.load(path: files.config)
        if let broker { settings.broker.use(try BrokerAddress(broker)) }
        let cast = Cast(
            try EstateRegistry.load(settings),
            zigbeeBase: settings.zigbee2MQTTBaseTopics.first ?? "zigbee2mqtt")
        let scenario = try files.folder.scenario(name, cast: cast)
        let connection = BrokerSettings.drill(settings.broker)
        let screen = DrillScreen()
        let playing = Task {
            let play: @Sendable () async throws -> Verdict = {
                let clock = SystemDrillClock()
                let link = try BrokerLink(connection, clock: clock)
                return try await DrillPlayer(cast: cast, link: link, clock: clock)
                    .play(scenario, speed: speed, allowsRealAlarms: allowRealAlarms || local != nil) { screen.show($0) }
            }
            guard let local else { return try await play() }
            return try await local.whileRunning(play)
        }
        // Control-C ends the drill properly, so that the hub does not wait for the rest of it.
        let signals = onTermination { playing.cancel() }
        defer { signals.forEach { $0.cancel() } }
        return try await playing.value
    }
}

extension BrokerSettings {
    /// The player's own connection, of which the broker keeps nothing.
    static func drill(_ broker: HubSettings.Broker) -> BrokerSettings {
        var connection = BrokerSettings(
            broker, clientID: "smokehub-drill-\(ProcessInfo.processInfo.processIdentifier)")
        connection.cleanStart = true
        connection.sessionExpiry = .zero
        return connection
    }
}

/// Where the configuration and the scenarios lie.
struct DrillFiles: ParsableArguments {
    @Option(help: "The configuration: a folder, or a hub.yaml.")
    var config = "Config"

    @Option(help: "The folder of the scenarios. (default: Simulators/Scenarios, here or beside the configuration)")
    var scenarios: String?

    var folder: ScenarioFolder {
        if let scenarios { return ScenarioFolder(scenarios) }
        let isFile = config.hasSuffix(".yaml")
        let beside = isFile ? URL(fileURLWithPath: config).deletingLastPathComponent().path : config
        return .usual(beside: beside, program: CommandLine.arguments.first ?? "")
    }
}

/// Shows a drill while it is played.
final class DrillScreen: Sendable {
    private let record = Mutex<DrillRecord?>(nil)

    func show(_ event: DrillPlayer.Event) {
        if case .began(let begun) = event { record.withLock { $0 = begun } }
        Line.out(DrillLines.line(for: event, of: record.withLock { $0 }))
    }
}
