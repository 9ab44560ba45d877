// A whole rule in one sentence, made of what was parsed: so that what is read is what is decided.
extension Rule {
    /// `When …, the fire is confirmed; this tells the guards, and the guards again every 60 s until somebody answers.`
    package func sentence(_ settings: RuleSet.Settings) -> LogRecord.Text {
        let stages = fromWords
        let when = conditionWords(settings)
        return LogRecord.Text(
            "\(stages.english.isEmpty ? "When" : stages.english + ", when") \(when.english), \(turn.english); "
                + "\(toldWords.english).",
            "\(stages.traditionalChinese)\(when.traditionalChinese)時，\(turn.traditionalChinese)："
                + "\(toldWords.traditionalChinese)。")
    }

    /// What has to hold, without where and what follows.
    package func conditionWords(_ settings: RuleSet.Settings) -> LogRecord.Text {
        // The engine takes any new alarm as the way back, whatever the pattern says.
        if outcome == .before { return LogRecord.Text("there is a new alarm", "再有新警報") }
        let patterns = when.map { $0.words(in: self, settings: settings) }
        let rest =
            outcome == .same && !when.contains(.stuck)
            ? LogRecord.Text(" and no other rule answers to that", "，而沒有其他規則處理") : .empty
        return LogRecord.Text(
            patterns.map(\.english).joined(separator: ", or when "),
            patterns.map(\.traditionalChinese).joined(separator: "，或")) + rest
    }

    private var fromWords: LogRecord.Text {
        let stages = from.isEmpty && outcome == .before ? [Stage.clearing] : from
        guard !stages.isEmpty else { return .empty }
        let names = stages.map { LogRecord.Text($0.words.english, "「\($0.words.traditionalChinese)」") }
        let list = LogRecord.Text.list(names, .or)
        return LogRecord.Text("While it is \(list.english)", "在\(list.traditionalChinese)階段，")
    }

    /// What the rule does to the incident.
    package var turn: LogRecord.Text {
        switch outcome {
        case .same: LogRecord.Text("the stage stays", "階段不變")
        case .before: LogRecord.Text("it goes back to the stage that it had before clearing", "返回解除前的階段")
        case .rung(let rung):
            if estateStage != nil {
                estateTurn(to: rung)
            } else if when.contains(.stuck) {
                turn(to: rung)
                    + LogRecord.Text(" (beside an open incident the stage stays)", "（如已有進行中的事件則階段不變）")
            } else {
                turn(to: rung)
            }
        }
    }

    private func turn(to rung: Incident.Rung) -> LogRecord.Text {
        let what = hazard.subject
        let step = rung.step > 1 ? LogRecord.Text(" (step \(rung.step))", "（第\(rung.step)級）") : .empty
        switch rung.stage {
        case .investigate where rung.step == 0:
            return LogRecord.Text("it is investigated on the lowest step", "以最低一級查核")
        case .investigate where rung.step > 1:
            return LogRecord.Text("the investigation widens", "擴大查核") + step
        case .investigate: return LogRecord.Text("it is investigated", "展開查核")
        case .confirmed:
            return LogRecord.Text("\(what.english) is confirmed", "證實\(what.traditionalChinese)") + step
        case .spreading:
            return LogRecord.Text("\(what.english) is spreading", "\(what.traditionalChinese)升級為「蔓延」") + step
        case .clearing: return LogRecord.Text("the incident is clearing", "事件進入解除階段")
        case .closed: return LogRecord.Text("the incident is closed", "事件結束")
        }
    }

    private func estateTurn(to rung: Incident.Rung) -> LogRecord.Text {
        LogRecord.Text(
            "an incident of the whole estate opens as \(rung.stage.words.english)",
            "展開全屋苑事件（\(rung.stage.words.traditionalChinese)）")
    }

    private var toldWords: LogRecord.Text {
        guard !tell.isEmpty else { return LogRecord.Text("this tells nobody", "不通知任何人") }
        let told = LogRecord.Text.list(tell.map(\.words), .and)
        return LogRecord.Text("this tells \(told.english)", "通知\(told.traditionalChinese)") + seldomWords
            + reminderWords
    }

    private var seldomWords: LogRecord.Text {
        guard when.contains(.stuck), atMostEvery > .zero else { return .empty }
        return LogRecord.Text(
            ", for each detector at most once every \(atMostEvery.words.english)",
            "，每個探測器最多每\(atMostEvery.words.traditionalChinese)一次")
    }

    /// Who is told again, and how often.
    private var reminderWords: LogRecord.Text {
        guard let reminder, !reminder.tell.isEmpty else { return .empty }
        let told = LogRecord.Text.list(reminder.tell.map(\.words), .and)
        let every = reminder.every.words
        let most = reminder.slowingTo.words
        let slowing =
            reminder.slowingTo > reminder.every
            ? LogRecord.Text(
                ", each pause twice the one before up to \(most.english),", "，間隔逐次加倍至最長\(most.traditionalChinese)")
            : .empty
        return LogRecord.Text(
            ", and \(told.english) again every \(every.english)\(slowing.english) until somebody answers",
            "；其後每\(every.traditionalChinese)再提醒\(told.traditionalChinese)\(slowing.traditionalChinese)，直至有人回應")
    }
}
