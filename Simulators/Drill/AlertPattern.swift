public import Registry

/// What an alert or an incident's state has to look like. What is not set may be anything.
public struct AlertPattern: Hashable, Sendable {
    /// Where to look: at the alerts, or at the incident's published state.
    public var on: Source
    public var stage: Stage?
    /// `*` stands for the estate as a whole, as in the hub's own records.
    public var block: String?
    public var hazard: Hazard
    /// The rule that decided it, by its name in `rules.yaml`.
    public var rule: String?
    /// Devices that the alert must rest on, among others.
    public var because: [Device.ID]
    /// Groups that must be told, among others.
    public var audience: [Group]
    /// False for an alert that the hub takes for real.
    public var isExercise: Bool
    /// 0 when first told, then counting the repeats.
    public var repetition: Int?

    public init(
        on source: Source = .alert, stage: Stage? = nil, block: String? = nil, hazard: Hazard = .fire,
        rule: String? = nil, because: [Device.ID] = [], audience: [Group] = [], isExercise: Bool = true,
        repetition: Int? = nil
    ) {
        self.on = source
        self.stage = stage
        self.block = block
        self.hazard = hazard
        self.rule = rule
        self.because = because
        self.audience = audience
        self.isExercise = isExercise
        self.repetition = repetition
    }

    public enum Source: String, Hashable, Sendable, CaseIterable {
        case alert, incident
    }

    public enum Stage: String, Hashable, Sendable, CaseIterable {
        case investigate, confirmed, spreading, clearing, closed
    }

    public enum Hazard: String, Hashable, Sendable, CaseIterable {
        case fire, co, gas, water, help
    }

    public enum Group: String, Hashable, Sendable, CaseIterable {
        case flat, neighbours, floor
        case floorAbove = "floor-above"
        case block, estate, guards, wardens, office, maintenance, told
    }

    public func matches(_ alert: SeenAlert) -> Bool {
        alert.source == on
            && (stage.map { $0.rawValue == alert.stage } ?? true)
            && (block.map { $0 == alert.block } ?? true)
            && hazard.rawValue == alert.hazard
            && (rule.map { $0 == alert.rule } ?? true)
            && because.allSatisfy(alert.because.contains)
            && audience.allSatisfy { alert.audience.contains($0.rawValue) }
            && isExercise == (alert.exercise != nil)
            && (repetition.map { $0 == alert.repetition } ?? true)
    }
}

extension AlertPattern: CustomStringConvertible {
    /// `a fire confirmed`, `a fire investigate, told floor and guards, because of a-12-C-smoke`
    public var description: String {
        let head = [
            isExercise ? nil : "real", block, on == .incident ? "incident" : nil, hazard.rawValue,
            stage?.rawValue ?? "at any stage",
        ]
        let more = [
            repetition.map { "repeat \($0)" },
            rule.map { "by rule \($0)" },
            audience.isEmpty ? nil : "told \(audience.map(\.rawValue).joined(separator: ", "))",
            because.isEmpty ? nil : "because of \(because.joined(separator: ", "))",
        ]
        return ([head.compactMap { $0 }.joined(separator: " ")] + more.compactMap { $0 }).joined(separator: "; ")
    }
}
