import Devices
import Foundation
import Hub
import Hummingbird
import Notify
import Registry
import Rules

/// What a running hub answers over HTTP: its state, and what operators ask of it.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /api/status` | ``StatusAnswer`` |
/// | `GET /api/incidents` | a list of ``IncidentAnswer``, the open ones |
/// | `POST /api/incidents/{id}/{verb}` | 204; the verbs and what they take: ``IncidentRequest`` |
/// | `GET /api/roll-call` | ``RollCallAnswer`` of the incident that was told last; `?incident=` names another |
/// | `GET /api/receipts` | ``ReceiptsAnswer``, for the same incidents |
/// | `GET /api/residents/link?resident=…` | ``PersonalLinkAnswer``: where they choose how they are told |
/// | `GET /api/devices` | a list of ``DeviceAnswer``, all of devices.csv |
/// | `GET /api/coverage` | a list of ``CoverageAnswer``, one for each block |
/// | `GET /api/devices/unknown` | ``UnknownDevicesAnswer``: those that speak and are not in devices.csv |
/// | `GET /api/audit` | ``AuditAnswer``: whom an alarm would reach |
/// | `POST /api/canary` | ``CanaryAnswer``: one is sent, and has arrived, or its time is over |
/// | `POST /api/reload` | ``ReloadAnswer``: the hub has read its configuration again |
/// | `POST /api/residents/forget` | ``ForgettingAnswer``: what the hub kept of people is deleted; ``ForgettingRequest`` |
/// | `GET /api/disablements` | a list of ``DisablementAnswer``: what is disabled or under test |
/// | `GET /api/building-alarms` | a list of ``BuildingAlarmAnswer``, one for each block |
/// | `GET /api/building-alarms/{block}/notice` | an HTML page to print: the registered isolation |
/// | `POST /api/disablements/{verb}` | 204; the verbs and what they take: ``DisablementRequest`` |
/// | `GET /api/tickets?state=open` | a list of ``TicketAnswer``; `closed` or `all` for others |
/// | `GET /api/tickets/{id}` | ``TicketStory``: one with its daily figures |
/// | `POST /api/tickets/{id}/close` | 204; what it takes: ``TicketRequest`` |
/// | `GET /cap/feed.atom` | the last alerts as an Atom feed of CAP 1.2 messages |
/// | `GET /cap/{id}.xml` | one of them: `a-fire-7.3.xml` |
///
/// What cannot be done is answered with a sentence that says why: 400 where the request cannot be read, 404 for what
/// does not exist, 409 for what is not to be had so, 503 while too many commands wait.
struct ControlAPI {
    let hub: HubService

