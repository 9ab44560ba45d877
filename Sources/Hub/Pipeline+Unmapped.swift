import Devices
import Registry
import Rules

// Fields that may be an alarm and that no table explains.
extension Pipeline {
    /// Tells the guards and those who maintain at once of what looks like an alarm now, and the log's readers of the rest.
    ///
    /// What a broker kept may be of last year, and an exercise burns nobody: neither is told to the guards.
    func noteUnmapped(_ report: Report, retained: Bool, exercise: String?, at moment: Instant) {
        guard exercise == nil else { return }
        let device = registry.device(report.ecosystem, address: report.address)
        let key = "\(report.ecosystem.rawValue) \(report.address)"
        for field in report.unmapped {
            let news = unmapped.news(of: field, device: key, isLive: !retained, at: moment)
            guard let news else { continue }
            let place = (device?.place ?? report.place).map { " (\($0))" } ?? ""
            let name = "\(device?.id ?? key.shortened)\(place)"
            let mend = UnmappedMend(field, of: report, device)
            let details = [
                "ecosystem": report.ecosystem.rawValue, "address": report.address.shortened, "field": field.name,
                "value": field.value, "raised": "\(field.isRaised)", "retained": "\(retained)",
            ]
            switch news {
            case .alarm:
                let text = LogRecord.Text(
                    "\(name) sends \(field), which may be an ALARM and which no table explains: go and look; then "
                        + mend.english,
                    "\(name) 傳送 \(field)，可能是警報，但沒有對照表能解讀：請到場查看；然後\(mend.chinese)")
                // Whoever can publish can make up addresses: those together are no more than other strangers' alarms.
                let isTold = device != nil || strangers.alarms.tells(at: moment)
                if isTold || strangers.lines.tells(at: moment) {
                    note(trouble: "unmapped", level: .alarm, text.english, text.traditionalChinese, details)
                }
                guard isTold else { continue }
                announce(text, of: "unmapped", block: (device?.place ?? report.place)?.block, at: moment)
            case .line:
                guard device != nil || strangers.lines.tells(at: moment) else { continue }
                note(
                    trouble: "unmapped",
                    "\(name) sends \(field), which may be an alarm and which no table explains: \(mend.english)",
                    "\(name) 傳送 \(field)，可能與警報有關，但沒有對照表能解讀：\(mend.chinese)", details)
            }
        }
    }
}

/// What to do about a field that nobody has mapped.
struct UnmappedMend {
    let english: String
    let chinese: String

    init(_ field: UnmappedField, of report: Report, _ device: Device?) {
        if field.value.isEmpty, [.chirpstack, .thethingsstack].contains(report.ecosystem) {
            english = "give its device profile a codec at the network server"
            chinese = "請在網絡伺服器為其裝置設定檔加上解碼器"
            return
        }
        let model = device?.model ?? device?.id ?? report.address
        let lines = Self.lines(field, model: model, report.ecosystem, device?.kind)
        let (isRegistered, hasModel) = (device != nil, device?.model != nil)
        english =
            (isRegistered ? "" : "add it to devices.csv and ") + "say what it means, in models.yaml: \(lines)"
            + (hasModel ? "" : ", with \(Self.written(model)) as its model in devices.csv")
        chinese =
            (isRegistered ? "請" : "請在 devices.csv 登記，並") + "在 models.yaml 註明其意義：\(lines)"
            + (hasModel ? "" : "，並在 devices.csv 把其型號寫作 \(Self.written(model))")
    }

    /// `models: [{model: MIR-X, ecosystem: zigbee2mqtt, fields: {alarm_1: smoke}}]`
    private static func lines(
        _ field: UnmappedField, model: String, _ ecosystem: Device.Ecosystem, _ kind: Device.Kind?
    ) -> String {
        let meaning =
            switch kind {
            case .smoke, .siren, .buildingAlarm, .gateway, .sensor, nil: "smoke"
            case .heat, .flame, .co, .gas, .waterLeak, .button: kind?.rawValue ?? "smoke"
            case .help: "button"
            }
        let isFlag = ["true", "false", "on", "off", "1", "0", ""].contains(field.value.lowercased())
        let row = isFlag ? meaning : "{values: {\(written(field.value)): \(meaning)}}"
        return "models: [{model: \(written(model)), ecosystem: \(ecosystem.rawValue), "
            + "fields: {\(written(field.name)): \(row)}}]"
    }

    /// A text of a stranger as YAML.
    static func written(_ text: String) -> String {
        let text = text.shortened
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || "_./-".unicodeScalars.contains(scalar)
        }
        let starts = text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        if isPlain, starts == true, text.lowercased() != "null" { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\u{00}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
