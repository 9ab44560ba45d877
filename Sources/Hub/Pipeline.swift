import Devices
import Foundation
import Logging
import MQTT
import Registry
import Rules
import Store
import Upkeep

/// The one thread on which a message goes all the way: decoded, applied to the rules, committed, and only then
/// acknowledged.
///
/// Not `Sendable` on purpose: everything here belongs to the thread that calls ``run()``. Others reach it through its
/// ``PipelineInbox``, and see it through its ``HubBoard``.
final class Pipeline {
    let settings: HubSettings
    let registry: EstateRegistry
    var decoders: DecoderTable
    let database: HubDatabase
    let session: Session
    var requests = RequestBudget()
    /// Topic filters that decoders have asked to be heard in this batch.
    var toHear: [String] = []
    let inbox: PipelineInbox
    let board: HubBoard
    let outlets: PipelineOutlets
    let logger: Logger
    /// How far somebody has set the machine's clock since the start.
    let clockStep: () -> Duration
    let now: () -> Instant

    var engine: RuleEngine
    var supervisor: Supervisor
    /// Journal entries and outcome that are not durable yet. Nothing is acknowledged before they are.
    var unwritten: HubDatabase.Commit
    /// How much of ``unwritten`` is journal and lessons.
    var waiting = WaitingRoom()
    /// Positions of devices whose state is to be written with ``unwritten``.
    var changedDevices: Set<Int> = []
    /// Devices that were heard without saying anything new, since the last checkpoint.
    var heard: LivenessList
    /// Set while the database cannot be written.
    var fault: StoreFault?
    var listening: Listening
    /// The engine's time after the last journal entry: where it has moved since without one, the next needs one.
    var journaledTime = Instant(milliseconds: 0)
    /// No hub has worked on this state folder before.
    var isNew = true
    /// A trouble with the canary has been told and not yet been put right.
    var canaryIsMissing = false
    var canaryMissesWhy = ""
    /// The loss of the link has been told as a trouble and not yet been put right.
    var lossIsTold = false
    var troubles = TroubleMemory()
    var unmapped = UnmappedMemory()
    var flapping = Flapping()
    /// By device.
    var lastUnheeded: [Int: LastUnheeded] = [:]
    var strangers = Strangers()
    var journalCut = JournalCut()
    var canary: Canary
    var due = Housekeeping()
    var caretaker: Caretaker
    /// What operators are told as soon as their commands are durable.
    var owedAnswers: [() -> Void] = []
    private var stops = false

    /// What the hub is catching up with, and since when it hears.
    struct Listening {
        var since: Instant
        /// When anything came from the broker last; after a restart, how far the last hub came.
        var heardAt: Instant
        /// Time stands still until then, or until the canary has come through behind what waited at the broker. So it
        /// does at the start, until there is a connection: what waits there has happened before now.
        var backlogUntil: Instant?
    }

    /// How long nothing may come before a backlog counts as through without its canary.
    static let backlogPatience = Duration.seconds(10)

    /// The database cannot be written, and these alerts have been let out without it.
    struct StoreFault {
        var since: Instant
        var retryAt: Instant
        var toldAlerts = 0
        /// It has been told that there is no room for all that waits.
        var isFull = false
        /// Set until the fault has been told to the log's readers.
        var isNew = true
    }

    /// When the next of the regular jobs is due.
    struct Housekeeping {
        var sign = Instant(milliseconds: 0)
        var checkpoint = Instant(milliseconds: 0)
        var silence = Instant(milliseconds: 0)
        var prune = Instant(milliseconds: 0)
        var upkeep = Instant(milliseconds: 0)
    }

    init(
        _ configuration: HubConfiguration, database: HubDatabase, inbox: PipelineInbox, board: HubBoard,
        outlets: PipelineOutlets, logger: Logger, clockStep: @escaping () -> Duration, now: @escaping () -> Instant
    ) throws {
        settings = configuration.settings
        registry = configuration.registry
        decoders = try configuration.decoders(hearing: registry)
        self.database = database
        self.inbox = inbox
        self.board = board
        self.outlets = outlets
        self.logger = logger
        self.clockStep = clockStep
        self.now = now
        engine = RuleEngine(estate: registry.estate, devices: registry.devices, rules: configuration.rules)
        supervisor = Supervisor(
            estate: registry.estate, devices: registry.devices, contracts: settings.supervision.contracts,
            massShare: settings.supervision.massShare, storm: settings.supervision.storm, now: now())
        unwritten = HubDatabase.Commit(time: Instant(milliseconds: 0))
        caretaker = Caretaker(
            devices: registry.devices, settings: settings.upkeep,
            utcOffset: configuration.rules.settings.utcOffset, at: now())
        heard = LivenessList(count: registry.devices.count)
        listening = Listening(since: now(), heardAt: now(), backlogUntil: now() + Self.backlogPatience)
        canary = Canary(settings: settings.canary, topic: "smokehub/\(settings.hub)/canary")
        let learnt = Self.taught(&decoders, try database.lessons(), board, logger)
        session = try Self.session(settings, decoders: decoders, learnt: learnt, canaryTopic: canary.topic)
        try restore()
    }

