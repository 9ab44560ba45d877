import Registry

// What people do at the controls, and what becomes of it by itself.
extension Narration {
    static func command(
        _ command: OperatorCommand, _ incident: Incident, _ estate: Estate, utcOffset: Duration
    ) -> LogRecord {
        let by = command.by
        let id = incident.id
        var details = ["verb": command.verb.rawValue, "by": by, "why": command.why]
        var text = Text("", "")
        switch command.verb {
        case .acknowledge: text = Text("\(by) has seen \(id)", "\(by) 已知悉 \(id)")
        case .confirm: text = Text("\(by) confirms that \(id) is real", "\(by) 證實 \(id) 屬實")
        case .silence:
            let until = command.until.map { clock($0, utcOffset) } ?? Text("", "")
            text = Text(
                "\(by) silences the sounders of \(id) until \(until.english)",
                "\(by) 將 \(id) 的警笛靜音至\(until.traditionalChinese)")
            details["until"] = command.until?.description ?? ""
        case .resound: text = Text("\(by) ends the silence of \(id)", "\(by) 結束 \(id) 的靜音")
        case .reset:
            text = Text("\(by) resets \(id)", "\(by) 重置 \(id)")
            let still = incident.stillAlarming
            if command.force == true, !still.isEmpty {
                let list = list(still, utcOffset)
                text.append(
                    " by force; still alarming: \(list.english)", "（強制）：\(list.traditionalChinese)仍在報警")
                details["forced"] = "true"
                details["still"] = still.map(\.device).joined(separator: " ")
            }
        case .cause, .needHelp, .falseAlarm, .unclear, .disable, .test, .enable, .endTest: break
        }
        if let cause = command.cause {
            details["cause"] = cause.rawValue
            if command.verb == .cause { text = self.cause(cause, of: id, by: by) }
        }
        return LogRecord(
            at: incident.openedAt, event: .operator, level: .info, estate: estate.id,
            place: incident.members.first?.place, incident: id, stage: incident.stage, exercise: incident.exercise,
            text: text, details: details)
    }

    /// The cause of an incident that has closed already.
    static func cause(_ given: GivenCause, why: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        LogRecord(
            at: moment, event: .operator, level: .info, estate: estate.id, incident: given.incident,
            text: cause(given.cause, of: given.incident, by: given.by),
            details: ["verb": "cause", "by": given.by, "why": why, "cause": given.cause.rawValue])
    }

    private static func cause(_ cause: Cause, of incident: Incident.ID, by: String) -> Text {
        let chinese =
            switch cause {
            case .fire: "火警"
            case .cooking: "煮食"
            case .steam: "蒸氣"
            case .dust: "灰塵"
            case .fault: "故障"
            case .test: "測試"
            case .malicious: "惡意觸發"
            case .unknown: "不明"
            }
        return Text("\(by) says the cause of \(incident): \(cause.rawValue)", "\(by) 表示 \(incident) 的成因：\(chinese)")
    }

    /// How a silence came to its end.
    enum SilenceEnd {
        case time
        case person
        case anotherZone(Place)
        case climbs, clears, closes
    }

    /// - Parameter burning: what still alarms.
    static func silenceEnds(
        _ incident: Incident, _ silence: Incident.Silence, because end: SilenceEnd, burning: [Incident.Member],
        _ estate: Estate, utcOffset: Duration
    ) -> LogRecord {
        let why: Text =
            switch end {
            case .time: Text("its time is over", "時間已到")
            case .person: Text("somebody has ended it", "已由人員結束")
            case .anotherZone(let place):
                Text(
                    "there is an alarm in \(PlaceNames(estate).text(place).english) too",
                    "\(PlaceNames(estate).text(place).traditionalChinese)亦有警報")
            case .climbs: Text("the alarm has become graver", "警報已升級")
            case .clears: Text("all detectors are clear", "所有探測器已解除警報")
            case .closes: Text("the incident is closed", "事件已結束")
            }
        let list = list(burning, utcOffset)
        let still =
            burning.isEmpty
            ? Text("", "") : Text("; still alarming: \(list.english)", "；\(list.traditionalChinese)仍在報警")
        return LogRecord(
            at: silence.until, event: .incident, level: burning.isEmpty ? .info : level(of: incident.stage),
            estate: estate.id, place: incident.members.first?.place, incident: incident.id, stage: incident.stage,
            exercise: incident.exercise,
            text: Text(
                "The silence of \(incident.id) is over: \(why.english)\(still.english)",
                "\(incident.id) 的靜音結束：\(why.traditionalChinese)\(still.traditionalChinese)"),
            details: [
                "silence": "over", "by": silence.by, "until": silence.until.description,
                "still": burning.map(\.device).joined(separator: " "),
            ])
    }

    private static func list(_ members: [Incident.Member], _ utcOffset: Duration) -> Text {
        list(members.map { ($0.device, $0.raisedAt) }, utcOffset)
    }

    /// `a-12-C-smoke since 20:00 on 22 Nov`
    private static func list(_ alarms: [(device: Device.ID, raisedAt: Instant)], _ utcOffset: Duration) -> Text {
        Text(
            alarms.map { "\($0.device) since \(clock($0.raisedAt, utcOffset).english)" }.joined(separator: ", "),
            alarms.map { "\($0.device)（自\(clock($0.raisedAt, utcOffset).traditionalChinese)起）" }
                .joined(separator: "、"))
    }

