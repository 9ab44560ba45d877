public import Registry
public import Rules

/// Writes alerts as CAP messages: the same alert always as the same bytes, however often and late it is asked for.
///
/// The first alert of an incident is an `Alert`, each later one an `Update` that supersedes all before it. When an
/// incident closes, that is an `Update` with the response `AllClear`, for the standard's `Cancel` takes back what was
/// said, and a fire that was confirmed did happen; but where nothing was ever confirmed, it is a `Cancel`. While it is
/// clearing nobody may go back yet, so that is an `Update` with the response `Monitor`.
public struct CAPWriter: Sendable {
    private let settings: Settings
    private let estate: Estate
    private let catalogue: MessageCatalogue

    public struct Settings: Hashable, Sendable {
        /// Who speaks: unique in the world, without spaces, commas, `<` and `&`.
        public var sender: String
        public var scope: CAPMessage.Scope
        /// How long a message is valid unless another one supersedes it.
        public var validity: Duration
        /// Receivers are only tried out: what is real is marked `Test`.
        public var isTrial: Bool

        public init(sender: String, scope: CAPMessage.Scope, validity: Duration, isTrial: Bool = false) {
            self.sender = sender
            self.scope = scope
            self.validity = validity
            self.isTrial = isTrial
        }
    }

    public init(_ settings: Settings, estate: Estate, catalogue: MessageCatalogue) {
        self.settings = settings
        self.estate = estate
        self.catalogue = catalogue
    }

    /// More are not named: each of them has named those before it.
    private static let referencesMax = 100

    /// - Parameter others: the alerts of the same incident; those after this one, and this itself, change nothing.
    /// - Returns: `nil` of what is no danger, such as an announcement, or that sirens stop.
    public func message(_ alert: Alert, among others: [Alert]) -> CAPMessage? {
        guard Self.isTold(alert), let hazard = alert.hazard, let stage = alert.stage else { return nil }
        let earlier = others.filter { Self.isTold($0) && $0.comes(before: alert) }.sorted { $0.comes(before: $1) }
        let wasConfirmed = earlier.contains { $0.stage == .confirmed || $0.stage == .spreading }
        let kind: CAPMessage.Kind =
            if earlier.isEmpty { .alert } else if stage == .closed, !wasConfirmed { .cancel } else { .update }
        return CAPMessage(
            identifier: identifier(alert), sender: settings.sender, sent: alert.at,
            status: alert.exercise != nil ? .exercise : settings.isTrial ? .test : .actual, kind: kind,
            scope: settings.scope, note: alert.exercise.map { "Exercise \($0)" },
            references: earlier.suffix(Self.referencesMax).map { alert in
                CAPMessage.Reference(sender: settings.sender, identifier: identifier(alert), sent: alert.at)
            }, incident: Self.permitted(alert.incident),
            infos: catalogue.languages.map { info(alert, hazard, stage, in: $0) })
    }

    private static func isTold(_ alert: Alert) -> Bool {
        alert.announcement == nil && (alert.sounders == nil || alert.sounders == .quiet)
    }

    /// `demo.a-fire-7.3.1763812800`: with the time, because a hub that lost its databases counts from 1 again.
    private func identifier(_ alert: Alert) -> String {
        Self.permitted("\(estate.id).\(Self.name(of: alert.id)).\(alert.at.milliseconds / 1000)")
    }

    private static func permitted(_ text: String) -> String {
        String(text.map { " ,<&".contains($0) ? "_" : $0 })
    }

    /// An alert's id where a path needs it in one level: `a-fire-7.3`.
    static func name(of alert: Alert.ID) -> String { alert.replacing("/", with: ".") }

    /// The id that a name stands for. An incident's own id may have dots, the number behind it has none.
    public static func alert(named name: String) -> Alert.ID {
        guard let dot = name.lastIndex(of: ".") else { return name }
        return "\(name[..<dot])/\(name[name.index(after: dot)...])"
    }

    // MARK: One language

    private func info(_ alert: Alert, _ hazard: Hazard, _ stage: Stage, in language: Language) -> CAPMessage.Info {
        // How late it came says `sent`; the words would change with the moment of asking.
        var told = alert
        told.late = false
        let passage = catalogue.passage(told, in: language, at: nil, estate: estate)
        let estimate = CAPEstimate(hazard, stage)
        return CAPMessage.Info(
            language: language, category: estimate.category, event: CAPEvent.words(hazard, language),
            responses: responses(alert, hazard, stage), urgency: estimate.urgency, severity: estimate.severity,
            certainty: estimate.certainty, expires: alert.at + settings.validity,
            senderName: "SmokeHub, \(estate.name[language])", headline: passage.title, description: passage.text,
            instruction: passage.instruction, areas: areas(told, language))
    }

    private func responses(_ alert: Alert, _ hazard: Hazard, _ stage: Stage) -> [String] {
        switch (stage, hazard) {
        case (.closed, _): ["AllClear"]
        case (.investigate, _), (.clearing, _), (_, .water), (_, .help): ["Monitor"]
        case (.confirmed, .co), (.confirmed, .gas), (.spreading, .co), (.spreading, .gas): ["Evacuate"]
        case (.confirmed, .fire), (.spreading, .fire):
            switch estate.block(alert.block)?.policy ?? .simultaneous {
            case .simultaneous: ["Evacuate"]
            case .phased: stage == .spreading ? ["Evacuate"] : ["Evacuate", "Shelter"]
            case .stayPut: ["Shelter", "Evacuate"]
            }
        }
    }

    /// One a block: the estate, the block, and the floors on which it burns or leaks.
    private func areas(_ alert: Alert, _ language: Language) -> [String] {
        var blocks = alert.block == "*" ? [] : [alert.block]
        for place in alert.places where !blocks.contains(place.block) { blocks.append(place.block) }
        let comma = language.tag.hasPrefix("zh") ? "，" : ", "
        let areas = blocks.map { block in
            var floors: [Place] = []
            for place in alert.places where place.block == block && place.floor != nil {
                let floor = Place(block: block, floor: place.floor)
                if !floors.contains(floor) { floors.append(floor) }
            }
            let named = floors.map { floor in
                var there = alert
                there.places = [floor]
                return catalogue.passage(there, in: language, at: nil, estate: estate).place
            }
            return ([estate.name[language], estate.block(block)?.name[language] ?? block] + named)
                .joined(separator: comma)
        }
        return areas.isEmpty ? [estate.name[language]] : areas
    }
}

extension Alert {
    /// Whether it was told before another one of the same incident.
    fileprivate func comes(before other: Alert) -> Bool {
        (at.milliseconds, number, id) < (other.at.milliseconds, other.number, other.id)
    }

    private var number: Int { Int(id.dropFirst(incident.count + 1).prefix(while: \.isNumber)) ?? 0 }
}
