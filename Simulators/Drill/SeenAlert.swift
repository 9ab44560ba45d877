import Foundation
public import Registry

/// An alert, or an incident's state, as the hub published it and the drill received it.
public struct SeenAlert: Hashable, Sendable {
    public var source: AlertPattern.Source
    /// The alert's id; `nil` for an incident's state.
    public var id: String?
    /// When the hub decided it, by the drill's clock, or by the real one if it is real.
    public var at: Instant
    public var block: String
    public var hazard: String
    public var incident: String
    public var stage: String
    public var rule: String?
    /// The drill's id; `nil` if the hub takes it for real.
    public var exercise: String?
    public var audience: [String]
    public var places: [Place]
    public var because: [Device.ID]
    public var repetition: Int
    public var late: Bool
    /// Real time since the drill began.
    public var receivedAt: Duration
}

extension SeenAlert {
    /// Reads what the hub publishes on `smokehub/<estate>/block/<block>/alert` and `…/incident`.
    ///
    /// - Parameter receivedAt: real time since the drill began.
    /// - Throws: ``Unreadable`` if the topic or payload is not of that shape.
    init(_ message: DrillMessage, receivedAt: Duration) throws(Unreadable) {
        let levels = message.topic.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count == 5, levels[2] == "block",
            let source = AlertPattern.Source(rawValue: String(levels[4]))
        else { throw Unreadable(topic: message.topic, problem: "neither an alert's topic nor an incident's") }
        let published: Published
        do {
            published = try JSONDecoder().decode(Published.self, from: Data(message.payload))
        } catch {
            throw Unreadable(topic: message.topic, problem: "\(error)")
        }
        self.init(
            source: source, id: source == .alert ? published.id : nil, at: published.at,
            block: published.block ?? String(levels[3]), hazard: published.hazard, incident: published.incident,
            stage: published.stage, rule: published.rule, exercise: published.exercise,
            audience: published.audience ?? [], places: published.places ?? [], because: published.because ?? [],
            repetition: published.repetition ?? 0, late: published.late ?? false, receivedAt: receivedAt)
    }

    /// Why something that the hub published could not be read.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public var topic: String
        public var problem: String

        public var description: String { "\(topic): \(problem)" }
    }

    /// What is in both JSON objects is required; what only alerts carry is not.
    private struct Published: Decodable {
        var id: String?
        var at: Instant
        var block: String?
        var hazard: String
        var incident: String
        var stage: String
        var rule: String?
        var exercise: String?
        var audience: [String]?
        var places: [Place]?
        var because: [String]?
        var repetition: Int?
        var late: Bool?
    }
}
