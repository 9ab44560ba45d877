import Devices
import Registry

/// Says in a sentence of each language what happened, for the alert log.
///
/// The caller sets the record's time, and its exercise where there is one.
enum Narration {
    typealias Text = LogRecord.Text

    /// - Parameter disabled: what keeps the alarm back.
    static func signal(
        _ signal: Signal, late: Bool, disabled: Disablement.Scope? = nil, _ observation: Observation, _ estate: Estate
    ) -> LogRecord {
        let place = PlaceNames(estate).text(signal.place)
        let what = names(of: signal.kind)
        let raised = signal.change != .cleared
        let isPressed = Signal.Kinds.momentary.contains(signal.kind)
        var english =
            raised
            ? "\(what.english) \(isPressed ? "pressed " : "")in \(place.english)"
            : "\(what.english) cleared in \(place.english)"
        var chinese =
            raised
            ? isPressed
                ? "\(place.traditionalChinese)的\(what.traditionalChinese)被按下"
                : "\(place.traditionalChinese)偵測到\(what.traditionalChinese)"
            : "\(place.traditionalChinese)的\(what.traditionalChinese)警報已解除"
        if signal.retained {
            english += ", as it was when the hub connected"
            chinese += "（連線時的狀態）"
        }
        if late {
            english += ", heard late"
            chinese += "（延遲收到）"
        }
        var details = [
            "kind": signal.kind.rawValue, "change": signal.change.rawValue, "event_at": signal.at.description,
        ]
        if signal.retained { details["retained"] = "true" }
        if late { details["late"] = "true" }
        if let disabled {
            english += "; nobody is told, for \(disabled) is disabled"
            chinese += "；因 \(disabled) 已停用，不作通知"
            details["disabled"] = disabled.description
        }
        return LogRecord(
            at: signal.receivedAt, event: .signal, level: raised ? .alarm : .info, estate: estate.id,
            place: signal.place, device: signal.device, exercise: observation.exercise,
            text: Text(english.capitalizedFirst, chinese), details: details)
    }

    /// What a decision does, as a person would say it.
    enum Turn {
        /// The incident comes to a stage.
        case reaches
        /// The stage stays, and more people look.
        case widens
        /// Another place joins it.
        case joins

        init(_ rung: Incident.Rung) { self = rung.step > 1 ? .widens : .reaches }
    }

    static func decision(
        _ decision: Decision, places: [Place], turn: Turn, _ estate: Estate
    ) -> LogRecord {
        let names = PlaceNames(estate)
        let place = places.first ?? Place(block: decision.block)
        let there = decision.block == "*" ? names.estate : names.text(place, and: places.count - 1)
        let what = sentence(decision, turn, at: there)
        return LogRecord(
            at: decision.at, event: .incident, level: level(of: decision.stage), estate: estate.id,
            place: decision.block == "*" ? nil : place, incident: decision.incident, stage: decision.stage,
            exercise: decision.exercise, text: what,
            details: [
                "hazard": decision.hazard.rawValue, "rule": decision.rule, "event_at": decision.at.description,
                "because": decision.because.joined(separator: " "),
            ])
    }

    private static func sentence(_ decision: Decision, _ turn: Turn, at place: Text) -> Text {
        let hazard = names(of: decision.hazard)
        let count = decision.because.count
        let devices =
            switch count {
            case 0: Text("", "")
            case 1: Text(", 1 detector", "，1個探測器")
            default: Text(", \(count) detectors", "，\(count)個探測器")
            }
        let because = Text(
            " (\(decision.incident), rule \(decision.rule)\(devices.english))",
            "（\(decision.incident)，規則 \(decision.rule)\(devices.traditionalChinese)）")
        let text =
            switch (decision.stage, turn) {
            case (_, .joins):
                Text(
                    "Possible \(hazard.english) also in \(place.english); the stage is \(decision.stage.rawValue)",
                    "\(place.traditionalChinese)亦可能有\(hazard.traditionalChinese)")
            case (.investigate, .widens):
                Text(
                    "Possible \(hazard.english) in \(place.english) is not settled: more people are told",
                    "\(place.traditionalChinese)可能的\(hazard.traditionalChinese)仍未查明，擴大通知")
            case (.investigate, .reaches):
                Text(
                    "Investigate possible \(hazard.english) in \(place.english)",
                    "查核\(place.traditionalChinese)可能的\(hazard.traditionalChinese)")
            case (.confirmed, _):
                Text(
                    "\(hazard.english.capitalizedFirst) confirmed in \(place.english)",
                    "證實\(place.traditionalChinese)\(hazard.traditionalChinese)")
            case (.spreading, _):
                Text(
                    "\(hazard.english.capitalizedFirst) spreading from \(place.english)",
                    "\(place.traditionalChinese)的\(hazard.traditionalChinese)正在蔓延")
            case (.clearing, _):
                Text(
                    "All detectors clear in \(place.english)", "\(place.traditionalChinese)的所有探測器已解除警報")
            case (.closed, _):
                Text("Incident closed in \(place.english)", "\(place.traditionalChinese)的事件已結束")
            }
        return Text(text.english + because.english, text.traditionalChinese + because.traditionalChinese)
    }

