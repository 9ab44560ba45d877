import Registry
import Upkeep

// `upkeep`, as ``UpkeepSettings`` explains it.
extension HubSettings {
    mutating func readUpkeep(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(
            [
                "days", "digest", "settle", "reopen", "urgent", "due", "share", "brief-outage", "battery",
                "smoke-density", "signal", "nuisance", "life", "climate", "vibration",
            ], &mistakes)
        section.read("days", into: &upkeep.days, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 30...365)
        }
        section.read("digest", into: &upkeep.digestAt, &mistakes) { (node) throws(ConfigError) in
            try node.timeOfDay(from: 7, through: 20)
        }
        section.read("settle", into: &upkeep.settle, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .zero ... .seconds(7 * 86_400))
        }
        section.read("reopen", into: &upkeep.reopen, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(3600) ... .seconds(365 * 86_400))
        }
        section.read("brief-outage", into: &upkeep.briefOutage, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .zero ... .seconds(7 * 86_400))
        }
        section.read("share", into: &upkeep.share, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...1000)
        }
        section.read("urgent", into: &upkeep.urgent, &mistakes) { (node) throws(ConfigError) in
            var kinds: [Ticket.Kind] = []
            for node in try node.list() { kinds.append(try node.choice()) }
            return kinds
        }
        readDue(section.section("due", &mistakes), &mistakes)
        readTrends(section, &mistakes)
        readLife(section.section("life", &mistakes), &mistakes)
        readClimate(section.section("climate", &mistakes), &mistakes)
    }

    private mutating func readDue(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(Ticket.Kind.allCases.map(\.rawValue), &mistakes)
        for entry in section.entries {
            guard let kind = Ticket.Kind(rawValue: entry.key) else { continue }
            upkeep.dueByKind[kind] = mistakes.reading { () throws(ConfigError) in
                try entry.value.duration(in: .seconds(3600) ... .seconds(365 * 86_400))
            }
        }
    }

    private mutating func readTrends(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        let battery = section.section("battery", &mistakes)
        battery.checkKeys(["low", "good", "horizon", "days-min", "models"], &mistakes)
        battery.read("low", into: &upkeep.battery.low, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 1...50)
        }
        battery.read("good", into: &upkeep.battery.good, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 2...100)
        }
        if let node = battery["good"] ?? battery["low"], upkeep.battery.good <= upkeep.battery.low {
            mistakes.note(node.mistake("good is not above low", mend: "write a good that is, such as 30 above 15"))
        }
        battery.read("horizon", into: &upkeep.battery.horizonDays, &mistakes) { (node) throws(ConfigError) in
            try node.days(in: 1...365)
        }
        battery.read("days-min", into: &upkeep.battery.daysMin, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 5...60)
        }
        for entry in battery.section("models", &mistakes).entries {
            upkeep.battery.lowVoltsByModel[entry.key] = mistakes.reading { () throws(ConfigError) in
                try entry.value.decimal(in: 0.8...15)
            }
        }
        let smoke = section.section("smoke-density", &mistakes)
        smoke.checkKeys(["rise", "rise-min", "high"], &mistakes)
        for (key, path, range) in [
            ("rise", \UpkeepSettings.contamination.rise, 1.1...100), ("rise-min", \.contamination.riseMin, 0.001...10),
            ("high", \.contamination.high, 0.001...10),
        ] as [(String, WritableKeyPath<UpkeepSettings, Double>, ClosedRange<Double>)] {
            smoke.read(key, into: &upkeep[keyPath: path], &mistakes) { (node) throws(ConfigError) in
                try node.decimal(in: range)
            }
        }
        let signal = section.section("signal", &mistakes)
        signal.checkKeys(["drop-dbm", "drop-lqi"], &mistakes)
        signal.read("drop-dbm", into: &upkeep.signal.dropDBm, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 1...100)
        }
        signal.read("drop-lqi", into: &upkeep.signal.dropLQI, &mistakes) { (node) throws(ConfigError) in
            try node.decimal(in: 1...255)
        }
        let nuisance = section.section("nuisance", &mistakes)
        nuisance.checkKeys(["count", "within"], &mistakes)
        nuisance.read("count", into: &upkeep.nuisance.count, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...100)
        }
        nuisance.read("within", into: &upkeep.nuisance.within, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(86_400) ... .seconds(365 * 86_400))
        }
        let vibration = section.section("vibration", &mistakes)
        vibration.checkKeys(["times"], &mistakes)
        vibration.read("times", into: &upkeep.vibrationsMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...10_000)
        }
    }

    private mutating func readLife(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        let kinds = Device.Kind.allCases.map(\.rawValue)
        section.checkKeys(kinds + ["models", "notice"], &mistakes)
        section.read("notice", into: &upkeep.life.notice, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .zero ... .seconds(3 * 365 * 86_400))
        }
        for entry in section.entries {
            guard let kind = Device.Kind(rawValue: entry.key) else { continue }
            upkeep.life.yearsByKind[kind] = mistakes.reading { () throws(ConfigError) in
                try entry.value.integer(in: 1...50)
            }
        }
        for entry in section.section("models", &mistakes).entries {
            upkeep.life.yearsByModel[entry.key] = mistakes.reading { () throws(ConfigError) in
                try entry.value.integer(in: 1...50)
            }
        }
    }

    private mutating func readClimate(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(Device.Kind.allCases.map(\.rawValue) + ["models"], &mistakes)
        for entry in section.entries {
            guard let kind = Device.Kind(rawValue: entry.key) else { continue }
            upkeep.climate.ranges[kind] = mistakes.reading { () throws(ConfigError) in try entry.value.climate() }
        }
        for entry in section.section("models", &mistakes).entries {
            upkeep.climate.rangesByModel[entry.key] = mistakes.reading { () throws(ConfigError) in
                try entry.value.climate()
            }
        }
    }
}

