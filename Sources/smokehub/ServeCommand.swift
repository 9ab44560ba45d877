import ArgumentParser
import Console
import Foundation
import Hub
import Logging
import MQTT
import ServiceLifecycle
import UnixSignals

/// Runs the hub in the foreground.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the hub in the foreground.",
        discussion: """
            It says 'ready' on standard error when it takes messages, and ends at SIGTERM or Control-C. The flags win \
            over hub.yaml.

            EXAMPLES
              smokehub serve
              smokehub serve --config /etc/smokehub --state /var/lib/smokehub
              smokehub serve --broker mqtts://hub@broker.example:8883
              smokehub serve --embedded-broker --state /tmp/try

            EXIT STATUS
              0 stopped when asked, 1 could not start or go on, 2 wrong usage or configuration.
            """)

    @OptionGroup var files: ConfigOption

    @Option(help: "The broker, instead of the one in hub.yaml: mqtt://[user@]host:port or mqtts://….")
    var broker: String?

    @Flag(help: "Start this machine's own mosquitto on a loopback port, for trying out and for drills.")
    var embeddedBroker = false

    @Option(help: "The folder of the databases and the alert log, instead of the one in hub.yaml.")
    var state: String?

    @Option(help: "Where the console listens. Not built yet: only 'off' is taken.")
    var console: String?

    func validate() throws {
        if broker != nil, embeddedBroker {
            throw ValidationError("--broker and --embedded-broker exclude each other; give one of them")
        }
        if let console, console != "off" {
            throw ValidationError("there is no console yet; leave --console out, or write --console off")
        }
    }

    func run() async throws {
        try await refusing {
            var configuration = try load()
            let logger = hubLogger(configuration.settings.logLevel)
            // The hub starts all the same: one person without a contact should not keep everybody's alarm down.
            for weakness in configuration.weaknesses { logger.warning("\(weakness)") }
            let folder = try StateFolder(configuration.settings.state)
            let embedded = embeddedBroker ? try EmbeddedBroker(folder: folder.broker) : nil
            let ownBroker = try embedded.map { try BrokerAddress("mqtt://127.0.0.1:\($0.port)") }
            if let embedded, let ownBroker {
                configuration.settings.broker.use(ownBroker)
                Line.error("broker mqtt://127.0.0.1:\(embedded.port)")
            }
            defer { embedded?.stop() }
            let hub = try HubService(
                configuration, state: folder, logger: logger,
                load: { [self] in
                    var configuration = try self.load()
                    if let ownBroker { configuration.settings.broker.use(ownBroker) }
                    return configuration
                }, onReady: { Line.error("ready") })
            var group = ServiceGroupConfiguration(
                services: [hub, ControlService(hub, logger: logger), AnswerService(hub, logger: logger)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger)
            group.maximumGracefulShutdownDuration = .seconds(10)
            try await ServiceGroup(configuration: group).run()
        }
    }

    /// What the files say, and the flags in their stead.
    private func load() throws -> HubConfiguration {
        var configuration = try HubConfiguration.load(files.config)
        if let state { configuration.settings.state = state }
        if let broker { configuration.settings.broker.use(try BrokerAddress(broker)) }
        return configuration
    }
}
