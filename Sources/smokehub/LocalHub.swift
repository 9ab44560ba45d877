import Console
import Foundation
import Hub
import Logging
import MQTT
import Registry

/// A hub within this process, on the machine's own mosquitto unless another broker is named: for trying out and for
/// drills.
struct LocalHub: Sendable {
    let configuration: HubConfiguration
    let folder: StateFolder
    /// `nil` on a broker that others use too.
    private let embedded: EmbeddedBroker?
    /// Those of the residents; `nil` where they have none.
    let phones: DemoPhones?

    /// Starts the broker, if one is to be started; not the hub yet.
    ///
    /// - Parameters:
    ///   - broker: as `--broker` takes it; `nil` for an embedded one.
    ///   - state: the state folder; `nil` for a new one under the system's temporary folder.
    ///   - withPhones: gives each resident a phone on this machine, and answers a page for it, if the broker is our own.
    init(config: String, broker: String?, state: String?, withPhones: Bool = false) throws {
        var configuration = try HubConfiguration.load(config)
        let place = state ?? FileManager.default.temporaryDirectory.path + "/smokehub-\(getpid())"
        folder = try StateFolder(place)
        if let broker {
            embedded = nil
            configuration.settings.broker.use(try BrokerAddress(broker))
        } else {
            let started = try EmbeddedBroker(folder: folder.broker)
            embedded = started
            configuration.settings.broker = HubSettings.Broker()
            configuration.settings.broker.address = BrokerAddress(host: "127.0.0.1", port: started.port)
        }
        configuration.settings.state = place
        phones = withPhones && embedded != nil ? try Self.givePhones(to: &configuration) : nil
        self.configuration = configuration
    }

    private static func givePhones(to configuration: inout HubConfiguration) throws -> DemoPhones {
        let registry = configuration.registry
        let phones = try DemoPhones(of: registry.residents)
        configuration.registry = EstateRegistry(
            estate: registry.estate, devices: registry.devices, residents: phones.given(to: registry.residents))
        guard let port = freeLoopbackPort() else { throw StartError("no port of 127.0.0.1 is free") }
        configuration.settings.answers.listen = .listen(host: "127.0.0.1", port: port)
        configuration.settings.answers.url = "http://127.0.0.1:\(port)"
        return phones
    }

    /// Nobody but this process hears what goes over its broker.
    var isAlone: Bool { embedded != nil }

    /// Runs the hub, and `body` as soon as it takes messages; ends the hub, and then the broker, when `body` is through.
    func whileRunning<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        let (readiness, whenReady) = AsyncStream<Void>.makeStream()
        let logger = hubLogger(.error)
        let hub = try HubService(configuration, state: folder, logger: logger, onReady: { whenReady.yield() })
        let running = Task {
            defer { whenReady.finish() }
            try await withThrowingTaskGroup { group in
                group.addTask { try await hub.run() }
                group.addTask { try await ControlService(hub, logger: logger).run() }
                group.addTask { try await AnswerService(hub, logger: logger).run() }
                if let phones { group.addTask { try await phones.run(logger) } }
                // When one of them ends, nobody can be answered any more.
                try await group.next()
                group.cancelAll()
            }
        }
        defer { embedded?.stop() }
        return try await withTaskCancellationHandler {
            for await _ in readiness { break }
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            running.cancel()
            do { try await running.value } catch is CancellationError {}
            return try result.get()
        } onCancel: {
            whenReady.finish()
        }
    }
}
