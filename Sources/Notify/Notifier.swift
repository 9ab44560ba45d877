import Foundation
public import Logging
public import Registry
public import Rules
public import Store
import Synchronization

/// Tells the residents: follows the committed alerts, and delivers each to everybody it concerns, over every channel
/// at once, the nearest to the danger first, until it is accepted or its time is over.
///
///     let notifier = Notifier(
///         database: try NotifyDatabase(path: "state/notify.sqlite"), source: hubDatabase,
///         directory: Directory(registry), catalogue: catalogue, channels: ["webhook": webhooks, "siren": sirens],
///         now: now, logger: logger)
///     try await notifier.run()    // until its task is cancelled
///
/// One loop owns all state. Each turn takes what has arrived, decides, and has everything written in one transaction,
/// after which the turn's deliveries are handed to their channels: so an attempt is on the disk before it is made, one
/// `fsync` serves all deliveries of a turn, and after a crash what has no outcome is sent again with the same id. While
/// one turn is written, the next is decided upon.
///
/// While the disk takes nothing, the loop goes on from memory: deliveries leave on time, and what is owed is written
/// when there is room again. What a crash in that time forgets is sent again, never dropped.
public final class Notifier: Sendable {
    private let database: NotifyDatabase
    private let source: any AlertSource
    private let people: Mutex<Directory>
    private let catalogue: MessageCatalogue
    private let channels: [String: any Channel]
    /// Those over which people can answer.
    private let receiving: Set<String>
    private let settings: Settings
    private let link: (@Sendable (_ incident: String, _ resident: Resident.ID) -> String)?
    private let personalLink: (@Sendable (_ resident: Resident.ID, _ endedLinks: Int) -> String)?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Instant
    /// How far the alert log has taken what it is owed.
    private let logged: @Sendable () -> Int64
    /// Is shown each answer that came as a text.
    private let heard: @Sendable (WrittenBack) -> Void
    private let random: any RandomNumberGenerator & Sendable
    private let logger: Logger
    private let mailbox: Mailbox
    private let shownStates = Mutex<[ChannelState]>([])
    private let memory = PhraseMemory()
    private let sendings = Sendings()

    public struct Settings: Hashable, Sendable {
        public var retry = RetryPolicy()
        /// For channels that need another one, by their name.
        public var retryByChannel: [String: RetryPolicy] = [:]
        public var escalation = Escalation()
        /// Deliveries handed at once to one far end, such as a webhook's host, at the most: a ``Lane`` finds out how many
        /// it bears. Too few, and a block waits for those that hang; too many, and a small gateway falls over.
        public var inFlightPerHost = 256
        /// Deliveries handed at once to one channel. It bounds open connections.
        public var inFlightPerChannel = 512
        /// How long a channel may keep a delivery before it counts as failed.
        public var sendTimeout = Duration.seconds(15)
        /// How often a channel is tested that has nothing to send. Too seldom, and a fire finds out that a token is no
        /// longer valid; too often, and gateways count it as a load.
        public var selfTest = Duration.seconds(900)
        /// How often the hub's alerts are looked for even if nobody calls `wake`.
        public var pollInterval = Duration.seconds(1)
        /// How long a stopping notifier waits for the deliveries that are in flight.
        public var shutdownGrace = Duration.seconds(2)
        /// So many deliveries are put into the outbox at once. Too few, and the disk is asked too often; too many, and the
        /// nearest wait for the farthest to be written down.
        public var deliveriesAtOnce = 256
        /// While so many deliveries are open, further alerts wait in the hub's database.
        public var openDeliveriesMax = 100_000
        /// Alerts that the hub could not write down and that wait to be taken; more are dropped, as a trouble.
        public var undurableAlertsMax = 10_000
        /// Lines for the alert log that are kept while the disk takes nothing; beyond it the oldest are dropped.
        public var unwrittenRecordsMax = 10_000
        /// The pause between two attempts to write while the disk takes nothing.
        public var rewriteInterval = Duration.seconds(1)
        /// How often somebody who has written is told what has become of it, if the channel fails.
        public var replyAttemptsMax = 5
        /// How long finished deliveries are kept, and what people were told and have answered.
        public var keep = Duration.seconds(30 * 86_400)

