import Registry

// What those who keep watch read of disablements and tests: places by their names, times by the estate's clocks.
extension Narration {
    static func announcement(
        ofBeginning disablement: Disablement, _ device: Device?, _ estate: Estate, utcOffset: Duration
    ) -> Text {
        let what = name(of: disablement.scope, device, estate)
        let until = clock(disablement.until, utcOffset)
        let who = [disablement.by, disablement.second].compactMap { $0 }
        let why = disablement.why.isEmpty ? Text("", "") : Text(" (\(disablement.why))", "（\(disablement.why)）")
        guard !disablement.isTest else {
            return Text(
                "\(what.english) is under test until \(until.english), by \(who.joined(separator: " and "))\(why.english). "
                    + "Alarms stay real.",
                "\(what.traditionalChinese)測試中，至\(until.traditionalChinese)，由 \(who.joined(separator: "、")) 進行"
                    + "\(why.traditionalChinese)。警報照常處理。")
        }
        return Text(
            "\(what.english) is disabled until \(until.english), by \(who.joined(separator: " and "))\(why.english). "
                + "Nobody is told of alarms there: keep watch yourself.",
            "\(what.traditionalChinese)已停用，至\(until.traditionalChinese)，由 \(who.joined(separator: "、")) 執行"
                + "\(why.traditionalChinese)。期間的警報不作通知，請自行留意。")
    }

    /// - Parameter burning: what still alarms.
    static func announcement(
        ofEnding disablement: Disablement, because end: DisablementEnd, burning: [Disablement.Withheld],
        _ device: Device?, _ estate: Estate
    ) -> Text {
        let what = name(of: disablement.scope, device, estate)
        var text =
            disablement.isTest
            ? Text("The test of \(what.english) is over", "\(what.traditionalChinese)測試結束")
            : Text("\(what.english) is watched again", "\(what.traditionalChinese)恢復監察")
        switch end {
        case .time: text.append(": its time is over.", "：時間已到。")
        case .person(let by, _): text.append(", by \(by).", "，由 \(by) 執行。")
        case .broken(let kind, let place):
            let there = PlaceNames(estate).text(place)
            text.append(
                ", for there is an alarm elsewhere too: \(names(of: kind).english) in \(there.english).",
                "，因另一處亦有警報：\(there.traditionalChinese)\(names(of: kind).traditionalChinese)。")
        }
        if disablement.isTest {
            let count = disablement.pressed.count
            text.append(" \(count) devices were pressed.", "共測試 \(count) 個裝置。")
        }
        if !burning.isEmpty {
            let places = burning.map { PlaceNames(estate).text($0.place) }
            text.append(
                " STILL ALARMING: \(places.map(\.english).uniqued.joined(separator: ", ")).",
                "仍在報警：\(places.map(\.traditionalChinese).uniqued.joined(separator: "、"))。")
        }
        return text
    }

    /// `Block A, 12C`, `The smoke detector a-12-C-smoke (Block A, 12C)`, `Rule unanswered`.
    private static func name(of scope: Disablement.Scope, _ device: Device?, _ estate: Estate) -> Text {
        switch scope {
        case .place(let place): return PlaceNames(estate).text(place)
        case .device(let id):
            guard let place = device?.place else { return Text("Device \(id)", "裝置 \(id) ") }
            let there = PlaceNames(estate).text(place)
            return Text("Device \(id) (\(there.english))", "裝置 \(id)（\(there.traditionalChinese)）")
        case .rule(let name): return Text("Rule \(name)", "規則 \(name) ")
        case .buildingAlarm(let block): return bell(block, estate)
        }
    }

    /// `18:00 on 23 Nov` and `11月23日18:00`.
    static func clock(_ moment: Instant, _ utcOffset: Duration) -> Text {
        // 2026-11-23T18:00:00.000Z
        let digits = (moment + utcOffset).description.split { !$0.isNumber }.map(String.init)
        guard digits.count >= 5, let month = Int(digits[1]), let day = Int(digits[2]), (1...12).contains(month) else {
            return Text(moment.description, moment.description)
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = "\(digits[3]):\(digits[4])"
        return Text("\(time) on \(day) \(months[month - 1])", "\(month)月\(day)日\(time)")
    }
}

extension Instant {
    /// What a sentence calls it, by the estate's clocks: `18:00 on 23 Nov` and `11月23日18:00`.
    package func words(utcOffset: Duration) -> LogRecord.Text { Narration.clock(self, utcOffset) }
}
