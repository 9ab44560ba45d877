import AlertLog
public import Devices
import Foundation
public import Logging
import MQTT
import Notify
public import Registry
public import Rules
public import ServiceLifecycle
import Store
import Synchronization

/// A hub: the pipeline on its thread, the notifier, and the alert log, wired together.
///
///     let hub = try HubService(configuration, state: StateFolder("state"), logger: logger)
///     try await hub.run()   // until its task is cancelled, or the service group shuts down
public final class HubService: Service {
    public let board = HubBoard()
    let inbox: PipelineInbox
    let reloading: Mutex<Reloading>
    var configuration: HubConfiguration { reloading.withLock { $0.configuration } }
    let load: (@Sendable () throws -> HubConfiguration)?
    private let state: StateFolder
    let logger: Logger
    private let clock: HubClock
    private let now: @Sendable () -> Instant
    private let onReady: @Sendable () -> Void
    private let opened = Mutex<HubDatabase?>(nil)
    let telling = Mutex<Telling?>(nil)

    /// To be read; `nil` until ``run()`` has opened it.
    var database: HubDatabase? { opened.withLock { $0 } }
    /// As ``database``: what the notifier writes.
    var outbox: NotifyDatabase? { telling.withLock { $0?.database } }

    /// - Parameters:
    ///   - now: instead of the clock's own time, for tests.
    ///   - load: reads the configuration again for ``reload()``; `nil` if there is nothing to read it from.
    ///   - onReady: called whenever the hub begins to hear what happens as it happens.
    public init(
        _ configuration: HubConfiguration, state: StateFolder, logger: Logger,
        clock: HubClock = HubClock(), now: (@Sendable () -> Instant)? = nil,
        load: (@Sendable () throws -> HubConfiguration)? = nil,
        onReady: @escaping @Sendable () -> Void = {}
    ) throws {
        reloading = Mutex(Reloading(configuration))
        self.load = load
        self.state = state
        self.logger = logger
        self.clock = clock
        self.now = now ?? clock.now
        self.onReady = onReady
        inbox = try PipelineInbox()
    }

    /// Where ``ControlService`` listens.
    public var controlSocket: String { state.path + "/hub.sock" }

    /// Where ``AnswerService`` listens.
    public var answerAddress: ConsoleAddress { configuration.settings.answers.listen }

    /// As residents see the address of their pages; `nil` if they have none.
    public var answerURL: String? { configuration.settings.answers.url }

    public var estate: Estate { configuration.registry.estate }

    public var unheardEcosystems: [Device.Ecosystem] { configuration.unheardEcosystems }
    /// What the fields of devices mean, model by model.
    public var models: DeviceModels { configuration.models }
    /// How far the estate's clocks are ahead of UTC.
    public var utcOffset: Duration { configuration.rules.settings.utcOffset }

    /// The hub's time.
    public var moment: Instant { now() }

