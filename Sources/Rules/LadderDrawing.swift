/// The ladder of one hazard as text: a box a rung, the highest at the top, and the rules as arrows with their names; up
/// on the left, down on the right.
///
///     ┌─────────────┐
///     │ confirmed   ├──┐
///     └──▲──────────┘  │
///        │ ▲ call-point│
///     …
struct LadderDrawing {
    private let rules: [Rule]
    private let language: (LogRecord.Text) -> String
    private(set) var lines: [String] = []

    /// The rules of the hazard in their order, those about several blocks left out.
    private var own: [Rule] { rules.filter { $0.estateStage == nil } }

    /// Narrow enough that the boxes of the way down still fit beside it in 100 columns.
    private static let widthLeast = 44

    init(_ rules: [Rule], language: @escaping (LogRecord.Text) -> String) {
        self.rules = rules
        self.language = language
        draw()
    }

    /// The rungs that rules lead to, the highest first.
    private var rungs: [Incident.Rung] {
        var rungs: [Incident.Rung] = []
        for rule in own {
            guard case .rung(let rung) = rule.outcome, rung.isOnLadder, !rungs.contains(rung) else { continue }
            rungs.append(rung)
        }
        return rungs.sorted { $0.isAbove($1) }
    }

    private mutating func draw() {
        let rungs = rungs
        let arrows = rungs.map { rung in own.filter { $0.outcome == .rung(rung) }.map { "▲ " + $0.name + from($0) } }
        let boxes = rungs.map(title) + [language(LogRecord.Text("nothing is open", "沒有進行中的事件"))]
        // Two for each border and the space within it; an arrow stands further in.
        let width = max(
            Self.widthLeast, boxes.map { $0.columns + 4 }.max() ?? 0,
            arrows.flatMap { $0 }.map { $0.columns + 6 }.max() ?? 0)
        for (position, rung) in rungs.enumerated() {
            let isTop = position == 0
            add((isTop ? "┌" : "┌──┴").filled("─", to: width - 1) + "┐", isTop ? "" : "   │")
            add("│ " + title(rung).padded(to: width - 4) + " ├", isTop ? "───┐" : "───┤")
            add("└──▲".filled("─", to: width - 1) + "┘", "   │")
            for arrow in arrows[position] { add("   │ \(arrow)".padded(to: width), "   │") }
        }
        add("┌──┴".filled("─", to: width - 1) + "┐", "   │")
        add("│ " + (boxes.last ?? "").padded(to: width - 4) + " │", "   │")
        add("└──▲".filled("─", to: width - 1) + "┘", "   │")
        drawDown(width)
        drawBeside()
    }

    /// From any rung to clearing, and from there to the end or back up.
    private mutating func drawDown(_ width: Int) {
        let left = "   │".padded(to: width) + "   "
        let clearing = own.filter { $0.outcome == .rung(Incident.Rung(.clearing)) }
        let endings = own.filter { $0.outcome == .rung(Incident.Rung(.closed)) }
        let back = own.filter { rule in
            guard case .rung(let rung) = rule.outcome else { return rule.outcome == .before }
            return rung.isOnLadder && rule.from.contains(.clearing)
        }
        for rule in clearing { lines.append(left + "│ ▼ " + rule.name + from(rule)) }
        if !clearing.isEmpty {
            let title = name(of: .clearing)
            let inner = max(title.columns, 20)
            lines.append(left.dropLast(2) + "┌─▼".filled("─", to: inner + 3) + "┐")
            lines.append(left.dropLast(2) + "│ " + title.padded(to: inner) + " │")
            lines.append(left.dropLast(2) + "└─┬".filled("─", to: inner + 3) + "┘")
        }
        for rule in back { lines.append(left + "│ ▲ " + rule.name + returnWords(rule)) }
        for rule in endings { lines.append(left + "│ ▼ " + rule.name + (rule.from == [.clearing] ? "" : from(rule))) }
        let reset = language(LogRecord.Text("a person's reset, from any stage", "由人手重置（任何階段）"))
        lines.append(left + "│ ▼ " + reset)
        lines.append("   └".filled("─", to: width + 3) + "┘")
    }

    /// What keeps the stage, and what concerns several blocks.
    private mutating func drawBeside() {
        let same = own.filter { $0.outcome == .same }
        let estate = rules.filter { $0.estateStage != nil }
        guard !same.isEmpty || !estate.isEmpty else { return }
        lines.append("")
        for rule in same {
            lines.append(
                "   ↻ " + rule.name + from(rule)
                    + language(LogRecord.Text(": more are told, the stage stays", "：通知更多人，階段不變")))
        }
        for rule in estate {
            lines.append("   ▲ " + rule.name + language(LogRecord.Text(": ", "：") + rule.turn))
        }
    }

    private mutating func add(_ box: String, _ rail: String) {
        lines.append(box + rail)
    }

    /// Where a rule leads on from; nothing for one that leads up from every rung below, or down from every stage.
    private func from(_ rule: Rule) -> String {
        guard !rule.from.isEmpty else { return "" }
        let stages = LogRecord.Text.list(
            rule.from.map { LogRecord.Text($0.rawValue, "「\($0.words.traditionalChinese)」") }, .or)
        return language(LogRecord.Text(" (from \(stages.english))", "（由\(stages.traditionalChinese)）"))
    }

    private func returnWords(_ rule: Rule) -> String {
        guard case .rung(let rung) = rule.outcome else {
            return language(LogRecord.Text(": to the stage before", "：返回之前的階段"))
        }
        return language(
            LogRecord.Text(": to \(rung.stage.rawValue)", "：至「\(rung.stage.words.traditionalChinese)」"))
    }

    private func name(of stage: Stage) -> String {
        language(LogRecord.Text(stage.rawValue, "\(stage.words.traditionalChinese) \(stage.rawValue)"))
    }

    private func title(_ rung: Incident.Rung) -> String {
        let stage = name(of: rung.stage)
        switch rung.step {
        case 0: return stage + language(LogRecord.Text(", lowest step", "（最低一級）"))
        case 1: return stage
        default: return stage + language(LogRecord.Text(", step \(rung.step): widened", "（第\(rung.step)級，擴大）"))
        }
    }
}

extension Incident.Rung {
    /// Whether it is climbed; clearing and closed are not.
    var isOnLadder: Bool {
        switch stage {
        case .investigate, .confirmed, .spreading: true
        case .clearing, .closed: false
        }
    }
}

extension String {
    /// With a character repeated up to a width.
    fileprivate func filled(_ character: Character, to width: Int) -> String {
        self + String(repeating: character, count: max(0, width - columns))
    }
}