    private static func session(
        _ settings: HubSettings, decoders: DecoderTable, learnt: [String], canaryTopic: String
    ) throws(MQTTError) -> Session {
        var connection = BrokerSettings(
            settings.broker, clientID: settings.broker.clientID ?? "smokehub-\(settings.hub)")
        connection.payloadBytesMax = settings.payloadBytesMax
        connection.batchMessagesMax = settings.batchMax
        let filters = decoders.topicFilters + [DrillTopic.filter, canaryTopic] + settings.subscriptions + learnt
        return try Session(connection, subscriptions: filters.map { Subscription($0) })
    }

    /// Works until the inbox says stop. What was durable stays; what was not acknowledged comes again next time.
    func run() {
        if isNew {
            note("The hub has started", "系統已啟動")
        } else {
            let since = listening.heardAt.words(utcOffset: caretaker.utcOffset)
            note(
                "The hub has started; it last worked at \(since.english)", "系統已啟動；上次運作至\(since.traditionalChinese)",
                ["since": listening.heardAt.description])
        }
        writeAndTell()
        while !stops {
            let batch = session.nextBatch(waitingAtMost: patience(), wakeup: inbox.wakeup)
            let moment = now()
            for event in batch.events { handle(event, at: moment) }
            board.count(messages: batch.messages.count)
            if !batch.messages.isEmpty { noteHeard(at: moment) }
            for message in batch.messages { take(message, at: moment) }
            listenToMore()
            collect()
            takeCommands(at: moment)
            takeTicketClosings(at: moment)
            keepTime(at: now(), socketIsDry: batch.dry && batch.messages.isEmpty)
            guard writeAndTell() else { continue }
            answerCommands()
            session.acknowledge()
            // Only now, for it may begin the connection anew, and what is durable should not come again.
            keepCanary(at: now())
        }
        judgeLastUnheeded(all: true, at: now())
        collect()
        tellWhatWasKeptBack(at: now())
        note("The hub stops", "系統停止")
        checkpoint(limit: .max)
        keepFigures()
        if writeAndTell() {
            answerCommands()
            session.acknowledge()
        }
        session.end()
    }

    /// How long the pipeline may wait for messages without being late for something else.
    private func patience() -> Duration {
        let moment = now()
        var next = moment + .seconds(1)
        if board.isConnected { next = min(next, canary.nextDue) }
        if let fault { next = min(next, fault.retryAt) }
        if listening.backlogUntil == nil, let deadline = engine.nextDeadline { next = min(next, deadline) }
        if let upkeep = nextUpkeep { next = min(next, upkeep) }
        return max(next - moment, .zero)
    }

    private func takeCommands(at moment: Instant) {
        // In a backlog time is not yet at the present, at which a command is meant: it waits until the backlog is through.
        let (commands, stops) = inbox.take(commands: listening.backlogUntil == nil)
        self.stops = stops
        for (command, answer) in commands {
            let became = refusal(of: command) ?? explained(engine.apply(command, at: moment), command)
            if became == .done {
                collect()
                journal(.command(command), at: moment)
            }
            owedAnswers.append { answer(became) }
        }
    }

    /// Says that commands are done, when what they led to is durable.
    private func answerCommands() {
        for answer in owedAnswers { answer() }
        owedAnswers.removeAll()
    }

    /// Lets time act, and does the regular jobs that are due.
    private func keepTime(at moment: Instant, socketIsDry: Bool) {
        if let end = listening.backlogUntil, end <= moment { endBacklog(at: moment) }
        if listening.backlogUntil == nil {
            engine.advance(to: moment)
            if collect() { journal(.time, at: moment) }
        }
        if due.sign <= moment {
            due.sign = moment + .seconds(1)
            outlets.isAlive()
        }
        tellOfStrangers(at: moment)
        if due.silence <= moment {
            due.silence = moment + .seconds(1)
            judgeLastUnheeded(at: moment)
            keepSupervision(at: moment)
            keepRequests(at: moment)
            noteClock(at: moment)
            if let damage = board.takeLogDamage() { noteDamage(damage) }
        }
        if due.checkpoint <= moment || heard.isPartlyWritten {
            // Few at a time: an alarm never waits for pure liveness to be written down.
            if checkpoint(limit: 500) { due.checkpoint = moment + settings.checkpoint }
        }
        showStandings()
        keepUp(at: moment)
        if due.prune <= moment, socketIsDry {
            due.prune = moment + (prune(at: moment) ? .seconds(1) : .seconds(60))
        }
    }

    private func noteClock(at moment: Instant) {
        let seconds = clockStep().components.seconds
        guard abs(seconds) >= 5, troubles.isNews("clock", at: moment) else { return }
        note(
            trouble: "clock",
            "The machine's clock was set by \(seconds) s; the hub keeps its own time until it is restarted",
            "主機時鐘被調整了 \(seconds) 秒；系統在重新啟動前沿用原有時間", ["seconds": "\(seconds)"])
    }

    /// Gathers what the engine's latest steps led to. - Returns: whether there was anything.
    @discardableResult
    func collect() -> Bool {
        let outcome = engine.takeConsequences()
        guard !outcome.isEmpty else { return false }
        changedDevices.formUnion(outcome.devices)
        noteUpkeep(of: outcome)
        unwritten.outcome.merge(outcome)
        return true
    }

    /// Adds an input of the engine, after it has acted upon it.
    func journal(_ input: JournalEntry.Input, at moment: Instant, raisesHazard: Bool = false) {
        let entry = JournalEntry(input, at: moment)
        waiting.note(entry, raisesHazard: raisesHazard)
        unwritten.entries.append(entry)
        journaledTime = engine.now
    }

}