    /// Does what an operator asks; returns when it is done and durable.
    ///
    /// - Returns: `nil` if too many commands wait and it was not taken.
    public func perform(_ command: OperatorCommand) async -> OperatorAnswer? {
        await withCheckedContinuation { continuation in
            let isTaken = inbox.put(command) { continuation.resume(returning: $0) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Works with one configuration, until told to stop or to take another.
    ///
    /// - Returns: whether it was told to stop.
    /// - Throws: ``StartError`` and other errors of the start. Once it runs, it goes on whatever fails.
    func runOnce() async throws -> Bool {
        let configuration = configuration
        board.isStarting()
        let settings = configuration.settings
        let hubDatabase = try HubDatabase(path: state.hubDatabase)
        opened.withLock { $0 = hubDatabase }
        defer { opened.withLock { $0 = nil } }
        let notifyDatabase = try await NotifyDatabase.opened(
            in: state, following: hubDatabase, configuration, at: now(), logger: logger)
        let log = try LogKeeper(
            folder: state.path, hub: hubDatabase, notify: notifyDatabase, board: board, logger: logger)
        let publisher = try makePublisher(settings)
        let announcer = Announcer(publisher: publisher, estate: configuration.registry.estate.id, logger: logger)
        let telling = try makeTelling(publisher, hubDatabase, notifyDatabase)
        self.telling.withLock { $0 = telling }
        defer { self.telling.withLock { $0 = nil } }
        passOnAgain(telling)
        let notifier = telling.notifier
        let inbox = inbox
        let manager = ServiceManager()
        let outlets = PipelineOutlets(
            announcer: announcer, wakeNotifier: { notifier.wake() }, takeUndurable: { notifier.take(undurable: $0) },
            wakeLog: { log.wake() },
            ready: onReady, isAlive: { manager?.isAlive() })
        let makePipeline: @Sendable () throws -> Pipeline = { [board, logger, clock, now] in
            try Pipeline(
                configuration, database: hubDatabase, inbox: inbox, board: board, outlets: outlets, logger: logger,
                clockStep: clock.step, now: now)
        }
        // Not a child task: it goes on while the pipeline stops, to carry out what that still decides.
        let notifying = Task { try await notifier.run() }
        defer { notifying.cancel() }
        let listening = Task { await Self.listen(telling) }
        defer { listening.cancel() }
        let trying: Task<Void, Never> = Task { await telling.canary?.keepTime() }
        defer { trying.cancel() }
        let auditing: Task<Void, Never> = Task { await keepAuditing(telling) }
        defer { auditing.cancel() }
        var failure: (any Error)?
        var first: Part?
        await withTaskGroup(of: (Part, (any Error)?).self) { group in
            func add(_ part: Part, _ work: @escaping @Sendable () async throws -> Void) {
                group.addTask {
                    do {
                        try await work()
                        return (part, nil)
                    } catch {
                        return (part, error)
                    }
                }
            }
            add(.stopWord) { await Self.untilStopped() }
            add(.pipeline) { [self] in
                try await Self.onThread("pipeline") {
                    let pipeline = try makePipeline()
                    self.noteStarted()
                    pipeline.run()
                }
            }
            add(.notifier) { try await notifying.value }
            add(.log) { try await Self.onThread("alert log") { log.run() } }
            // Whoever ends first ends the hub; then each stops when nobody feeds it any more.
            for await (part, error) in group {
                failure = failure ?? error
                first = first ?? part
                inbox.stop()
                switch part {
                case .stopWord: if first == .stopWord { manager?.stopping() }
                case .pipeline: notifying.cancel()
                case .notifier: log.stop()
                case .log: group.cancelAll()
                }
            }
        }
        let farewell = OutgoingMessage(
            topic: "smokehub/\(settings.hub)/status", payload: Array("offline".utf8), retain: true)
        try await Self.onThread("farewell") { publisher.stop(saying: farewell) }
        // What they hold of the databases is let go of before another hub opens them.
        for task in [trying, auditing] {
            task.cancel()
            await task.value
        }
        if let failure { throw failure }
        return first != .pipeline
    }

    /// Hears what channels find out by themselves.
    private static func listen(_ telling: Telling) async {
        await withDiscardingTaskGroup { group in
            for (name, channel) in telling.channels {
                guard let receiver = channel as? any ReceivingChannel else { continue }
                group.addTask {
                    await receiver.listen { try await telling.notifier.take($0, over: name) }
                }
            }
        }
    }

    private enum Part { case stopWord, pipeline, notifier, log }

    private static func untilStopped() async {
        // It throws when cancelled, which means the same.
        do { try await gracefulShutdown() } catch {}
    }

    /// Runs what blocks on a thread of its own, away from Swift's concurrency pool.
    private static func onThread(_ name: String, _ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let thread = Thread {
                continuation.resume(with: Result { try body() })
            }
            thread.name = name
            // The rule engine copies whole incidents; the default of a secondary thread is enough for few of them.
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}

extension HubService {
    private func makeTelling(
        _ publisher: Publisher, _ hub: HubDatabase, _ database: NotifyDatabase
    ) throws -> Telling {
        let settings = configuration.settings
        let registry = configuration.registry
        let catalogue = configuration.catalogue
        let key = AnswerKey.load(state.answerKey, logger)
        var directory = Directory(
            estate: registry.estate, residents: settings.channels.reachable(registry), devices: registry.devices,
            stations: settings.channels.stations(in: registry.estate), canary: settings.deliveryCanary.contact,
            digest: ContactDigest(key: key), utcOffset: utcOffset)
        let shutBrowsers = takeChoices(from: database, into: &directory, settings)
        let channels = try settings.channels.made(
            ChannelParts(
                settings: settings, directory: directory, catalogue: catalogue,
                announcedSiren: { [board] in board.siren($0).map(SirenChannel.Announced.init) }, now: now,
                publish: { topic, payload in
                    try await publisher.publish(OutgoingMessage(topic: topic, payload: payload))
                },
                publishState: { topic, payload, retain in
                    try await publisher.publish(OutgoingMessage(topic: topic, payload: payload, retain: retain))
                }, alerts: { try database.expandedAlerts(ofIncident: $0) }))
        let invitations = InvitationBook(
            Invitations(key: key), expires: settings.answers.expires,
            asked: try database.asked(since: now() - settings.answers.expires))
        let link = settings.answers.url.map { url in
            { @Sendable [now] (incident: String, resident: Resident.ID) in
                "\(url)/a/\(invitations.invite(resident, to: incident, at: now()))"
            }
        }
        let personalLinks = PersonalLinks(key: key, directory)
        let personalLink = settings.answers.url.map { url in
            { @Sendable (resident: Resident.ID, endedLinks: Int) in
                "\(url)/me/\(personalLinks.code(of: resident, endedLinks: endedLinks))"
            }
        }
        let notifier = Notifier(
            database: database, source: hub, directory: directory, catalogue: catalogue, channels: channels,
            settings: Notifier.Settings(settings), link: link, personalLink: personalLink, now: now,
            logged: { [board] in board.notifyLoggedThrough },
            heard: { [self, directory] said in Task { await passOnText(said, directory) } }, logger: logger)
        if let shutBrowsers { notifier.take(shutBrowsers) }
        forgetGoneBrowsers(settings.channels.webpush, notifier)
        return Telling(
            notifier: notifier, database: database, catalogue: catalogue, channels: channels,
            invitations: invitations, personalLinks: personalLinks,
            canary: makeCanary(publisher, notifier, database))
    }

    private func makeCanary(
        _ publisher: Publisher, _ notifier: Notifier, _ database: NotifyDatabase
    ) -> DeliveryCanary? {
        let settings = configuration.settings.deliveryCanary
        guard settings.contact != nil else { return nil }
        return DeliveryCanary(
            DeliveryCanary.Parts(
                settings: settings, estate: estate, board: board, notifier: notifier, outbox: database,
                utcOffset: utcOffset, now: now,
                publish: { try await publisher.publish(OutgoingMessage(topic: $0, payload: $1)) }, logger: logger),
            note: { [board] in board.update($0) })
    }

    /// The outgoing connection. Its last will is how others notice that this hub has stopped.
    private func makePublisher(_ settings: HubSettings) throws -> Publisher {
        let name = settings.broker.clientID ?? "smokehub-\(settings.hub)"
        var connection = BrokerSettings(settings.broker, clientID: name + "-out")
        connection.sessionExpiry = .zero
        let topic = "smokehub/\(settings.hub)/status"
        connection.will = BrokerSettings.Will(topic: topic, payload: Array("offline".utf8), retain: true)
        return try Publisher(
            connection, announcement: OutgoingMessage(topic: topic, payload: Array("online".utf8), retain: true)
        ) { [logger] event in
            switch event {
            case .connected: logger.debug("The outgoing connection stands")
            case .refused(let error), .disconnected(let error):
                logger.warning("No outgoing connection to the broker", metadata: ["reason": "\(error)"])
            case .announcementFailed(let error):
                logger.error("The hub's status did not reach the broker", metadata: ["reason": "\(error)"])
            }
        }
    }
}
