import Logging
public import Notify
public import Registry
public import Rules
public import Store
import Synchronization

/// What answers and roll-calls need of a running hub.
struct Telling: Sendable {
    var notifier: Notifier
    var database: NotifyDatabase
    var catalogue: MessageCatalogue
    var channels: [String: any Channel]
    var invitations: InvitationBook
    var personalLinks: PersonalLinks
    /// `nil` if none is sent.
    var canary: DeliveryCanary?

    /// Those who are told, as they have chosen it.
    var directory: Directory { notifier.directory }
}

/// Somebody who follows their link.
public struct Invited: Hashable, Sendable {
    public var incident: Incident.ID
    public var resident: Resident.ID
    /// The drill's id if it is an exercise.
    public var exercise: String?
    public var language: Language
    /// What they were last told, as they read it.
    public var text: String
    /// What they may answer, in their language.
    public var words: [Notice.Question.Word]
    /// What they have answered last.
    public var answer: Answer?
    /// Of their own page.
    public var personalCode: String
}

extension HubService {
    /// Whose a link is; `nil` if it is nobody's, or has expired.
    ///
    /// - Throws: if notify.sqlite cannot be read.
    public func invited(by code: String) throws -> Invited? {
        guard let telling = telling.withLock({ $0 }) else { return nil }
        let directory = telling.directory
        guard let asked = telling.invitations.find(code, at: moment),
            let resident = directory.resident(asked.resident)
        else { return nil }
        let alerts = try telling.database.alerts(ofIncident: asked.incident, toldTo: resident.id)
        guard let last = alerts.last else { return nil }
        let contact = Contact(resident: resident.id, position: 1, channel: "page", address: "")
        func notice(_ alert: Alert) -> Notice {
            telling.catalogue.notice(
                alert, to: contact, resident: resident, directory: directory, now: moment, link: "")
        }
        let shown = notice(last)
        // Somebody may need help after the all-clear, too, which itself asks nobody.
        let question = shown.question ?? alerts.last(where: \.asks).flatMap { notice($0).question }
        return Invited(
            incident: asked.incident, resident: resident.id, exercise: last.exercise, language: shown.language,
            text: shown.text,
            words: question?.words ?? [],
            answer: try telling.database.answer(of: resident.id, to: asked.incident)?.answer,
            personalCode: telling.personalLinks.passingCode(
                of: resident.id, endedLinks: directory.choices(of: resident.id).endedLinks, at: moment))
    }

    /// Takes somebody's answer; returns when it is on the disk, and those who have to act on it have been told.
    ///
    /// - Throws: ``Notifier/NotKept`` if it could not be written down.
    public func take(_ answer: Answer, of invited: Invited) async throws {
        guard let telling = telling.withLock({ $0 }) else { throw Notifier.NotKept() }
        let given = GivenAnswer(
            answer, from: invited.resident, to: invited.incident, at: moment, over: "page", exercise: invited.exercise)
        try await telling.notifier.take(given)
        guard await pass(on: .answer(given), telling.directory) else { throw Notifier.NotKept() }
    }

