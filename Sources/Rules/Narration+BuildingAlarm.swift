import Registry

// What the log says of the blocks' own fire alarms, and what people are told of them.
extension Narration {
    /// `the building's own fire alarm in Block A`, `A座的大廈警鐘`.
    static func bell(_ block: String, _ estate: Estate) -> Text {
        let name = PlaceNames(estate).text(Place(block: block))
        return Text("the building's own fire alarm in \(name.english)", "\(name.traditionalChinese)的大廈警鐘")
    }

    // MARK: The log

    static func bellSounds(_ block: String, _ alarm: BuildingAlarm, at moment: Instant, _ estate: Estate) -> LogRecord {
        let bell = bell(block, estate)
        return LogRecord(
            at: moment, event: .signal, level: .alarm, estate: estate.id, place: Place(block: block),
            device: alarm.voices.first?.device,
            text: Text("\(bell.english.capitalizedFirst) sounds", "\(bell.traditionalChinese)響起"),
            details: ["bell": "sounds", "event_at": (alarm.lastSounded?.at ?? moment).description])
    }

    static func bellIsQuiet(_ block: String, _ alarm: BuildingAlarm, at moment: Instant, _ estate: Estate) -> LogRecord
    {
        let bell = bell(block, estate)
        return LogRecord(
            at: moment, event: .signal, level: .info, estate: estate.id, place: Place(block: block),
            text: Text("\(bell.english.capitalizedFirst) is quiet again", "\(bell.traditionalChinese)停止響鬧"),
            details: ["bell": "quiet", "event_at": (alarm.lastSounded?.until ?? moment).description])
    }

    static func bellIsUntested(_ block: String, days: Int64, at moment: Instant, _ estate: Estate) -> LogRecord {
        let text = announcement(ofUntested: block, days: days, estate)
        return bellTrouble("building alarm untested", open: true, block, text, at: moment, estate)
    }

    static func bellIsTested(_ block: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        let bell = bell(block, estate)
        return bellTrouble(
            "building alarm untested", open: false, block,
            Text("\(bell.english.capitalizedFirst) has been heard again", "\(bell.traditionalChinese)已再次響起"),
            at: moment, estate)
    }

    static func bellIsNeverHeard(_ block: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        let text = announcement(ofNeverHeard: block, estate)
        return bellTrouble("building alarm never heard", open: true, block, text, at: moment, estate)
    }

    static func bellIsHeard(_ block: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        let bell = bell(block, estate)
        return bellTrouble(
            "building alarm never heard", open: false, block,
            Text(
                "\(bell.english.capitalizedFirst) is heard by SmokeHub now",
                "SmokeHub 現已收到\(bell.traditionalChinese)的訊號"),
            at: moment, estate)
    }

    static func unregistered(
        _ block: String, _ faults: [BuildingAlarm.Fault], at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        var record = bellTrouble(
            "building alarm isolated unregistered", open: true, block,
            announcement(ofUnregistered: faults, block, estate), at: moment, estate)
        record.details["because"] = reasons(faults).english
        return record
    }

    /// - Parameter faults: those that are over; none if somebody has registered them.
    static func unregisteredEnds(
        _ block: String, _ faults: [BuildingAlarm.Fault], at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        let bell = bell(block, estate)
        let text =
            faults.isEmpty
            ? Text(
                "\(bell.english.capitalizedFirst) is registered as off now", "\(bell.traditionalChinese)的停用現已登記")
            : announcement(ofBack: block, because: .device, estate)
        return bellTrouble("building alarm isolated unregistered", open: false, block, text, at: moment, estate)
    }

    static func unregisteredIsGone(_ block: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        let bell = bell(block, estate)
        return bellTrouble(
            "building alarm isolated unregistered", open: false, block,
            Text(
                "What was out of service of \(bell.english) is no longer in devices.csv",
                "\(bell.traditionalChinese)停止運作的裝置已不在 devices.csv 內"),
            at: moment, estate)
    }

    static func isolationBegins(
        _ isolation: BuildingAlarm.Isolation, _ block: String, isProlonged: Bool, at moment: Instant, _ estate: Estate,
        utcOffset: Duration
    ) -> LogRecord {
        let bell = bell(block, estate)
        let (by, until) = (isolation.by, clock(isolation.until, utcOffset))
        let text =
            isProlonged
            ? Text(
                "\(by) registers that \(bell.english) is off until \(until.english) now",
                "\(by) 將\(bell.traditionalChinese)的停用登記改為至\(until.traditionalChinese)")
            : Text(
                "\(by) registers that \(bell.english) is off until \(until.english)",
                "\(by) 登記\(bell.traditionalChinese)停用至\(until.traditionalChinese)")
        return register(isolation, open: true, block, text, at: moment, estate)
    }

