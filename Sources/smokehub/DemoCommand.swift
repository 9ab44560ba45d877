import AlertLog
import ArgumentParser
import Console
import Drill
import Foundation
import Hub
import Registry
import Rules

/// All of it at work on this machine alone: a broker, a hub, and the drills.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See all of it at work on this machine alone: broker, hub and drills.",
        discussion: """
            Starts this machine's own mosquitto on a loopback port and a hub beside it, plays the drills and follows \
            the alert log. Then the residents answer, each by a phone that is played as well, and the roll-call shows who is \
            safe. Nothing outside this machine is told.

            EXAMPLES
              smokehub demo          the drills, and then the log until Control-C
              smokehub demo --once   ends by itself with the drills' verdict and the roll-call

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

    @Option(help: "Another broker than one of its own; drills with real alarms are then left out.")
    var broker: String?

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
            let names = scenarios.isEmpty ? try Self.inOrder(files.folder) : scenarios
            for name in names { _ = try files.folder.scenario(name, cast: nil) }
            let local = try LocalHub(config: files.config, broker: broker, state: state, withPhones: true)
            let address = local.configuration.settings.broker.address
            let devices = local.configuration.registry.devices.count
            Line.out("A broker at \(address), a hub with \(devices) devices, and now:\n")
            let showing = Task { try await local.whileRunning { try await present(local, names) } }
            let signals = onTermination { showing.cancel() }
            defer { signals.forEach { $0.cancel() } }
            let (verdicts, roll) = try await showing.value
            for verdict in verdicts { Line.out("\n" + DrillLines.text(of: verdict)) }
            let passed = verdicts.count { $0.isPassed }
            Line.out("\n\(passed) of \(verdicts.count) drills passed.")
            let place = local.folder.path
            Line.out("The log stays in \(place); look again with: smokehub tail -n 100 --state \(place)")
            if let roll { Line.out("\n" + roll) }
            guard verdicts.allSatisfy(\.isPassed) else { throw ExitCode(1) }
        }
    }

    /// Shows the log while the drills are played, and without `--once` until Control-C.
    ///
    /// - Returns: how the drills went, and the roll-call after them.
    private func present(_ local: LocalHub, _ names: [String]) async throws -> ([Verdict], roll: String?) {
        let (endings, whenDrillEnds) = AsyncStream<Void>.makeStream()
        let showing = Task {
            try await LogScreen(folder: local.folder.path, language: language).follow { line in
                if line.event == .drill, line.details["state"] == "ended" { whenDrillEnds.yield() }
            }
        }
        defer { showing.cancel() }
        let verdicts = try await playAll(local, names, endings)
        let roll = try await rollCall(local)
        guard !once else { return (verdicts, roll) }
        if let roll { Line.out("\n" + roll) }
        Line.out("\nThe hub goes on; Control-C ends it. Speak to it yourself, for example:")
        Line.out(Self.invitation(local.configuration) + "\n")
        // Nothing more comes: this ends when it is cancelled.
        for await _ in endings {}
        return (verdicts, roll)
    }

    /// The residents answer on their phones; then it is shown who is safe. `nil` if nobody was asked.
    private func rollCall(_ local: LocalHub) async throws -> String? {
        guard let incident = await local.phones?.answer() else { return nil }
        let client = ControlClient(socket: local.folder.path + "/hub.sock")
        let roll: RollCallAnswer = try client.read("/api/roll-call", ofIncident: incident)
        return """
            The residents have answered on the page that their messages link to. The roll-call for the fire officer:

            \(RollCallTexts(roll).lines(withNames: false))
            """
    }

    /// - Parameter endings: yields when the log has shown that a drill is over, so that the next is announced below it.
    private func playAll(
        _ local: LocalHub, _ names: [String], _ endings: AsyncStream<Void>
    ) async throws -> [Verdict] {
        let settings = local.configuration.settings
        let cast = Cast(
            local.configuration.registry, zigbeeBase: settings.zigbee2MQTTBaseTopics.first ?? "zigbee2mqtt")
        var verdicts: [Verdict] = []
        for name in names {
            let scenario = try files.folder.scenario(name, cast: cast)
            guard local.isAlone || !scenario.hasRealAlarms else { continue }
            let clock = SystemDrillClock()
            let player = DrillPlayer(
                cast: cast, link: try BrokerLink(.drill(settings.broker), clock: clock), clock: clock)
            Line.out("\n—— \(DrillLines.line(for: scenario))")
            let speed = speed ?? Self.comfortableSpeed(for: scenario)
            verdicts.append(try await player.play(scenario, speed: speed, allowsRealAlarms: local.isAlone) { _ in })
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

    private static func invitation(_ configuration: HubConfiguration) -> String {
        let devices = configuration.registry.devices
        guard let device = devices.first(where: { $0.ecosystem == .native && $0.place.flat != nil }),
            let floor = device.place.floor, let flat = device.place.flat
        else { return "" }
        let address = configuration.settings.broker.address
        let place = "block/\(device.place.block)/floor/\(floor)/flat/\(flat)/device/\(device.id)"
        let topic = "estate/\(configuration.registry.estate.id)/\(place)/event"
        return
            "  mosquitto_pub -h \(address.host) -p \(address.port) -q 1 -t \(topic) -m '{\"type\":\"smoke\",\"state\":\"alarm\"}'"
    }
}
