public import Registry

/// What the rules of an estate say, in plain words for the people who answer for them: each hazard's ladder as a
/// drawing, and every rule as a sentence.
///
/// It is made of the parsed rules, so it says what the engine does and not what a comment hopes for.
public struct Explanation: Sendable {
    private let rules: RuleSet
    private let language: Language

    /// Readable on a terminal of this width, in columns.
    static let width = 100

    public init(_ rules: RuleSet, language: Language) {
        self.rules = rules
        self.language = language
    }

    /// Everything, or what concerns one hazard.
    public func text(_ hazard: Hazard? = nil) -> String {
        var lines = introduction
        for each in Hazard.allCases where hazard == nil || each == hazard {
            let own = rules.rules.filter { $0.hazard == each }
            guard !own.isEmpty else { continue }
            lines += [""] + section(each, own)
        }
        if hazard == nil, !rules.readings.isEmpty { lines += [""] + measurements }
        return lines.map { $0.trimmedEnd + "\n" }.joined()
    }

    private var measurements: [String] {
        let title = LogRecord.Text("MEASUREMENTS", "讀數").in(language)
        var lines = [title, String(repeating: "═", count: title.columns)]
        for rule in rules.readings {
            lines += ["", rule.name.harmless]
            lines += rule.words.in(language).wrapped(to: Self.width - 4).map { "    " + $0 }
        }
        return lines
    }

    /// One rule in one sentence.
    public func sentence(of rule: Rule) -> String { rule.sentence(rules.settings).in(language) }

    private func section(_ hazard: Hazard, _ own: [Rule]) -> [String] {
        let title = hazard.title.in(language)
        var lines = [title, String(repeating: "═", count: title.columns), ""]
        lines += LadderDrawing(own) { $0.in(language) }.lines
        for rule in own.inLadderOrder {
            lines += ["", rule.name.harmless]
            lines += sentence(of: rule).wrapped(to: Self.width - 4).map { "    " + $0 }
        }
        return lines
    }

    private var introduction: [String] {
        let settings = rules.settings
        let (rearm, clear) = (settings.rearm.words, settings.clearTimeout.words)
        let suspect = settings.suspectAfter.words
        let general = [
            LogRecord.Text(
                "Arrows lead up from every step below, unless they say from where; an incident comes down only by "
                    + "clearing or by a reset. Of several rules that hold, the one that has held the longest decides, of "
                    + "those the one that leads furthest up; then the rest are looked at again.",
                "箭嘴由其下任何一級向上，另有註明者除外；事件只會經「解除中」或人手重置而回落。多條規則同時成立時，以成立最久者為準，其次以升級最高者為準，然後再查看其餘規則。"),
            LogRecord.Text(
                "Whoever answers has answered the present stage only: the next stage asks anew. Anybody at the "
                    + "controls can close an incident at any stage (reset).",
                "回應只適用於當時的階段，升級後須重新回應。操作人員可在任何階段結束事件（重置）。"),
            LogRecord.Text(
                "A live alarm that never cleared is new again \(rearm.english) after its incident closed.",
                "從未解除的即時警報，在事件結束\(rearm.traditionalChinese)後再次視為新警報。"),
            LogRecord.Text(
                "A detector that sends no clear counts as clear \(clear.english) after it was last heard in alarm.",
                "沒有發出解除訊號的探測器，在最後一次報警\(clear.traditionalChinese)後視為已解除。"),
            LogRecord.Text(
                "A detector that has alarmed alone for \(suspect.english) is reported as perhaps stuck.",
                "單獨報警達\(suspect.traditionalChinese)的探測器，會報告為可能卡住。"),
        ]
        return general.flatMap { sentence in
            sentence.in(language).wrapped(to: Self.width - 2).enumerated().map { ($0 == 0 ? "• " : "  ") + $1 }
        }
    }
}

extension [Rule] {
    /// Upwards, then what keeps the stage, then down again; of one step, in the order of the file.
    package var inLadderOrder: [Rule] {
        func rank(_ rule: Rule) -> (Int, Int) {
            switch rule.outcome {
            case .rung(let rung) where rung.isOnLadder: (rule.estateStage == nil ? rung.stage.order : 4, rung.step)
            case .same: (5, 0)
            case .rung(let rung): (rung.stage == .clearing ? 6 : 8, 0)
            case .before: (7, 0)
            }
        }
        return enumerated().sorted { one, other in
            let (left, right) = (rank(one.element), rank(other.element))
            return (left.0, left.1, one.offset) < (right.0, right.1, other.offset)
        }.map(\.element)
    }
}