    /// What there is of the incident that a request names, or of the one that was told last.
    private func ofIncident<Found>(_ request: Request, _ find: (Incident.ID) throws -> Found?) throws -> Found {
        let asked = request.uri.queryParameters["incident"].map(String.init)
        guard let incident = try asked ?? hub.lastTold() else {
            throw HTTPError(.notFound, message: "nobody has been told of anything yet")
        }
        guard let found = try find(incident) else {
            throw HTTPError(.notFound, message: "nobody has been told of an incident '\(incident)'")
        }
        return found
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/api/status") { [hub] _, _ in
            StatusAnswer(
                hub.board.now, hub.board.unknownDevices.devices, hub.channelStates, at: hub.moment)
        }
        router.get("/api/incidents") { [hub] _, _ in
            hub.board.now.incidents.values.sorted { $0.id < $1.id }.map(IncidentAnswer.init)
        }
        router.get("/api/roll-call") { [hub] request, _ in
            let roll = try ofIncident(request, hub.rollCall)
            return RollCallAnswer(roll, estate: hub.estate, utcOffset: hub.utcOffset)
        }
        router.get("/api/receipts") { [hub] request, _ in try ReceiptsAnswer(ofIncident(request, hub.receipts)) }
        router.get("/api/residents/link") { [hub] request, _ in
            let id = String(try request.uri.queryParameters.require("resident"))
            guard hub.answerURL != nil else {
                throw HTTPError(.conflict, message: "residents have no pages: set answers.listen and answers.url")
            }
            guard let link = hub.personalLink(of: id) else {
                throw HTTPError(.notFound, message: "there is no '\(id)' in residents.csv")
            }
            return PersonalLinkAnswer(resident: id, link: link)
        }
        router.get("/api/devices") { [hub] _, _ in try hub.devices().map(DeviceAnswer.init) }
        router.get("/api/coverage") { [hub] _, _ in hub.coverage.blocks.map(CoverageAnswer.init) }
        router.get("/api/devices/unknown") { [hub] _, _ in
            UnknownDevicesAnswer(hub.board.unknownDevices, hub.models, unheard: hub.unheardEcosystems)
        }
        router.get("/api/disablements") { [hub] _, _ in hub.board.now.disablements.map(DisablementAnswer.init) }
        router.get("/api/audit") { [hub] _, _ in AuditAnswer(try hub.audit()) }
        router.post("/api/canary") { [hub] _, _ in
            do {
                return CanaryAnswer(try await hub.sendCanary())
            } catch {
                throw HTTPError(.conflict, message: "\(error)")
            }
        }
        router.post("/api/reload") { [hub] _, _ in try await ReloadAnswer(hub) }
        router.post("/api/residents/forget") { [hub] request, context in
            try await ForgettingAnswer(hub, try await request.decode(as: ForgettingRequest.self, context: context))
        }
        router.get("/api/building-alarms") { [hub] _, _ in
            hub.board.now.buildingAlarms.map { BuildingAlarmAnswer($0, at: hub.moment) }
        }
        router.get("/api/building-alarms/{block}/notice") { _, context in
            try notice(ofBlock: context.parameters.require("block"))
        }
        router.post("/api/incidents/{id}/{verb}") { request, context in
            let verb = try verb(context) { !$0.isOfScope && !$0.isOfResidents }
            let asked = try await request.decode(as: IncidentRequest.self, context: context)
            let incident = try context.parameters.require("id")
            return try await perform(asked.command(verb, incident: incident, at: hub.moment))
        }
        router.post("/api/disablements/{verb}") { request, context in
            let verb = try verb(context, \.isOfScope)
            let asked = try await request.decode(as: DisablementRequest.self, context: context)
            return try await perform(asked.command(verb, at: hub.moment))
        }
        addTickets(to: router)
        addCAP(to: router)
        return router
    }

    private func notice(ofBlock block: String) throws -> Response {
        guard let known = hub.board.now.buildingAlarms.first(where: { $0.block == block }) else {
            throw HTTPError(.notFound, message: "no block '\(block)' is in estate.yaml")
        }
        guard let isolation = known.alarm.isolation else {
            throw HTTPError(.conflict, message: "the building's own alarm of block \(block) is not registered as off")
        }
        let notice = ShutdownNotice(
            isolation: isolation, block: block, estate: hub.estate, utcOffset: hub.utcOffset)
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: notice.html)))
    }

    private func verb(
        _ context: BasicRequestContext, _ fits: (OperatorCommand.Verb) -> Bool
    ) throws -> OperatorCommand.Verb {
        guard let verb = OperatorCommand.Verb(rawValue: try context.parameters.require("verb")), fits(verb) else {
            let known = OperatorCommand.Verb.allCases.filter(fits).map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.notFound, message: "unknown verb; ask for one of \(known)")
        }
        return verb
    }

    private func perform(_ command: OperatorCommand) async throws -> HTTPResponse.Status {
        try Self.status(of: await hub.perform(command))
    }

    static func status(of answer: OperatorAnswer?) throws -> HTTPResponse.Status {
        switch answer {
        case .done?: return .noContent
        case .unknown(let why)?: throw HTTPError(.notFound, message: why)
        case .refused(let why)?: throw HTTPError(.conflict, message: why)
        case nil: throw HTTPError(.serviceUnavailable, message: "too many commands wait; ask again")
        }
    }
}

