public import Registry
public import Rules

/// The whole course of one incident as the alert log has it, for somebody who was not there: what was heard, what was
/// decided by which rule and why, who was told and how fast, who answered.
///
///     a-fire-1
///     Sunday 22 November 2026, 20:00:00 to 20:35:40
///     20:00:00  heard     Smoke in Block A, 12C
///     20:00:00  decided   Investigate possible fire in Block A, 12C (…)
///                         Rule first-detector. When a smoke, heat or flame detector alarms, …
public struct IncidentStory: Sendable {
    private let id: Incident.ID
    /// In the order of the log.
    private let lines: [LogLine]
    private let words: IncidentStoryWords
    private let language: Language
    private let clock: LocalClock

    private static let width = 100
    private static let indent = 20

    /// - Returns: `nil` if none of the lines is about this incident.
    public init?(
        _ id: Incident.ID, in log: some Sequence<LogLine>, language: Language, clock: LocalClock = .system
    ) {
        let lines = log.filter { $0.incident == id }
        guard !lines.isEmpty else { return nil }
        self.id = id
        self.lines = lines
        self.language = language
        self.clock = clock
        words = IncidentStoryWords(language)
    }

    public var text: String {
        (heading + [""] + lines.flatMap(entry) + [""] + ending).map { $0 + "\n" }.joined()
    }

    private var decisions: [LogLine] { lines.filter { $0.event == .incident } }
    private var answers: [LogLine] { lines.filter { $0.event == .operator || $0.event == .receipt } }
    private var tellings: [LogLine] { lines.filter { $0.event == .delivery } }

    private var heading: [String] {
        let first = lines.map(\.at).min() ?? lines[0].at
        let last = lines.map(\.at).max() ?? lines[0].at
        let day = LogWords.in(language).day(clock(first))
        let title = lines.contains { $0.exercise != nil } ? "\(id)  \(words.drill)" : id
        return [title, words.span(day, clock(first).time, clock(last).time, last - first)]
    }

    /// A line of the log, and below it what its details say.
    private func entry(_ line: LogLine) -> [String] {
        let lead = "\(clock(line.at).time)  \(words.what(line).padded(to: 10))"
        let sentence = line.text.in(language).harmless.wrapped(to: Self.width - Self.indent)
        let below = details(line).flatMap { $0.harmless.wrapped(to: Self.width - Self.indent - 2) }
        let space = String(repeating: " ", count: Self.indent)
        return [lead + (sentence.first ?? "")] + sentence.dropFirst().map { space + $0 }
            + below.map { space + "  " + $0 }
    }

    private func details(_ line: LogLine) -> [String] {
        switch line.event {
        case .incident: decision(line)
        case .delivery, .receipt, .operator: since(line).map { [$0] } ?? []
        case .signal, .alert, .trouble, .drill, .hub: []
        }
    }

    private func decision(_ line: LogLine) -> [String] {
        var details: [String] = []
        let says = said(line, "rule_says")
        if let rule = line.details["rule"] { details.append(words.rule(rule, says)) }
        details += restsOn(line)
        if let delay = line.details["delay"] { details.append(words.delay(delay, time(line, "delay_since"))) }
        // The sentence of a rule says it already.
        if says == nil, let tell = line.details["tell"], !tell.isEmpty { details.append(words.told(tell)) }
        if let next = said(line, "next_says"), let at = time(line, "next_at") {
            let stopped = line.details["next_stopped_by"]?.split(separator: " ").map(String.init) ?? []
            details.append(words.next(at, next, rule: line.details["next"] ?? "", stoppedBy: stopped))
        }
        return details
    }

    private func restsOn(_ line: LogLine) -> [String] {
        guard let signals = line.details["signals"] else { return [] }
        return signals.split(separator: ";").map { signal in
            let parts = signal.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
            guard parts.count >= 5, let at = Instant(rfc3339: parts[3]) else {
                return words.restsOn + signal.drop { $0 == " " }
            }
            return words.restsOn
                + words.signal(parts[0], place: parts[1], kinds: parts[2], clock(at).time, marks: Array(parts[4...]))
        }
    }

    /// How long after the decision that it belongs to.
    private func since(_ line: LogLine) -> String? {
        let told = line.details["alert"].flatMap { alert in
            lines.first { ($0.event == .incident || $0.event == .alert) && $0.details["alert"] == alert }
        }
        guard let decision = told ?? decisions.last(where: { $0.sequence < line.sequence }), line.at >= decision.at
        else {
            return nil
        }
        return words.after(line.at - decision.at)
    }

    private var ending: [String] {
        var ending: [String] = []
        let end = decisions.last { $0.stage == .closed }
        ending.append(end.map { words.closed(clock($0.at).time) } ?? words.open(decisions.last?.stage))
        if let first = decisions.first, let told = tellings.first(where: { $0.details["told"] != nil }) {
            ending.append(words.firstTold(max(.zero, told.at - first.at)))
        } else {
            ending.append(words.nobodyTold)
        }
        if let first = decisions.first, let answer = answers.first {
            ending.append(words.firstAnswer(answer.details["by"] ?? "?", max(.zero, answer.at - first.at)))
        } else {
            ending.append(words.nobodyAnswered)
        }
        return ending
    }

    /// A detail that stands in the log in both languages.
    private func said(_ line: LogLine, _ key: String) -> String? {
        guard let english = line.details[key] else { return nil }
        return LogRecord.Text(english, line.details["\(key)_zh-Hant"] ?? english).in(language)
    }

    private func time(_ line: LogLine, _ key: String) -> String? {
        line.details[key].flatMap { Instant(rfc3339: $0) }.map { clock($0).time }
    }
}
