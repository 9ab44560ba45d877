import AlertLog
import ArgumentParser
import Console
import Drill
import Foundation
import Hub
import Logging
import MQTT
import Registry
import Rules
import Synchronization

/// All of it at work on this machine alone: a broker, a hub, and the drills.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See all of it at work on this machine alone: broker, hub and drills.",
        discussion: """
            Starts this machine's own mosquitto on a loopback port and a hub beside it, plays the drills and follows \
            the alert log. Nothing outside this machine is told. It keeps its state in a folder of its own, which it \
            names at the end.

            EXAMPLES
              smokehub demo            the drills, then it goes on following the log until Control-C
              smokehub demo --once     ends by itself with the drills' verdict

            EXIT STATUS
              0 every drill went as it should, 1 one did not, 2 wrong usage or configuration.
            """)

    @OptionGroup var files: DrillFiles

    @Flag(help: "End with the drills' verdict instead of following the log.")
    var once = false

    @Option(help: "Times faster than life, 1 to 1000. (default: so that no drill takes much longer than 15 s)")
    var speed: Int?

    @Option(help: "The state folder. (default: a new one under the system's temporary folder)")
    var state: String?

    @Option(help: "The sentences' language. (default: the locale's)")
    var language: LogLanguage?

    @Argument(help: "The scenarios to play, as 'smokehub drill list' shows them. (default: all)")
    var scenarios: [String] = []

    func validate() throws {
        if let speed, !(1...1000).contains(speed) {
            throw ValidationError("a speed of \(speed) is out of range; write a number from 1 to 1000")
        }
    }

    func run() async throws {
        try await refusing {
            let place = state ?? FileManager.default.temporaryDirectory.path + "/smokehub-demo-\(getpid())"
            var configuration = try HubConfiguration.load(files.config)
            let folder = try StateFolder(place)
            let broker = try EmbeddedBroker(folder: folder.broker)
            defer { broker.stop() }
            configuration.settings.broker = HubSettings.Broker()
            configuration.settings.broker.address = BrokerAddress(host: "127.0.0.1", port: broker.port)
            let allPassed = try await present(configuration, folder, port: broker.port)
            Line.out("\nThe log stays in \(place); look again with: smokehub tail -n 100 --state \(place)")
            if !allPassed { throw ExitCode(1) }
        }
    }

    /// Runs the hub and shows the log while the drills are played.
    private func present(_ configuration: HubConfiguration, _ folder: StateFolder, port: Int) async throws -> Bool {
        let (readiness, whenReady) = AsyncStream<Void>.makeStream()
        let hub = try HubService(
            configuration, state: folder, logger: hubLogger(.error), onReady: { whenReady.yield() })
        let running = Task {
            try await withThrowingTaskGroup { group in
                group.addTask { try await hub.run() }
                group.addTask { try await ControlService(hub, logger: hubLogger(.error)).run() }
                // When the hub ends, nobody can be answered any more.
                try await group.next()
                group.cancelAll()
            }
        }
        let (endings, whenDrillEnds) = AsyncStream<Void>.makeStream()
        let showing = Task {
            try await LogScreen(folder: folder.path, language: language).follow { line in
                if line.event == .drill, line.details["state"] == "ended" { whenDrillEnds.yield() }
            }
        }
        let signals = onTermination { running.cancel() }
        defer { signals.forEach { $0.cancel() } }
        Line.out(
            "A broker on 127.0.0.1:\(port), a hub with \(configuration.registry.devices.count) devices, and now:\n")
        for await _ in readiness { break }
        let verdicts = try await withTaskCancellationHandler {
            try await playAll(configuration, port: port, endings)
        } onCancel: {
            running.cancel()
        }
        if !once {
            Line.out("\nThe hub goes on; Control-C ends it. Speak to it yourself, for example:")
            Line.out(Self.invitation(configuration, port: port) + "\n")
        }
        if once { running.cancel() }
        do { try await running.value } catch is CancellationError {}
        showing.cancel()
        for verdict in verdicts { Line.out("\n" + DrillLines.text(of: verdict)) }
        return verdicts.allSatisfy(\.isPassed)
    }

    /// - Parameter endings: yields when the log has shown that a drill is over, so that the next is announced below it.
    private func playAll(
        _ configuration: HubConfiguration, port: Int, _ endings: AsyncStream<Void>
    ) async throws -> [Verdict] {
        let cast = Cast(
            configuration.registry,
            zigbeeBase: configuration.settings.zigbee2MQTTBaseTopics.first ?? "zigbee2mqtt")
        let names = scenarios.isEmpty ? try Self.inOrder(files.folder) : scenarios
        var verdicts: [Verdict] = []
        for name in names {
            let scenario = try files.folder.scenario(name, cast: cast)
            let clock = SystemDrillClock()
            var connection = BrokerSettings(host: "127.0.0.1", port: port, clientID: "smokehub-demo-\(name)")
            connection.cleanStart = true
            connection.sessionExpiry = .zero
            let link = try BrokerLink(connection, clock: clock)
            let player = DrillPlayer(cast: cast, link: link, clock: clock)
            Line.out("\n—— \(DrillLines.line(for: scenario))")
            let speed = speed ?? Self.comfortableSpeed(for: scenario)
            verdicts.append(try await player.play(scenario, speed: speed, allowsRealAlarms: true) { _ in })
            for await _ in endings { break }
        }
        return verdicts
    }

    /// The shortest first, those with real alarms last.
    private static func inOrder(_ folder: ScenarioFolder) throws -> [String] {
        try folder.names()
            .map { (name: $0, scenario: try folder.scenario($0, cast: nil)) }
            .sorted { one, other in
                (one.scenario.hasRealAlarms ? 1 : 0, one.scenario.length, one.name)
                    < (other.scenario.hasRealAlarms ? 1 : 0, other.scenario.length, other.name)
            }
            .map(\.name)
    }

    /// Fast enough to watch, and no faster than the timers can follow.
    private static func comfortableSpeed(for scenario: Scenario) -> Int {
        min(max(Int(scenario.length.components.seconds) / 12, 5), 240)
    }

    private static func invitation(_ configuration: HubConfiguration, port: Int) -> String {
        let devices = configuration.registry.devices
        guard let device = devices.first(where: { $0.ecosystem == .native && $0.place.flat != nil }),
            let floor = device.place.floor, let flat = device.place.flat
        else { return "" }
        let place = "block/\(device.place.block)/floor/\(floor)/flat/\(flat)/device/\(device.id)"
        let topic = "estate/\(configuration.registry.estate.id)/\(place)/event"
        return "  mosquitto_pub -p \(port) -q 1 -t \(topic) -m '{\"type\":\"smoke\",\"state\":\"alarm\"}'"
    }
}