extension YAMLNode {
    /// `09:00`, within hours that are no night. - Throws: if it is none, or lies outside.
    func timeOfDay(from first: Int, through last: Int) throws(ConfigError) -> Duration {
        let text = try text()
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (first...last).contains(hour), (0..<60).contains(minute)
        else {
            throw mistake(
                "'\(text)' is no time of the day",
                mend: "write one from \(first < 10 ? "0" : "")\(first):00 to \(last):59, such as \"09:00\"")
        }
        return .seconds(hour * 3600 + minute * 60)
    }

    /// Whole days, written `30d`.
    fileprivate func days(in range: ClosedRange<Int>) throws(ConfigError) -> Int {
        let span = try duration(
            in: .seconds(range.lowerBound * 86_400) ... .seconds(range.upperBound * 86_400))
        return Int(span.components.seconds / 86_400)
    }

    /// `{temperature: [0, 45], humidity: 93}`
    fileprivate func climate() throws(ConfigError) -> UpkeepSettings.Climate.Range {
        let mapping = try mapping()
        var mistakes = Mistakes()
        mapping.checkKeys(["temperature", "humidity"], required: ["temperature"], &mistakes)
        if let first = mistakes.errors.first { throw first }
        guard let node = mapping["temperature"] else {
            throw mistake("the temperature is missing", mend: "write it as {temperature: [0, 45], humidity: 93}")
        }
        let bounds = try node.list()
        guard bounds.count == 2 else { throw node.mistake("these are not two numbers", mend: "write [0, 45]") }
        let low = try bounds[0].decimal(in: -100...200)
        let high = try bounds[1].decimal(in: -100...200)
        guard low + 5 <= high else {
            throw node.mistake("from \(low) to \(high) is no range", mend: "write the lower first, such as [0, 45]")
        }
        return UpkeepSettings.Climate.Range(
            temperature: low...high, humidityMax: try mapping["humidity"]?.decimal(in: 1...100) ?? 100)
    }
}
