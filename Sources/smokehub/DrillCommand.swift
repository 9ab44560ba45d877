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

            Example:
              smokehub drill run kitchen-fire --speed 10 --report kitchen-fire.html
            """,
        subcommands: [DrillList.self, DrillRun.self])
}

/// `smokehub drill list`
struct DrillList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the scenarios, how long each takes at --speed 1, and what it is.",
        discussion: "Example:\n  smokehub drill list")

    @OptionGroup var files: DrillFiles

    func run() async throws {
        try await exitingOnMistakes {
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
            The devices speak under drill/ on the broker, each in its own format. The hub has to be running.

            Example:
              smokehub drill run kitchen-fire --speed 10 --report kitchen-fire.html
            """)

    @Argument(help: "A scenario, as 'smokehub drill list' shows it.")
    var name: String

    @Option(help: "Times faster than life, 1 to 1000. Above 100 a timer may overtake a message.")
    var speed = 1

    @Option(help: ArgumentHelp("Write the verdict as a web page, too.", valueName: "file.html"))
    var report: String?

    @Option(help: "The broker, instead of the one in hub.yaml: mqtt://[user@]host:port or mqtts://….")
    var broker: String?

    @Flag(help: "Play also what the hub takes for a real fire. Sirens sound, and people leave their homes.")
    var allowRealAlarms = false

    @OptionGroup var files: DrillFiles

    func validate() throws {
        guard (1...1000).contains(speed) else {
            throw ValidationError("a speed of \(speed) is out of range; write a number from 1 to 1000")
        }
        let folder = report.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        if let report, let folder, !FileManager.default.isWritableFile(atPath: folder) {
            throw ValidationError("'\(report)' cannot be written; name a file in a folder that is there and yours")
        }
    }

    func run() async throws {
        let verdict = try await exitingOnMistakes { try await play() }
        Line.out(DrillLines.text(of: verdict))
        if let report {
            try await exitingOnMistakes {
                try DrillReport.html(of: verdict).write(toFile: report, atomically: true, encoding: .utf8)
            }
            Line.out("Report: \(report)")
        }
        guard verdict.isPassed else { throw ExitCode(1) }
    }

    private func play() async throws -> Verdict {
        var settings = try HubSettings.load(path: files.config)
        if let broker { settings.broker.use(try BrokerAddress(broker)) }
        let cast = Cast(
            try EstateRegistry.load(folder: settings.folder),
            zigbeeBase: settings.zigbee2MQTTBaseTopics.first ?? "zigbee2mqtt")
        let scenario = try files.folder.scenario(name, cast: cast)
        let clock = SystemDrillClock()
        let link = try BrokerLink(
            BrokerSettings(settings.broker, clientID: "smokehub-drill-\(ProcessInfo.processInfo.processIdentifier)"),
            clock: clock)
        let player = DrillPlayer(cast: cast, link: link, clock: clock)
        let screen = DrillScreen()
        let playing = Task {
            try await player.play(scenario, speed: speed, allowsRealAlarms: allowRealAlarms) { screen.show($0) }
        }
        let signals = Self.cancelling(playing)
        defer { signals.forEach { $0.cancel() } }
        return try await playing.value
    }

    /// Control-C ends the drill properly, so that the hub does not wait for the rest of it.
    private static func cancelling(_ task: Task<Verdict, any Error>) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
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

extension BrokerSettings {
    /// The hub's way to the broker, under another name: the hub's own would end its session.
    init(_ broker: HubSettings.Broker, clientID: String) {
        self.init(host: broker.address.host, port: broker.address.port, clientID: clientID)
        version = broker.protocolVersion == .v311 ? .v311 : .v5
        user = broker.user
        password = broker.password?.value
        keepAlive = broker.keepAlive
        cleanStart = true
        sessionExpiry = .zero
        if broker.address.isEncrypted {
            tls = TLS(
                authority: broker.tls?.authority, certificate: broker.tls?.certificate, key: broker.tls?.key)
        }
    }
}

/// Whole lines, at once also into a pipe.
private enum Line {
    static func out(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// Exit 2 for what is wrong in a file or on the command line, 1 for what goes wrong later.
private func exitingOnMistakes<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as ConfigErrors {
        Line.error("\(error)")
        throw ExitCode(2)
    } catch let error as AddressMistake {
        Line.error("--broker: \(error)")
        throw ExitCode(2)
    } catch let error as DrillError {
        Line.error("\(error)")
        throw ExitCode(error.isUsage ? 2 : 1)
    } catch is CancellationError {
        Line.error("The drill was broken off; the hub has been told.")
        throw ExitCode(1)
    } catch {
        Line.error("\(error)")
        throw ExitCode(1)
    }
}

extension DrillError {
    fileprivate var isUsage: Bool {
        switch self {
        case .unknownScenario, .noScenarios, .realAlarms: true
        case .unknownDevice, .speechless, .broker: false
        }
    }
}