    /// Passes on what came as a text, of which nobody waits for the end: while too many commands wait, again.
    func passOnText(_ said: WrittenBack, _ directory: Directory) async {
        while await !pass(on: said, directory) {
            // It throws when cancelled, which means the same.
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    /// Passes on what the rules do not have because the hub ended first: of the last hour, for what is older is no call for
    /// help any more.
    func passOnAgain(_ telling: Telling) {
        do {
            for var given in try telling.database.answersToPassOn(since: moment - .seconds(3600)) {
                given.exercise = try telling.database.alerts(ofIncident: given.incident, toldTo: given.resident).last?
                    .exercise
                Task { [given, directory = telling.directory] in await passOnText(.answer(given), directory) }
            }
        } catch {
            logger.error("It cannot be read which answers the rules have", metadata: ["reason": "\(error)"])
        }
    }

    /// What others have to hear of it goes through the rules, so that it is journaled.
    ///
    /// - Returns: whether it was taken; `false` while too many commands wait.
    private func pass(on said: WrittenBack, _ directory: Directory) async -> Bool {
        guard let command = Self.command(said, directory) else { return true }
        guard let answer = await perform(command) else { return false }
        if case .answer(let given) = said { await notePassedOn(given) }
        if answer != .done {
            logger.warning(
                "An answer changes nothing", metadata: ["verb": "\(command.verb)", "why": "\(answer)"])
        }
        return true
    }

    private func notePassedOn(_ given: GivenAnswer) async {
        do {
            try await telling.withLock { $0 }?.database.notePassedOn(given, at: moment)
        } catch {
            // It is passed on once more at the next start: better twice than never.
            logger.warning("That an answer was passed on cannot be noted", metadata: ["reason": "\(error)"])
        }
    }

    /// - Returns: `nil` if nobody else has to hear of it.
    private static func command(_ said: WrittenBack, _ directory: Directory) -> OperatorCommand? {
        let (verb, resident): (OperatorCommand.Verb, Resident.ID)
        let (incident, channel, exercise): (Incident.ID, String, String?)
        switch said {
        case .answer(let given):
            switch given.answer {
            case .safe: return nil
            case .needHelp: verb = .needHelp
            case .falseAlarm: verb = .falseAlarm
            case .onIt: verb = .acknowledge
            }
            resident = given.resident
            (incident, channel, exercise) = (given.incident, given.channel, given.exercise)
        case .unclear(let words):
            verb = .unclear
            resident = words.resident
            (incident, channel, exercise) = (words.incident, words.channel, words.exercise)
        }
        let place = directory.resident(resident)?.place
        return OperatorCommand(
            verb, incident: incident, by: resident, why: "answered by \(channel)",
            scope: verb.isOfResidents ? place.map { .place($0) } : nil,
            exercise: verb.isOfResidents ? exercise : nil)
    }

    /// Takes what a gateway says; returns when it is on the disk.
    ///
    /// - Throws: ``GatewayMistake`` if there is no such channel, or the call is not its gateway's;
    ///   ``Notifier/NotKept`` if it could not be written down.
    public func take(_ call: GatewayCall, over channel: String) async throws {
        guard let telling = telling.withLock({ $0 }), let receiver = telling.channels[channel] as? any ReceivingChannel
        else { throw GatewayMistake("no channel '\(channel)' takes calls") }
        try await telling.notifier.take(try receiver.incoming(from: call), over: channel)
    }

    /// The roll-call of an incident that was told; `nil` if none of that name was.
    ///
    /// - Throws: if notify.sqlite cannot be read.
    public func rollCall(of incident: Incident.ID) throws -> RollCall? {
        guard let telling = telling.withLock({ $0 }) else { return nil }
        let alerts = try telling.database.alerts(ofIncident: incident)
        guard alerts.contains(where: { $0.announcement == nil }) else { return nil }
        return RollCall(
            of: incident, alerts: alerts, deliveries: try telling.database.deliveries(ofIncident: incident),
            answers: try telling.database.answers(to: incident), directory: telling.directory, at: moment)
    }

    /// What came back of an incident's deliveries; `nil` if there were none.
    ///
    /// - Throws: if notify.sqlite cannot be read.
    public func receipts(of incident: Incident.ID) throws -> Receipts? {
        guard let database = telling.withLock({ $0 })?.database else { return nil }
        let deliveries = try database.deliveries(ofIncident: incident)
        guard !deliveries.isEmpty else { return nil }
        return Receipts(of: incident, deliveries: deliveries, answers: try database.answers(to: incident))
    }

    /// Whether each channel takes messages; empty before the notifier works.
    public var channelStates: [ChannelState] { telling.withLock { $0 }?.notifier.channelStates ?? [] }

    /// The incident that was told last; neither an announcement, such as that somebody needs help, nor a canary.
    ///
    /// - Throws: if notify.sqlite cannot be read.
    public func lastTold() throws -> Incident.ID? {
        guard let database = telling.withLock({ $0 })?.database else { return nil }
        var passedBy: Set<Incident.ID> = []
        for asked in try database.asked(since: Instant(milliseconds: 0)) where !passedBy.contains(asked.incident) {
            let alerts = try database.alerts(ofIncident: asked.incident)
            if alerts.contains(where: { $0.announcement == nil && !$0.isCanary }) { return asked.incident }
            passedBy.insert(asked.incident)
        }
        return nil
    }
}