    static func reminder(
        _ count: Int, of incident: Incident, tell: [Audience], _ estate: Estate
    ) -> LogRecord {
        let place = incident.members.first?.place ?? Place(block: incident.block)
        let there = PlaceNames(estate).text(place)
        let hazard = names(of: incident.hazard)
        let whom = tell.map(\.rawValue).joined(separator: ", ")
        return LogRecord(
            at: incident.rungSince, event: .alert, level: level(of: incident.stage), estate: estate.id, place: place,
            incident: incident.id, stage: incident.stage, exercise: incident.exercise,
            text: Text(
                "Nobody has answered: reminder \(count) to \(whom) of the \(hazard.english) alarm in \(there.english)",
                "仍無人回應：第\(count)次提醒，\(there.traditionalChinese)的\(hazard.traditionalChinese)警報"),
            details: ["repetition": "\(count)", "tell": tell.map(\.rawValue).joined(separator: " ")])
    }

    static func timedOut(_ member: Incident.Member, _ incident: Incident, _ estate: Estate) -> LogRecord {
        let place = PlaceNames(estate).text(member.place)
        return LogRecord(
            at: member.heardAt, event: .signal, level: .info, estate: estate.id, place: member.place,
            device: member.device, incident: incident.id, exercise: incident.exercise,
            text: Text(
                "No clear from the detector in \(place.english): it counts as cleared, timed out",
                "\(place.traditionalChinese)的探測器沒有發出解除訊號，逾時視為已解除"),
            details: ["change": Signal.Change.cleared.rawValue, "clear": "timed out"])
    }

    static func suspect(_ member: Incident.Member, _ incident: Incident, _ estate: Estate) -> LogRecord {
        let place = PlaceNames(estate).text(member.place)
        return trouble(
            "stuck?", open: true, place: member.place, device: member.device, estate,
            Text(
                "The detector in \(place.english) has alarmed alone for very long: it may be stuck; go and look",
                "\(place.traditionalChinese)的探測器長時間單獨報警，可能卡住，請到場查看"), exercise: incident.exercise)
    }

    static func stuck(_ open: Bool, _ device: Device, _ estate: Estate) -> LogRecord {
        let place = PlaceNames(estate).text(device.place)
        let text =
            open
            ? Text(
                "The detector in \(place.english) is stuck: it repeats an alarm that never cleared",
                "\(place.traditionalChinese)的探測器卡住：不斷重複從未解除的警報")
            : Text(
                "The detector in \(place.english) has cleared and is believed again",
                "\(place.traditionalChinese)的探測器已解除，恢復可信")
        return trouble("stuck", open: open, place: device.place, device: device.id, estate, text)
    }

    /// One record for all devices of a block that fell silent at a time.

    static func condition(
        _ condition: DeviceState.Condition, set: Bool, detail: String?, _ device: Device, _ estate: Estate
    ) -> LogRecord {
        let place = PlaceNames(estate).text(device.place)
        let what = names(of: condition)
        if condition == .test {
            return LogRecord(
                at: Instant(milliseconds: 0), event: .signal, level: .info, estate: estate.id, place: device.place,
                device: device.id,
                text: set
                    ? Text("Test press in \(place.english)", "\(place.traditionalChinese)測試按鍵")
                    : Text("Test over in \(place.english)", "\(place.traditionalChinese)測試結束"),
                details: ["kind": "test"])
        }
        let text =
            set
            ? Text(
                "\(what.english.capitalizedFirst) at \(device.id) in \(place.english)",
                "\(place.traditionalChinese)的\(device.id)：\(what.traditionalChinese)")
            : Text(
                "\(what.english.capitalizedFirst) put right at \(device.id) in \(place.english)",
                "\(place.traditionalChinese)的\(device.id)：\(what.traditionalChinese)已恢復正常")
        var record = trouble(what.english, open: set, place: device.place, device: device.id, estate, text)
        if let detail { record.details["detail"] = detail }
        return record
    }

    static func exercise(
        _ exercise: Exercise, began: Bool, at moment: Instant, why: Text?, _ estate: Estate
    ) -> LogRecord {
        let text =
            began
            ? Text("Drill '\(exercise.scenario)' begins", "演習「\(exercise.scenario)」開始")
            : Text(
                "Drill '\(exercise.scenario)' is over\(why.map { ": \($0.english)" } ?? "")",
                "演習「\(exercise.scenario)」結束\(why.map { "：\($0.traditionalChinese)" } ?? "")")
        return LogRecord(
            at: moment, event: .drill, level: .info, estate: estate.id, exercise: exercise.id, text: text,
            details: [
                "scenario": exercise.scenario, "speed": "\(exercise.speed)", "state": began ? "began" : "ended",
            ])
    }