    static func isolationEnds(
        _ isolation: BuildingAlarm.Isolation, _ block: String, because end: RuleEngine.IsolationEnd,
        at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        var record = register(
            isolation, open: false, block, announcement(ofBack: block, because: end, estate), at: moment, estate)
        if case .person(let by, let why) = end {
            record.details["ended-by"] = by
            record.details["ended-why"] = why
        }
        return record
    }

    private static func register(
        _ isolation: BuildingAlarm.Isolation, open: Bool, _ block: String, _ text: Text, at moment: Instant,
        _ estate: Estate
    ) -> LogRecord {
        var record = bellTrouble("building alarm isolated", open: open, block, text, at: moment, estate)
        let facts = [
            "by": isolation.by, "why": isolation.why, "since": isolation.since.description,
            "until": isolation.until.description, "areas": isolation.areas.joined(separator: " "),
        ]
        record.details.merge(facts) { $1 }
        return record
    }

    static func overdue(
        _ isolation: BuildingAlarm.Isolation, _ block: String, _ faults: [BuildingAlarm.Fault], at moment: Instant,
        _ estate: Estate, utcOffset: Duration
    ) -> LogRecord {
        let bell = bell(block, estate)
        let until = clock(isolation.until, utcOffset)
        let reasons = reasons(faults)
        var record = bellTrouble(
            "building alarm not back", open: true, block,
            Text(
                "\(bell.english.capitalizedFirst) was registered as off until \(until.english) and is not back"
                    + (faults.isEmpty ? "" : " (\(reasons.english))"),
                "\(bell.traditionalChinese)登記停用至\(until.traditionalChinese)，但仍未恢復"
                    + (faults.isEmpty ? "" : "（\(reasons.traditionalChinese)）")),
            at: moment, estate)
        record.level = .alarm
        record.details["by"] = isolation.by
        return record
    }

    static func overdueEnds(_ block: String, at moment: Instant, _ estate: Estate) -> LogRecord {
        let bell = bell(block, estate)
        return bellTrouble(
            "building alarm not back", open: false, block,
            Text("\(bell.english.capitalizedFirst) is no longer overdue", "\(bell.traditionalChinese)不再逾期"),
            at: moment, estate)
    }

    static func contradiction(
        _ incident: Incident, after wait: Duration, lastHeard: Instant?, wasNeverHeard: Bool, at moment: Instant,
        _ estate: Estate
    ) -> LogRecord {
        let bell = bell(incident.block, estate)
        let place = PlaceNames(estate).text(
            incident.places.first ?? Place(block: incident.block), and: incident.places.count - 1)
        let seconds = wait.components.seconds
        var record = bellTrouble(
            "contradiction", open: true, incident.block,
            Text(
                "Fire is confirmed in \(place.english) (\(incident.id)), and \(bell.english) "
                    + (wasNeverHeard ? "was never heard by SmokeHub" : "has not sounded within \(seconds) s"),
                "已證實\(place.traditionalChinese)火警（\(incident.id)），但"
                    + (wasNeverHeard
                        ? "SmokeHub 從未收到\(bell.traditionalChinese)的訊號"
                        : "\(bell.traditionalChinese)在\(seconds)秒內沒有響起")),
            at: moment, estate)
        record.level = .fire
        record.incident = incident.id
        record.stage = incident.stage
        record.details["rule"] = "contradiction"
        record.details["event_at"] = moment.description
        record.details["because"] = incident.members.map(\.device).joined(separator: " ")
        record.details["last_heard"] = lastHeard?.description
        return record
    }

    static func contradictionEnds(
        _ block: String, _ incident: Incident.ID, at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        let bell = bell(block, estate)
        var record = bellTrouble(
            "contradiction", open: false, block,
            Text(
                "\(bell.english.capitalizedFirst), which stayed silent in \(incident), has been heard sounding",
                "\(bell.traditionalChinese)在 \(incident) 中沒有響起，現已響起"),
            at: moment, estate)
        record.incident = incident
        return record
    }

    private static func bellTrouble(
        _ name: String, open: Bool, _ block: String, _ text: Text, at moment: Instant, _ estate: Estate
    ) -> LogRecord {
        var record = trouble(name, open: open, place: Place(block: block), device: nil, estate, text)
        record.at = moment
        return record
    }

    // MARK: What people are told

    /// Said with whatever residents are told of a bell that is off.
    private static let advice = Text(
        " Your smoke alarms and this service stay on. If you see fire, call 999.",
        "住戶的煙霧警報器及本系統照常運作。如見火警，請致電 999。")