        public init() {}

        func retry(_ channel: String) -> RetryPolicy { retryByChannel[channel] ?? retry }
    }

    /// - Parameters:
    ///   - channels: by the names that contacts use.
    ///   - link: where a person answers to an incident; `nil` if nobody is asked.
    ///   - personalLink: where a person chooses for themselves; `nil` if there is no such page.
    ///   - clock: what waits; - now: what is written down.
    ///   - logged: the last of this database's records that is in the alert log, which are then not kept.
    public init(
        database: NotifyDatabase, source: any AlertSource, directory: Directory, catalogue: MessageCatalogue,
        channels: [String: any Channel], settings: Settings = Settings(),
        link: (@Sendable (_ incident: String, _ resident: Resident.ID) -> String)? = nil,
        personalLink: (@Sendable (_ resident: Resident.ID, _ endedLinks: Int) -> String)? = nil,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Instant,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        logged: @escaping @Sendable () -> Int64 = { 0 },
        heard: @escaping @Sendable (WrittenBack) -> Void = { _ in }, logger: Logger
    ) {
        self.database = database
        self.source = source
        people = Mutex(directory)
        self.catalogue = catalogue
        self.channels = channels
        receiving = Set(channels.filter { $0.value is any ReceivingChannel }.keys)
        self.settings = settings
        self.link = link
        self.personalLink = personalLink
        self.clock = clock
        self.now = now
        self.random = random
        self.logged = logged
        self.heard = heard
        self.logger = logger
        mailbox = Mailbox(undurableMax: settings.undurableAlertsMax)
    }

    /// Says that there may be new alerts. From any thread, never waits.
    public func wake() { mailbox.wake() }

    /// What is known of each channel, as of the notifier's last turn.
    public var channelStates: [ChannelState] { shownStates.withLock { $0 } }

    /// Puts on record what concerns the telling itself. From any thread, never waits.
    public func take(_ note: TellingNote) { mailbox.put(note) }

    /// Hands over alerts that the hub could not write down. From any thread, never waits. If the hub writes them down
    /// later, their ids keep them from being told twice.
    public func take(undurable alerts: [Alert]) { mailbox.put(undurable: alerts) }

    /// Takes what a gateway has brought; returns when it is on the disk.
    ///
    /// - Parameter channel: by the name that contacts begin with.
    /// - Throws: ``NotKept`` if the disk takes nothing, or the notifier stops. It counts all the same, until the hub ends.
    public func take(_ incoming: [Incoming], over channel: String) async throws(NotKept) {
        for one in incoming { try await kept { self.mailbox.put(one, over: channel, $0) } }
    }

    /// Takes what a person has answered; returns when it is on the disk.
    ///
    /// - Throws: as ``take(_:over:)``.
    public func take(_ answer: GivenAnswer) async throws(NotKept) {
        try await kept { self.mailbox.put(answer, $0) }
    }

    /// Takes what a person has chosen for themselves; returns when it is on the disk.
    ///
    /// - Throws: as ``take(_:over:)``.
    public func take(_ choosing: Choosing) async throws(NotKept) {
        try await kept { self.mailbox.put(choosing, $0) }
    }

    /// Those who are told, as they have chosen it.
    public var directory: Directory { people.withLock { $0 } }

    private func kept(_ put: (CheckedContinuation<Bool, Never>) -> Void) async throws(NotKept) {
        guard await withCheckedContinuation({ put($0) }) else { throw NotKept() }
    }

    /// Deletes everything of some people who are no longer in the directory; what is under way to them ends.
    ///
    /// - Parameter record: the line for the alert log, of each person and what was deleted of them.
    /// - Throws: ``NotKept`` if the disk takes nothing, or the notifier stops.
    public func forget(
        _ people: [Resident.ID], record: @escaping @Sendable (Resident.ID, _ rows: [String: Int]) -> LogRecord
    ) async throws -> [NotifyDatabase.Forgotten] {
        try await kept { self.mailbox.put(forgotten: Set(people), $0) }
        return try await database.forget(people, record: record)
    }