/// The hub's state, in numbers since its start.
public struct StatusAnswer: ResponseCodable, Sendable {
    public var connected: Bool
    /// Since when it is not, RFC 3339: what the hub says of devices and coverage is as old. Absent while it is, and where
    /// it has not been since the start.
    public var disconnectedAt: String?
    public var messages: Int
    public var malformed: Int
    /// How many devices speak that devices.csv does not have, and how many messages of theirs have come.
    public var unknownDevices: Int
    public var unknownMessages: Int
    public var dropped: Int
    /// Lists of devices that were too large and that the hub does not need.
    public var inventories: Int
    /// In milliseconds; nil before the first.
    public var canaryMilliseconds: Int64?
    public var openIncidents: Int
    /// The incidents whose sounders are silenced.
    public var silenced: [IncidentAnswer]
    /// What is disabled or under test.
    public var disablements: [DisablementAnswer]
    /// Each block's own fire alarm.
    public var buildingAlarms: [BuildingAlarmAnswer]
    public var falseAlarms: FalseAlarmAnswer
    /// Whether each channel takes messages.
    public var channels: [ChannelAnswer]
    /// The last one since the start; absent where there was none.
    public var deliveryCanary: CanaryAnswer?

    init(
        _ tally: HubBoard.Tally, _ unknown: [QuarantinedDevice], _ states: [ChannelState], at moment: Instant
    ) {
        channels = states.map(ChannelAnswer.init)
        deliveryCanary = tally.deliveryCanary.map(CanaryAnswer.init)
        connected = tally.isConnected
        disconnectedAt = tally.isConnected || !tally.hasBeenConnected ? nil : tally.lostLinkAt?.description
        messages = tally.messages
        malformed = tally.malformed
        unknownDevices = unknown.count
        unknownMessages = unknown.map(\.messages).reduce(0, +)
        dropped = tally.dropped
        inventories = tally.inventories
        canaryMilliseconds = tally.canaryDelay?.wholeMilliseconds
        openIncidents = tally.incidents.count
        silenced = tally.incidents.values.filter { $0.silence != nil }.sorted { $0.id < $1.id }.map(IncidentAnswer.init)
        disablements = tally.disablements.map(DisablementAnswer.init)
        buildingAlarms = tally.buildingAlarms.map { BuildingAlarmAnswer($0, at: moment) }
        falseAlarms = FalseAlarmAnswer(tally.falseAlarms, at: moment)
    }
}

/// One open incident.
public struct IncidentAnswer: ResponseCodable, Sendable {
    public var incident: String
    public var block: String
    public var hazard: Hazard
    public var stage: Stage
    /// RFC 3339.
    public var openedAt: String
    public var since: String
    /// The drill's id if this is an exercise.
    public var exercise: String?
    /// As paths: `a/12/C`.
    public var places: [String]
    public var acknowledgedBy: String?
    /// RFC 3339, as is `silencedUntil`.
    public var acknowledgedAt: String?
    /// Until when its sounders are silenced, by whom and why; absent when they are not.
    public var silencedUntil: String?
    public var silencedBy: String?
    public var silencedWhy: String?

    init(_ incident: Incident) {
        self.incident = incident.id
        block = incident.block
        hazard = incident.hazard
        stage = incident.stage
        openedAt = incident.openedAt.description
        since = incident.rungSince.description
        exercise = incident.exercise
        places = incident.places.map(\.description)
        acknowledgedBy = incident.acknowledgement?.by
        acknowledgedAt = incident.acknowledgement?.at.description
        silencedUntil = incident.silence?.until.description
        silencedBy = incident.silence?.by
        silencedWhy = incident.silence?.why
    }
}