    static func announcement(
        ofIsolation isolation: BuildingAlarm.Isolation, _ block: String, _ estate: Estate, utcOffset: Duration
    ) -> Text {
        let bell = bell(block, estate)
        let until = clock(isolation.until, utcOffset)
        let areas = areas(isolation.areas, of: block, estate)
        let parts =
            isolation.areas.isEmpty
            ? Text("", "") : Text(" in parts (\(areas.english))", "部分範圍（\(areas.traditionalChinese)）")
        return Text(
            "\(bell.english.capitalizedFirst) is off\(parts.english) until \(until.english): \(isolation.why) "
                + "(\(isolation.by)).",
            "\(bell.traditionalChinese)\(parts.traditionalChinese)停用至\(until.traditionalChinese)：\(isolation.why)"
                + "（\(isolation.by)）。") + advice
    }

    static func announcement(
        ofReminder isolation: BuildingAlarm.Isolation, _ block: String, _ estate: Estate, utcOffset: Duration
    ) -> Text {
        let bell = bell(block, estate)
        let until = clock(isolation.until, utcOffset)
        return Text(
            "\(bell.english.capitalizedFirst) is to be back at \(until.english) (\(isolation.by)). Put it back in "
                + "service, ring it, and enable it; or register a later end.",
            "\(bell.traditionalChinese)應於\(until.traditionalChinese)恢復（\(isolation.by)）。請恢復警鐘、試響並取消登記，"
                + "或登記新的時間。")
    }

    static func announcement(
        ofOverdue isolation: BuildingAlarm.Isolation, _ block: String, _ faults: [BuildingAlarm.Fault],
        _ estate: Estate, utcOffset: Duration
    ) -> Text {
        let bell = bell(block, estate)
        let until = clock(isolation.until, utcOffset)
        let reasons = reasons(faults)
        return Text(
            "\(bell.english.capitalizedFirst) was to be back at \(until.english) and is NOT back"
                + (faults.isEmpty ? "" : ": \(reasons.english)") + " (\(isolation.by)).",
            "\(bell.traditionalChinese)應於\(until.traditionalChinese)恢復，但仍未恢復"
                + (faults.isEmpty ? "" : "：\(reasons.traditionalChinese)") + "（\(isolation.by)）。") + advice
    }

    static func announcement(
        ofBack block: String, because end: RuleEngine.IsolationEnd, _ estate: Estate
    ) -> Text {
        let bell = bell(block, estate)
        let why: Text =
            switch end {
            case .person(let by, _): Text(", by \(by)", "（\(by)）")
            case .sounded: Text(": it was heard sounding", "：已聽到警鐘響起")
            case .device: Text(": its device reports normal again", "：裝置已回報正常")
            }
        return Text(
            "\(bell.english.capitalizedFirst) is back in service\(why.english).",
            "\(bell.traditionalChinese)已恢復\(why.traditionalChinese)。")
    }

    static func announcement(
        ofUnregistered faults: [BuildingAlarm.Fault], _ block: String, _ estate: Estate
    ) -> Text {
        let bell = bell(block, estate)
        let reasons = reasons(faults)
        return Text(
            "\(bell.english.capitalizedFirst) is out of service (\(reasons.english)), and nobody has registered that. "
                + "Go and look; whoever works on it has to register it.",
            "\(bell.traditionalChinese)停止運作（\(reasons.traditionalChinese)），而且沒有登記。請到場查看；負責工程的人員必須登記。")
    }

    static func announcement(ofUntested block: String, days: Int64, _ estate: Estate) -> Text {
        let bell = bell(block, estate)
        return Text(
            "\(bell.english.capitalizedFirst) has not been heard sounding for \(days) days: ring it.",
            "\(bell.traditionalChinese)已\(days)天沒有響過，請試響。")
    }

    static func announcement(ofNeverHeard block: String, _ estate: Estate) -> Text {
        let bell = bell(block, estate)
        return Text(
            "\(bell.english.capitalizedFirst) was never heard by SmokeHub: nobody would notice its silence. Look at its "
                + "device, and ring it.",
            "SmokeHub 從未收到\(bell.traditionalChinese)的訊號，警鐘不響亦無人得知。請檢查裝置並試響。")
    }

    /// `a-bell: fault, power lost`; more than a few make a message that nobody reads.
    private static func reasons(_ faults: [BuildingAlarm.Fault]) -> Text {
        let names = ["fault": "故障", "power lost": "市電中斷", "offline": "離線", "tamper": "被拆動", "silent": "沒有訊號"]
        let shown = faults.prefix(3)
        let more = faults.count - shown.count
        return Text(
            shown.map { "\($0.device): \($0.reasons.joined(separator: ", "))" }.joined(separator: "; ")
                + (more > 0 ? "; and \(more) more" : ""),
            shown.map { "\($0.device)：\($0.reasons.map { names[$0] ?? $0 }.joined(separator: "、"))" }
                .joined(separator: "；") + (more > 0 ? "等\(faults.count)個裝置" : ""))
    }
}