    /// Removes the log's lines that it has taken, and leaves nothing in the file of what was deleted. Where no incident is
    /// open it takes about 0.3 s for 100,000 deliveries, in which nothing else is written.
    ///
    /// - Returns: whether the file was rebuilt.
    /// - Throws: if the database cannot be written.
    @discardableResult
    public func clean(recordsThrough sequence: Int64) async throws -> Bool {
        try await database.clean(recordsThrough: sequence, whileTelling: true)
    }

    /// Something could not be written down.
    public struct NotKept: Error, CustomStringConvertible {
        public init() {}

        public var description: String { "it could not be written down; send it again" }
    }

    /// Delivers until its task is cancelled; then waits for what is in flight, at most `shutdownGrace`.
    ///
    /// - Throws: if the database cannot be read at the start. It ends without an error when cancelled.
    public func run() async throws {
        // What is in flight shall not be cut off at once, so the work is not cancelled itself but asked to stop.
        let work = Task { try await loop() }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            mailbox.stop()
        }
    }

    private func loop() async throws {
        defer { mailbox.end() }
        var dispatcher = Dispatcher(
            try database.state(), directory: directory, channels: channels, settings: settings,
            random: random)
        var journal = OutboxJournal(
            database: database, settings: settings, logged: logged, wake: { [mailbox] in mailbox.wake() },
            logger: logger)
        await withDiscardingTaskGroup { group in
            while true {
                let mail = mailbox.take()
                if mail.isStopped {
                    accept(mail, &dispatcher)
                    // Whoever waits asks again when the hub is back.
                    mail.confirm(isKept: false)
                    break
                }
                for reply in mail.replies { group.addTask { await self.send(reply) } }
                let moment = now()
                sendings.end(overdueAt: moment)
                // What is deleted of somebody must not come back with a batch that could not be written.
                if !mail.forgotten.isEmpty { await journal.finish(&dispatcher, at: moment) }
                accept(mail, &dispatcher)
                noteTroubles(&dispatcher, at: moment)
                let hasMore = follow(&dispatcher, atOnce: settings.deliveriesAtOnce, at: moment)
                escalate(&dispatcher, at: moment)
                let departures = dispatcher.departures(at: moment)
                let tests = dispatcher.tests(at: moment)
                dispatcher.settle(at: moment)
                await carryOut(&dispatcher, &journal, mail, departures, at: moment)
                for test in tests { perform(test) }
                shownStates.withLock { $0 = dispatcher.channelStates }
                if !hasMore {
                    await rest(
                        until: [
                            dispatcher.outbox.nextDue, dispatcher.nextEscalation, dispatcher.health.nextTest,
                            sendings.nextDue,
                        ]
                        .compactMap(\.self).min(),
                        after: moment)
                }
            }
            await drain(&dispatcher, &journal)
            await sendings.stop()
            // What was accepted at the very end is not sent again at the next start; what was cut off is, at once.
            var mail = mailbox.take()
            mail.outcomes.removeAll { if case .accepted = $0.outcome { false } else { true } }
            accept(mail, &dispatcher)
            dispatcher.settle(at: now())
            await carryOut(&dispatcher, &journal, Mailbox.Contents(), [], at: now())
            await journal.finish(&dispatcher, at: now())
            mail.confirm(isKept: false)
            group.cancelAll()
        }
    }

    /// Has a turn written, and then carries out what it decided. An answer is on the disk before it is shown, so that a
    /// crash in between is seen at the next start; if the disk takes nothing, it counts all the same.
    private func carryOut(
        _ dispatcher: inout Dispatcher, _ journal: inout OutboxJournal, _ mail: Mailbox.Contents,
        _ departures: [Dispatcher.Departure], at moment: Instant
    ) async {
        let said = dispatcher.takeHeard()
        let replies = dispatcher.takeReplies()
        await journal.begin(&dispatcher, at: moment) { [self] isKept in
            for departure in departures { deliver(departure) }
            mail.confirm(isKept: isKept)
            for one in said { heard(one) }
            if !replies.isEmpty { mailbox.put(replies) }
        }
    }

    private func accept(_ mail: Mailbox.Contents, _ dispatcher: inout Dispatcher) {
        let moment = now()
        for (delivery, outcome) in mail.outcomes { dispatcher.take(outcome, of: delivery, at: moment) }
        for (outcome, name) in mail.tests { dispatcher.take(outcome, ofTest: name, at: moment) }
        for note in mail.notes { dispatcher.take(note, at: moment) }
        for incoming in mail.incoming { take(incoming.what, over: incoming.channel, &dispatcher, at: moment) }
        for answer in mail.answers { dispatcher.take(answer.what) }
        for choosing in mail.choosings { dispatcher.take(choosing.what) }
        if !mail.choosings.isEmpty || !mail.incoming.isEmpty { people.withLock { $0 = dispatcher.directory } }
        for people in mail.forgotten { dispatcher.forget(people.who, at: moment) }
        if !mail.undurable.isEmpty {
            // Nobody hears what the hub could write down, and so is older, after what it could not.
            while follow(&dispatcher, atOnce: .max, at: moment) {}
            for alert in mail.undurable { dispatcher.expand(alert, sequence: nil, at: moment) }
        }
        if mail.dropped > 0 {
            logger.error("Alerts dropped: too many wait", metadata: ["count": "\(mail.dropped)"])
            dispatcher.noteDropped(alerts: mail.dropped, at: moment)
        }
    }

    private func take(_ incoming: Incoming, over channel: String, _ dispatcher: inout Dispatcher, at moment: Instant) {
        switch incoming {
        case .receipt(let receipt): dispatcher.take(receipt, at: moment)
        case .report(let kind, let reference, let reason):
            dispatcher.take(kind, reference: reference, channel: channel, reason: reason, at: moment)
        case .text(let text, let address): hear(text, from: address, over: channel, &dispatcher, at: moment)
        }
    }

    /// A person has written back: an answer to what they were told last, or words that somebody has to read.
    private func hear(
        _ text: String, from address: String, over channel: String, _ dispatcher: inout Dispatcher, at moment: Instant
    ) {
        let senders = dispatcher.directory.residents(at: address, over: channel)
        if let wish = catalogue.answers.wish(in: text), !senders.isEmpty, wish != .settings || personalLink != nil {
            return dispatcher.take(wish, of: senders, at: address, over: channel, at: moment)
        }
        guard let (resident, incident) = dispatcher.lastTold(senders.map(\.id)) else {
            dispatcher.noteStranger(over: channel, at: moment)
            return
        }
        let exercise = exercise(incident, of: resident, dispatcher)
        guard let answer = catalogue.answers.read(text) else {
            let isNews = dispatcher.noteUnread(
                from: resident, to: incident, exercise: exercise, over: channel, at: moment)
            if isNews {
                dispatcher.heard.append(
                    .unclear(.init(resident: resident, incident: incident, channel: channel, exercise: exercise)))
            }
            return
        }
        let given = GivenAnswer(
            answer, from: resident, to: incident, at: moment, over: channel, exercise: exercise)
        dispatcher.take(given)
        dispatcher.heard.append(.answer(given))
    }

    /// The drill that somebody answers to, if it is one.
    private func exercise(_ incident: String, of resident: Resident.ID, _ dispatcher: Dispatcher) -> String? {
        guard let told = dispatcher.book.entry(incident, resident), told.isExercise, let alert = told.alert else {
            return nil
        }
        if let known = dispatcher.progress[alert]?.alert.exercise { return known }
        do {
            return try database.alert(alert)?.exercise
        } catch {
            logger.error("An alert cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Whom nobody has answered: the next step of the ladder.
    private func escalate(_ dispatcher: inout Dispatcher, at moment: Instant) {
        dispatcher.escalate(at: moment) { incident in
            do {
                return try source.isAnswered(incident)
            } catch {
                logger.error("It cannot be read whether an incident is answered", metadata: ["error": "\(error)"])
                return false
            }
        }
    }

    private func noteTroubles(_ dispatcher: inout Dispatcher, at moment: Instant) {
        for (_, channel) in channels.sorted(by: { $0.key < $1.key }) {
            for trouble in channel.troubles() { dispatcher.note(trouble, at: moment) }
        }
    }

    /// Takes the next alerts of the hub, of each those whom it concerns in several turns, so that the first of them do not
    /// wait until all are written down.
    ///
    /// - Returns: whether there may be more right now.
    private func follow(_ dispatcher: inout Dispatcher, atOnce max: Int, at moment: Instant) -> Bool {
        let limit = 256
        let before = dispatcher.outbox.count
        guard before < settings.openDeliveriesMax else { return false }
        func room() -> Int { max == .max ? .max : max - (dispatcher.outbox.count - before) }
        dispatcher.unfold(atOnce: room(), at: moment)
        guard dispatcher.unfolding == nil else { return true }
        do {
            let alerts = try source.alerts(after: dispatcher.cursor, limit: limit)
            for (sequence, alert) in alerts {
                guard room() > 0 else { return true }
                dispatcher.expand(alert, sequence: sequence, at: moment, atOnce: room())
                guard dispatcher.unfolding == nil else { return true }
            }
            return alerts.count == limit
        } catch {
            logger.error("Alerts cannot be read", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func deliver(_ departure: Dispatcher.Departure) {
        let delivery = departure.delivery
        guard let channel = channels[delivery.channel] else { return }
        sendings.begin(by: now() + settings.sendTimeout) { [self] in
            let directory = directory
            var notice = catalogue.notice(
                departure.alert, delivery: delivery.id, to: departure.contact,
                resident: directory.resident(delivery.target), directory: directory, now: now(),
                before: departure.before, link: link?(delivery.incident, delivery.target),
                takesReplies: receiving.contains(delivery.channel), memory: memory)
            if departure.alert.isCanary { notice.tellOfCanary() }
            return await channel.send(notice, to: departure.contact)
        } then: { [mailbox] outcome in
            mailbox.put(outcome ?? .failed("the channel said nothing"), of: delivery.id)
        }
    }

    /// A test is over when its time is: what does not even end when cancelled is tested again all the same.
    private func perform(_ test: ChannelHealth.Test) {
        guard let channel = channels[test.name.channel] else { return }
        sendings.begin(by: now() + settings.sendTimeout, patience: .none) {
            await channel.probe(test.contact)
        } then: { [mailbox] outcome in
            mailbox.put(outcome, ofTest: test.name)
        }
    }

    /// Tells somebody over the contact that they wrote from what has become of it. Nobody is in danger if it is lost.
    private func send(_ reply: Dispatcher.Reply) async {
        guard let channel = channels[reply.contact.channel], let resident = directory.resident(reply.resident) else {
            return
        }
        let link = reply.wish == .settings ? personalLink?(resident.id, reply.endedLinks) : nil
        let notice = catalogue.reply(reply, to: resident, link: link)
        for attempt in 1...settings.replyAttemptsMax {
            let outcome = await sendings.outcome(by: now() + settings.sendTimeout) {
                await channel.send(notice, to: reply.contact)
            }
            guard case .failed = outcome, !Task.isCancelled else { return }
            // It throws when cancelled, which means the same.
            do { try await clock.sleep(for: settings.retry.first * attempt) } catch { return }
        }
    }

    /// Returns when there is mail, when the next delivery is due, and at the poll interval at the latest.
    private func rest(until due: Instant?, after moment: Instant) async {
        let longest = settings.pollInterval
        let pause = due.map { min(max($0 - moment, .zero), longest) } ?? longest
        await withTaskGroup { group in
            group.addTask { [mailbox] in await mailbox.wait() }
            group.addTask { [clock] in
                // Only cancellation ends it early, when there is mail.
                do { try await clock.sleep(for: pause) } catch {}
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func drain(_ dispatcher: inout Dispatcher, _ journal: inout OutboxJournal) async {
        let end = now() + settings.shutdownGrace
        var mail = Mailbox.Contents()
        while true {
            let moment = now()
            dispatcher.settle(at: moment)
            await carryOut(&dispatcher, &journal, Mailbox.Contents(), [], at: moment)
            await journal.finish(&dispatcher, at: moment)
            mail.confirm(isKept: false)
            guard dispatcher.outbox.inFlight > 0, moment < end else { return }
            await rest(until: end, after: moment)
            mail = mailbox.take()
            accept(mail, &dispatcher)
        }
    }
}
