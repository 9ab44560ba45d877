import Foundation
import Hub
import Hummingbird
import Registry
import Rules

/// What a running hub answers over HTTP: its state, and what operators ask of it.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /api/status` | ``StatusAnswer`` |
/// | `GET /api/incidents` | a list of ``IncidentAnswer``, the open ones |
/// | `POST /api/incidents/{id}/{acknowledge,confirm,reset}` with `{"by":…,"why":…}` | 204, or 404 if it is not open |
struct ControlAPI {
    let hub: HubService

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/api/status") { [hub] _, _ in StatusAnswer(hub.board.now) }
        router.get("/api/incidents") { [hub] _, _ in
            hub.board.now.incidents.values.sorted { $0.id < $1.id }.map(IncidentAnswer.init)
        }
        router.post("/api/incidents/{id}/{verb}") { request, context in
            try await answer(request, context)
        }
        return router
    }

    private func answer(_ request: Request, _ context: BasicRequestContext) async throws -> HTTPResponse.Status {
        struct Asked: Decodable {
            var by: String
            var why: String?
        }
        let incident = try context.parameters.require("id")
        guard let verb = OperatorCommand.Verb(rawValue: try context.parameters.require("verb")) else {
            let known = OperatorCommand.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.notFound, message: "unknown verb; ask for one of \(known)")
        }
        let asked = try await request.decode(as: Asked.self, context: context)
        let command = OperatorCommand(
            verb, incident: incident, by: String(asked.by.prefix(100)), why: String((asked.why ?? "").prefix(1000)))
        switch await hub.perform(command) {
        case .done: return .noContent
        case .unknownIncident: throw HTTPError(.notFound, message: "no incident '\(incident)' is open")
        case .busy: throw HTTPError(.serviceUnavailable, message: "too many commands wait; ask again")
        }
    }
}

/// The hub's state, in numbers since its start.
public struct StatusAnswer: ResponseCodable, Sendable {
    public var connected: Bool
    public var messages: Int
    public var malformed: Int
    public var unknownDevices: Int
    public var dropped: Int
    /// In milliseconds; nil before the first.
    public var canaryMilliseconds: Int64?
    public var openIncidents: Int

    init(_ tally: HubBoard.Tally) {
        connected = tally.isConnected
        messages = tally.messages
        malformed = tally.malformed
        unknownDevices = tally.unknown
        dropped = tally.dropped
        canaryMilliseconds = tally.canaryDelay?.wholeMilliseconds
        openIncidents = tally.incidents.count
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
    }
}
