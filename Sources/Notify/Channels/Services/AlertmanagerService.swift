import Registry
import Rules

/// Prometheus Alertmanager. An address is the value of the label `to`, by which its routes send it on: `duty`.
///
/// `POST /api/v2/alerts` (prometheus/alertmanager `api/v2/openapi.yaml`). Labels make an alert what it is, so an incident
/// is one alert while it is `warning` (investigated, clearing; water) and one while it is `critical`; what it has come to
/// stands in the annotations, and a repetition is the same alert. Where an alert has no end, Alertmanager resolves it after
/// five minutes; so it is given one in 24 hours, and ends when the incident closes or its severity changes.
public struct AlertmanagerService: MessageService {
    var server: String
    var token: String?

    /// - Parameter server: `http://127.0.0.1:9093`, with the path before `/api`, if it has one.
    public init(server: String, token: String?) {
        self.server = server
        self.token = token
    }

    public static let exampleAddress = "duty"

    public static func isAddress(_ text: String) -> Bool { !text.isEmpty }

    private struct Posted: Encodable {
        var labels: [String: String]
        var annotations: [String: String]
        var startsAt: String
        var endsAt: String
    }

    private enum Severity: String, CaseIterable { case warning, critical }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        let alert = notice.alert
        let now = Self.severity(of: alert)
        let posted = Severity.allCases.map { severity in
            var labels = [
                "alertname": "SmokeHub", "severity": severity.rawValue, "block": alert.block,
                "incident": alert.incident, "to": address,
            ]
            labels["hazard"] = alert.hazard?.rawValue
            labels["exercise"] = alert.exercise
            // An alert may not end when it begins.
            let begin = severity == now ? alert.at : alert.at + .milliseconds(-1)
            return Posted(
                labels: labels,
                annotations: [
                    "summary": notice.title, "description": notice.textWithQuestion, "delivery": notice.id,
                    "stage": alert.stage?.rawValue ?? "announcement",
                    "places": alert.places.map(\.description).joined(separator: " "),
                ],
                startsAt: begin.description,
                endsAt: (severity == now ? alert.at + .seconds(86_400) : alert.at).description)
        }
        return try ServiceRequest(url: "\(server)/api/v2/alerts", token: token, json: posted)
    }

    /// `nil` of what is over.
    private static func severity(of alert: Alert) -> Severity? {
        switch (alert.stage, alert.hazard) {
        case (.closed, _): nil
        case (.confirmed, .fire), (.confirmed, .co), (.confirmed, .gas), (.confirmed, .help): .critical
        case (.spreading, .fire), (.spreading, .co), (.spreading, .gas), (.spreading, .help): .critical
        case (.investigate, _), (.clearing, _), (.confirmed, _), (.spreading, _), (nil, _): .warning
        }
    }

    /// `GET /-/healthy` (https://prometheus.io/docs/alerting/latest/management_api/).
    public var selfTest: ServiceRequest? { ServiceRequest(asking: "\(server)/-/healthy", token: token) }

    public func outcome(_ answer: ServiceAnswer) -> Outcome { answer.usual }
}
