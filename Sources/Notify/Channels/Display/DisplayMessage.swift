import Registry
import Rules

extension DisplayChannel {
    /// What an incident has to say on one display.
    struct Message: Sendable {
        var alert: Alert.ID
        var incident: String
        var at: Instant
        var hazard: Hazard?
        var stage: Stage?
        var isExercise: Bool
        var texts: [(language: Language, text: String)]

        init(_ alert: Alert, texts: [(Language, String)]) {
            self.alert = alert.id
            incident = alert.incident
            at = alert.at
            hazard = alert.hazard
            stage = alert.stage
            isExercise = alert.exercise != nil
            self.texts = texts.map { (language: $0, text: $1) }
        }

        var isAllClear: Bool { stage == .closed }

        /// Somebody is to act at once.
        var isUrgent: Bool {
            (stage == .confirmed || stage == .spreading) && (hazard == .fire || hazard == .co || hazard == .gas)
        }

        /// Red to act, amber to take care, green when it is over: ISO 3864-1, ISO 22324.
        var color: String {
            if isAllClear { return "#00FF00" }
            return isUrgent ? "#FF0000" : "#FFBF00"
        }

        /// Which of two is shown.
        static func isGraver(_ one: Message, _ other: Message) -> Bool {
            (one.rank, other.at) < (other.rank, one.at)
        }

        private var rank: Int {
            let phase = isAllClear ? 2 : stage == .clearing ? 1 : 0
            let danger = hazard.flatMap(Hazard.allCases.firstIndex) ?? 0
            return phase * 100 + (isExercise ? 10 : 0) + danger
        }
    }
}