    // MARK: Disablements and tests

    static func disablementBegins(
        _ disablement: Disablement, isProlonged: Bool, at moment: Instant, _ estate: Estate, utcOffset: Duration
    ) -> LogRecord {
        let scope = disablement.scope
        let until = clock(disablement.until, utcOffset)
        let by = [disablement.by, disablement.second].compactMap { $0 }
        let who = Text(by.joined(separator: " and "), by.joined(separator: "、"))
        let text =
            switch (disablement.isTest, isProlonged) {
            case (true, false):
                Text(
                    "\(who.english) begins a test of \(scope) until \(until.english): test presses are counted, alarms stay real",
                    "\(who.traditionalChinese) 開始測試 \(scope)，至\(until.traditionalChinese)：只計算測試按鍵，警報照常處理")
            case (true, true):
                Text(
                    "\(who.english) lets the test of \(scope) end at \(until.english)",
                    "\(who.traditionalChinese) 將 \(scope) 的測試改為至\(until.traditionalChinese)結束")
            case (false, false):
                Text(
                    "\(who.english) disables \(scope) until \(until.english): what alarms there is recorded, and nobody is told",
                    "\(who.traditionalChinese) 停用 \(scope)，至\(until.traditionalChinese)：期間的警報只作記錄，不作通知")
            case (false, true):
                Text(
                    "\(who.english) lets \(scope) be disabled until \(until.english)",
                    "\(who.traditionalChinese) 將 \(scope) 的停用改為至\(until.traditionalChinese)")
            }
        return record(
            disablement, state: "open", level: disablement.isTest ? .info : .trouble, text, at: moment, estate)
    }

    /// How a disablement or test came to its end.
    enum DisablementEnd {
        case time
        case person(by: String, why: String)
        /// A second zone alarms.
        case broken(Signal.Kind, Place)
    }

    static func disablementEnds(
        _ disablement: Disablement, because end: DisablementEnd, burning: [Disablement.Withheld], at moment: Instant,
        _ estate: Estate, utcOffset: Duration
    ) -> LogRecord {
        var text =
            disablement.isTest
            ? Text("The test of \(disablement.scope) is over", "\(disablement.scope) 的測試結束")
            : Text("\(disablement.scope) is enabled again".capitalizedFirst, "\(disablement.scope) 恢復啟用")
        switch end {
        case .time: text.append(": its time is over", "：時間已到")
        case .person(let by, _): text.append(" by \(by)", "（\(by)）")
        case .broken(let kind, let place):
            let there = PlaceNames(estate).text(place)
            text.append(
                ", for a second zone alarms: \(names(of: kind).english) in \(there.english)",
                "：第二個區域報警，\(there.traditionalChinese)\(names(of: kind).traditionalChinese)")
        }
        if disablement.isTest {
            let count = disablement.pressed.count
            text.append("; \(count) devices were pressed", "；共測試 \(count) 個裝置")
        }
        if !burning.isEmpty {
            let list = list(burning.map { ($0.device, $0.raisedAt) }, utcOffset)
            text.append(
                "; still alarming, and counted from now on: \(list.english)",
                "；\(list.traditionalChinese)仍在報警，由現在起照常處理")
        }
        var record = record(
            disablement, state: "put right", level: burning.isEmpty ? .info : .alarm, text, at: moment, estate)
        record.details["still"] = burning.map(\.device).joined(separator: " ")
        if case .person(let by, let why) = end {
            record.details["ended-by"] = by
            record.details["ended-why"] = why
        }
        if case .broken = end {
            record.level = .alarm
            record.details["broken"] = "true"
        }
        return record
    }

    /// A disabled rule would have led somewhere.
    static func ruleWithheld(_ rule: Rule, _ incident: Incident, at moment: Instant, _ estate: Estate) -> LogRecord {
        LogRecord(
            at: moment, event: .incident, level: .trouble, estate: estate.id, place: incident.members.first?.place,
            incident: incident.isOpen ? incident.id : nil, stage: incident.isOpen ? incident.stage : nil,
            text: Text(
                "Rule \(rule.name) holds, but is disabled: nobody is told of it",
                "規則 \(rule.name) 成立，但已停用，不作通知"),
            details: ["rule": rule.name, "disabled": "rule \(rule.name)", "hazard": rule.hazard.rawValue])
    }

    private static func record(
        _ disablement: Disablement, state: String, level: Level, _ text: Text, at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        var details = [
            "trouble": "disabled", "state": state, "scope": disablement.scope.description, "by": disablement.by,
            "why": disablement.why, "since": disablement.since.description, "until": disablement.until.description,
        ]
        if disablement.isTest {
            details["trouble"] = nil
            details["test"] = state == "open" ? "begun" : "over"
            details["pressed"] = disablement.pressed.joined(separator: " ")
        }
        details["second"] = disablement.second
        var place: Place?
        var device: Device.ID?
        switch disablement.scope {
        case .place(let there): place = there
        case .device(let id): device = id
        case .rule: break
        case .buildingAlarm(let block): place = Place(block: block)
        }
        return LogRecord(
            at: moment, event: disablement.isTest ? .operator : .trouble, level: level, estate: estate.id,
            place: place, device: device, text: text, details: details)
    }
}

extension LogRecord.Text {
    mutating func append(_ english: String, _ traditionalChinese: String) {
        self.english += english
        self.traditionalChinese += traditionalChinese
    }
}