    static func exerciseEnded(_ exercise: Exercise, by signal: Signal, _ estate: Estate) -> LogRecord {
        let block = PlaceNames(estate).text(Place(block: signal.place.block))
        return LogRecord(
            at: signal.receivedAt, event: .drill, level: .fire, estate: estate.id, place: signal.place,
            device: signal.device,
            text: Text(
                "This is not a drill: a real alarm ends the drill in \(block.english)",
                "這不是演習：真實警報已中止\(block.traditionalChinese)的演習"),
            details: ["drill": exercise.id])
    }

    static func exerciseLeftOut(_ exercise: Exercise, _ block: String, at moment: Instant, _ estate: Estate)
        -> LogRecord
    {
        let name = PlaceNames(estate).text(Place(block: block))
        return LogRecord(
            at: moment, event: .drill, level: .trouble, estate: estate.id, place: Place(block: block),
            exercise: exercise.id,
            text: Text(
                "Not played in \(name.english): something real is under way there",
                "\(name.traditionalChinese)不進行演習：該處有真實事件"))
    }

    static func trouble(
        _ kind: String, open: Bool, place: Place, device: Device.ID?, _ estate: Estate, _ text: Text,
        exercise: String? = nil
    ) -> LogRecord {
        LogRecord(
            at: Instant(milliseconds: 0), event: .trouble, level: open ? .trouble : .info, estate: estate.id,
            place: place, device: device, exercise: exercise, text: text,
            details: ["trouble": kind, "state": open ? "open" : "put right"])
    }

    static func level(of stage: Stage) -> Level {
        switch stage {
        case .investigate: .alarm
        case .confirmed, .spreading: .fire
        case .clearing, .closed: .info
        }
    }

    static func names(of kind: Signal.Kind) -> Text {
        switch kind {
        case .smoke, .heat, .flame, .co, .gas: kind.noun
        case .waterLeak, .button, .help: Text("a ", "") + kind.noun
        }
    }

    private static func names(of hazard: Hazard) -> Text {
        switch hazard {
        case .fire: Text("fire", "火警")
        case .co: Text("carbon monoxide", "一氧化碳")
        case .gas: Text("gas", "燃氣洩漏")
        case .water: Text("water leak", "漏水")
        case .help: Text("emergency", "求助")
        }
    }

    private static func names(of condition: DeviceState.Condition) -> Text {
        switch condition {
        case .tamper: Text("tamper", "被拆動")
        case .fault: Text("fault", "故障")
        case .batteryLow: Text("low battery", "電量不足")
        case .powerLost: Text("mains power lost", "市電中斷")
        case .offline: Text("offline", "離線")
        case .test: Text("test", "測試")
        }
    }
}

/// What people call a place, in each language.
package struct PlaceNames {
    private let whole: Estate

    package init(_ estate: Estate) { whole = estate }

    package var estate: LogRecord.Text {
        LogRecord.Text(whole.name[.english], whole.name[.traditionalChinese])
    }

    /// `Block A, 12C and 2 more`.
    func text(_ place: Place, and others: Int) -> LogRecord.Text {
        let there = text(place)
        guard others > 0 else { return there }
        return LogRecord.Text("\(there.english) and \(others) more", "\(there.traditionalChinese)等\(others + 1)處")
    }

    /// `Block A, 12C` and `A座12樓C室`.
    package func text(_ place: Place) -> LogRecord.Text {
        let name = whole.block(place.block)?.name
        let english = name?[.english] ?? place.block
        let chinese = name?[.traditionalChinese] ?? place.block
        let inner = place.floor == nil && place.flat == nil && place.area == nil ? "" : ", \(place.label)"
        let floor = place.floor.map { "\($0)樓" } ?? ""
        let unit = place.flat.map { "\($0)室" } ?? place.area.map(Self.chinese(area:)) ?? ""
        return LogRecord.Text(english + inner, chinese + floor + unit)
    }

    /// `stair-2` is 樓梯2; an area with a name of the estate's own keeps it.
    private static func chinese(area: String) -> String {
        let names = [
            ("lobby", "大堂"), ("corridor", "走廊"), ("stair", "樓梯"), ("lift", "升降機"), ("plant-room", "機房"),
        ]
        guard let (id, name) = names.first(where: { area == $0.0 || area.hasPrefix($0.0 + "-") }) else {
            return " \(area)"
        }
        return name + area.dropFirst(id.count).drop { $0 == "-" }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
