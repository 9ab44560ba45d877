import Foundation

/// What two sets of rules made of the same night, in figures.
public struct ReplaySummary: Hashable, Sendable, Encodable {
    public var today: Side
    public var other: Side
    public var differences: Int

    public struct Side: Hashable, Sendable, Encodable {
        public var decisions: Int
        public var incidents: Int
        /// With the reminders.
        public var alerts: Int
        /// Nights on which residents were told between 23:00 and 07:00.
        public var nights: Int
        /// The flats of those nights, each once a night.
        public var flats: Int

        init(_ course: ReplayCourse) {
            decisions = course.decisions
            incidents = course.incidents.count
            alerts = course.alerts
            nights = course.nights.nights
            flats = course.nights.wakings
        }
    }

    public var isDifferent: Bool { today != other || differences > 0 }

    /// For people.
    public var lines: [String] {
        guard isDifferent else { return ["No difference in \(today.decisions) decisions."] }
        func line(_ what: String, _ figure: KeyPath<Side, Int>) -> String {
            "\(what): \(today[keyPath: figure]) in this configuration, \(other[keyPath: figure]) with the other rules"
        }
        return [
            "\(differences) differences", line("decisions", \.decisions), line("incidents", \.incidents),
            line("alerts, reminders included", \.alerts),
            line("nights on which residents were woken", \.nights),
            line("flats woken, each once a night", \.flats),
        ]
    }

    /// `{"difference":"summary",…}`
    public func json() throws -> String {
        struct Line: Encodable {
            var difference = "summary"
            var today: Side
            var other: Side
            var differences: Int
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let line = Line(today: today, other: other, differences: differences)
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }
}
