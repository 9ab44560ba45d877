public import Registry

// Every six hours, all devices in turn: what they have measured goes to their days, and the days are judged.
extension Caretaker {
    /// How often. Too rarely, and a crash forgets much of a day's figures; too often, and the disk is busy with them.
    static let roundEvery = Duration.seconds(6 * 3600)
    /// How many devices without figures are passed by in one turn.
    static let glancesPerTurn = 2000

    mutating func beginRound(at moment: Instant) {
        guard round.cursor == nil, round.next <= moment else { return }
        round.cursor = 0
        round.dayBefore = round.day
        round.day = moment.day(utcOffset: utcOffset)
        let local = (moment + utcOffset).milliseconds
        let span = Self.roundEvery.wholeMilliseconds
        round.next = Instant(milliseconds: (local / span + 1) * span) - utcOffset
        let old = moment - settings.nuisance.within
        nuisances.forget(before: old)
        changes.nuisancesBefore = old
        changes.closedBefore = moment - Self.closedKept
        book.tidy(at: moment)
    }

    /// How long closed tickets can be listed.
    static let closedKept = Duration.seconds(365 * 86_400)

    /// Whether a round is under way.
    public var isInRound: Bool { round.cursor != nil }

    /// The next devices of a round whose figures are to be judged with what is stored of them. The others are judged
    /// here, by what needs none.
    ///
    /// - Parameter limit: how many at most.
    public mutating func nextTurn(limit: Int, at moment: Instant) -> [Int] {
        guard let start = round.cursor else { return [] }
        let isNewDay = round.day != round.dayBefore
        var measured: [Int] = []
        var index = start
        while index < devices.count, measured.count < limit, index - start < Self.glancesPerTurn {
            judgeWithoutFigures(index, at: moment)
            if figures.has(index) || (isNewDay && marks[index].contains(.measured))
                || book.open(.vibration, of: devices[index].id) != nil
                || (!voided.isEmpty && voided[devices[index].id] != nil)
            {
                measured.append(index)
            }
            index += 1
        }
        round.cursor = index < devices.count ? index : nil
        return measured
    }

    private mutating func judgeWithoutFigures(_ index: Int, at moment: Instant) {
        let device = devices[index]
        act(on: Judgement.endOfLife(device, at: moment, settings.life), .endOfLife, device, at: moment)
        act(on: nuisances.judge(device.id, at: moment, settings.nuisance), .nuisance, device, at: moment)
    }

    private mutating func act(on verdict: Verdict, _ kind: Ticket.Kind, _ device: Device, at moment: Instant) {
        switch verdict {
        case .trouble(let evidence, let days):
            book.report(
                TicketBook.Finding(kind: kind, source: .trend, evidence: evidence, days: days), of: device, at: moment)
        case .mended: book.mend(kind, .trend, of: device.id, among: devices, at: moment)
        case .unsure: break
        }
    }

    /// Adds what a device has measured to what is stored of it, and judges that.
    ///
    /// - Parameter stored: as ``UpkeepChanges/trends`` gave it; `nil` for none. What cannot be read is begun anew.
    public mutating func judge(_ index: Int, stored: [UInt8]?, at moment: Instant) {
        let device = devices[index]
        var trends = stored.flatMap(DeviceTrends.init(bytes:)) ?? DeviceTrends()
        if let void = voided.removeValue(forKey: device.id) { trends.forget(void) }
        for (series, figures) in figures.take(index, day: round.dayBefore) {
            trends.add(figures, to: series, daysMax: settings.days)
        }
        for position in trends.lines.indices { trends.lines[position].noteBaseline() }
        changes.trends.append((device.id, trends.bytes))
        if round.day == round.dayBefore {
            marks[index].formUnion(.measured)
        } else {
            marks[index].subtract(.measured)
        }
        judge(trends, of: device, at: moment)
    }

    private mutating func judge(_ trends: DeviceTrends, of device: Device, at moment: Instant) {
        let range = settings.climate.range(of: device)
        let today = round.day
        var verdicts: [(Ticket.Kind, Verdict)] = []
        for line in trends.lines {
            let whole = line.whole(before: today)
            switch line.series {
            case .battery: verdicts.append((.battery, Judgement.battery(whole, settings.battery)))
            case .batteryVolts:
                let ofModel = device.model.flatMap { settings.battery.lowVoltsByModel[$0] }
                // Who made the device knows its cells: where it gives a percentage, that counts.
                if ofModel == nil, trends[.battery]?.isAlive(on: today) == true { continue }
                guard let low = ofModel ?? UpkeepSettings.Battery.lowVolts(whole) else { continue }
                verdicts.append((.battery, Judgement.voltage(whole, low: low, settings.battery)))
            case .temperature: verdicts.append((.temperature, Judgement.temperature(whole, range.temperature)))
            case .humidity: verdicts.append((.humidity, Judgement.humidity(whole, max: range.humidityMax)))
            case .smokeDecibels, .smokePPM, .smokeOther:
                verdicts.append((.contamination, Judgement.contamination(whole, settings.contamination)))
            case .signalDBm, .signalLQI: verdicts.append((.signal, Judgement.signal(whole, settings.signal)))
            case .vibration:
                verdicts.append(
                    (.vibration, Judgement.vibration(whole, timesMax: settings.vibrationsMax, today: today)))
            }
        }
        // A device that gives one thing in two units is in trouble if either says so.
        for kind in Ticket.Kind.allCases {
            let of = verdicts.filter { $0.0 == kind }.map(\.1)
            let worst = of.first { if case .trouble = $0 { true } else { false } } ?? of.first { $0 == .unsure }
            if let verdict = worst ?? of.first { act(on: verdict, kind, device, at: moment) }
        }
    }

    /// Takes all that has been measured and not been judged yet, so that a hub that stops forgets none of it.
    public mutating func nextUnwritten(after index: Int, limit: Int) -> (devices: [Int], next: Int?) {
        var found: [Int] = []
        var position = index
        while position < devices.count, found.count < limit {
            if figures.has(position) { found.append(position) }
            position += 1
        }
        return (found, position < devices.count ? position : nil)
    }

    /// Adds what a device has measured to what is stored of it, without judging it.
    public mutating func put(_ index: Int, stored: [UInt8]?) {
        var trends = stored.flatMap(DeviceTrends.init(bytes:)) ?? DeviceTrends()
        // In a round that is under way, those whose turn has been measure for the new day already.
        let isBehind = round.cursor.map { index >= $0 } ?? false
        for (series, figures) in figures.take(index, day: isBehind ? round.dayBefore : round.day) {
            trends.add(figures, to: series, daysMax: settings.days)
        }
        changes.trends.append((devices[index].id, trends.bytes))
    }
}
