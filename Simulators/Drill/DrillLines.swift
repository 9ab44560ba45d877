import Registry

/// The lines that a person reads while a drill is played, and after it.
///
///     00:00.0  plays  a-12-C-smoke            alarm
///     00:00.0  comes  a fire investigate      a-fire-1/1, rule first-detector, told flat, guards
public enum DrillLines {
    public static func line(for event: DrillPlayer.Event, of record: DrillRecord?) -> String {
        switch event {
        case .began(let record): opening(record)
        case .played(let message): line(for: message)
        case .saw(let alert): line(for: alert, speed: record?.speed ?? 1)
        case .unreadable(let unreadable): row("", "odd", unreadable.topic, unreadable.problem)
        }
    }

    /// What the scenarios of a folder are called, and what they are.
    public static func line(for scenario: Scenario) -> String {
        let real = scenario.hasRealAlarms ? "  [raises real alarms]" : ""
        let head = "\(padded(scenario.name, 24))  \(padded(scenario.length.asSpan, 9))"
        let indent = String(repeating: " ", count: 37)
        return """
            \(head)  \(scenario.description[.english])\(real)
            \(indent)\(scenario.description[.traditionalChinese])
            """
    }

    private static func opening(_ record: DrillRecord) -> String {
        let length = record.scenario.length
        return """
            Drill \(record.id)
            \(record.scenario.description[.english])
            \(record.scenario.description[.traditionalChinese])
            \(length.asClock) at \(record.speed) times life: \(record.realTime(of: length).asClock)

            """
    }

    private static func line(for message: PlayedMessage) -> String {
        let planned = message.planned
        let words = [
            planned.says.rawValue, planned.type.map { "of \($0.rawValue)" }, planned.value.map { "\($0)" },
            planned.isRetained ? "retained" : nil, planned.isReal ? "FOR REAL" : nil,
        ]
        return row(planned.at.asClock, "plays", planned.device, words.compactMap { $0 }.joined(separator: " "))
    }

    private static func line(for alert: SeenAlert, speed: Int) -> String {
        let head = "\(alert.exercise == nil ? "REAL " : "")\(alert.block) \(alert.hazard) \(alert.stage)"
        let verb = alert.source == .alert ? "comes" : "state"
        return row((alert.receivedAt * speed).asClock, verb, head, story(of: alert))
    }

    /// `a-fire-1/2, rule near-flats, told block, because of a-12-C-smoke, a-12-D-smoke`
    static func story(of alert: SeenAlert) -> String {
        let parts = [
            alert.id ?? alert.incident, alert.rule.map { "rule \($0)" },
            alert.audience.isEmpty ? nil : "told " + alert.audience.joined(separator: ", "),
            alert.because.isEmpty ? nil : "because of " + alert.because.joined(separator: ", "),
            alert.repetition > 0 ? "repeat \(alert.repetition)" : nil, alert.late ? "late" : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }

    // MARK: The verdict

    /// The whole verdict, in lines.
    public static func text(of verdict: Verdict) -> String {
        let lines =
            verdict.results.map(line) + verdict.violations.map(line)
            + verdict.unexpected.map { row(moment($0, verdict), "also", head($0), story(of: $0)) }
        return
            (["", "Verdict on \(verdict.record.scenario.name)"] + lines + [""] + times(of: verdict) + [
                conclusion(of: verdict)
            ])
            .joined(separator: "\n")
    }

    /// The time stands before the words, so that it can be compared down the column.
    private static func line(for result: Verdict.Result) -> String {
        let (time, more) =
            switch result.outcome {
            case .came(_, let after): (after.inMilliseconds, result.isCausedByMessage ? "" : "  (timer)")
            case .cameLate, .missing: ("", ": " + outcome(of: result))
            }
        let verb = result.isMet ? "came" : "FAILED"
        let head = "\(padded(result.expectation.after.asClock, 9))  \(padded(verb, 6))  \(padded(time, 9))"
        return "\(head)  \(result.expectation.pattern)\(more)"
    }

    static func outcome(of result: Verdict.Result) -> String {
        let cause = result.isCausedByMessage ? "after the message" : "after it was due"
        return switch result.outcome {
        case .came(_, let after): "\(after.inMilliseconds) \(cause)"
        case .cameLate(_, let after):
            "late: \(after.inMilliseconds) \(cause), wanted within \(result.expectation.within.asClock) of drill time"
        case .missing(let came):
            result.expectation.count == 1 ? "did not come" : "came \(came) times of \(result.expectation.count)"
        }
    }

    private static func line(for violation: Verdict.Violation) -> String {
        let alert = violation.alert
        let head = "\(padded("", 9))  FAILED  \(padded("never", 9))"
        return "\(head)  \(violation.prohibition.pattern): came \(story(of: alert))"
    }

    static func times(of verdict: Verdict) -> [String] {
        func line(_ name: String, _ summary: LatencySummary?) -> String? {
            summary.map {
                "\(padded(name, 26))  min \($0.minimum.inMilliseconds)  median \($0.median.inMilliseconds)"
                    + "  p99 \($0.p99.inMilliseconds)  (\($0.count))"
            }
        }
        return [
            line("From message to alert", verdict.latency), line("Lateness of timers", verdict.lateness),
        ].compactMap { $0 }
    }

    static func conclusion(of verdict: Verdict) -> String {
        let met = verdict.results.count { $0.isMet }
        let broken = verdict.violations.isEmpty ? "" : ", \(verdict.violations.count) that must never come did"
        let silent =
            verdict.record.seen.isEmpty && !verdict.results.isEmpty
            ? "\nNothing at all came: is a hub running on this broker, and may it read drill/#?" : ""
        return
            "\(verdict.isPassed ? "PASSED" : "FAILED") \(verdict.record.scenario.name): \(met) of \(verdict.results.count) came in time\(broken)"
            + silent
    }

    // MARK: Columns

    private static func head(_ alert: SeenAlert) -> String { "\(alert.block) \(alert.hazard) \(alert.stage)" }

    private static func moment(_ alert: SeenAlert, _ verdict: Verdict) -> String {
        verdict.record.virtualTime(at: alert.receivedAt).asClock
    }

    private static func row(_ moment: String, _ verb: String, _ who: String, _ what: String) -> String {
        "\(padded(moment, 9))  \(padded(verb, 6))  \(padded(who, 30))  \(what)"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
