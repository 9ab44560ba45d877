public import Devices
public import Registry
public import Rules

/// Watches what the devices measure and what they say of themselves, and keeps the tickets of what has to be mended.
///
/// Pure: it reads no clock and does no I/O. It decides nothing about an alarm, and no alarm waits for it: what it does for
/// a message is a few nanoseconds, and the rest comes in turns whose size the caller chooses.
///
///     caretaker.take(readings, of: index, live: true)       // for every message of a device
///     caretaker.note(state, of: index, at: now)             // whenever the rules' state of it changed
///     caretaker.advance(to: now)
///     for index in caretaker.nextTurn(limit: 20, at: now) { // then judge these with what is stored of them
///         caretaker.judge(index, trends: stored[index], at: now)
///     }
///     write(caretaker.takeChanges())
///
/// Memory: 8 bytes a device, 32 for each series that it has measured since its last turn, and the tickets.
public struct Caretaker: Sendable {
    public let settings: UpkeepSettings
    let devices: [Device]
    public let utcOffset: Duration
    var figures: CurrentFigures
    /// What each device is known to be troubled by.
    var marks: ContiguousArray<Marks>
    /// What waits to become a ticket.
    private var queued: ContiguousArray<Marks>
    private var queues: [Queue]
    var book: TicketBook
    var nuisances = NuisanceMemory()
    var round: Round
    /// The devices whose figures a person has declared void.
    var voided: [Device.ID: [Series]] = [:]
    var changes = UpkeepChanges()
    var digests = Digests()

    /// What can be true of a device at a moment.
    struct Marks: OptionSet, Hashable, Sendable {
        let rawValue: UInt16

        static let fault = Marks(rawValue: 1)
        static let tamper = Marks(rawValue: 2)
        static let batteryFlag = Marks(rawValue: 4)
        static let batteryLevel = Marks(rawValue: 8)
        static let mainsLost = Marks(rawValue: 16)
        static let offline = Marks(rawValue: 32)
        static let silent = Marks(rawValue: 64)
        static let stuck = Marks(rawValue: 128)
        static let leak = Marks(rawValue: 256)
        static let tilt = Marks(rawValue: 512)
        /// No ticket comes of it: its beginnings are counted.
        static let vibration = Marks(rawValue: 1024)
        /// No ticket comes of it: it has measured something today, and the day is to be judged when it is over.
        static let measured = Marks(rawValue: 2048)
        static let neverHeard = Marks(rawValue: 4096)

        /// What the rules' state of a device shows.
        static let ofState: Marks = [
            .fault, .tamper, .batteryFlag, .mainsLost, .offline, .silent, .stuck, .leak, .neverHeard,
        ]
    }

    /// What a mark makes a ticket of, in the order of the queues.
    static let meanings: [(mark: Marks, kind: Ticket.Kind, source: Ticket.Sources)] = [
        (.fault, .fault, .condition), (.tamper, .tamper, .condition), (.batteryFlag, .battery, .condition),
        (.batteryLevel, .battery, .level), (.mainsLost, .mainsLost, .condition), (.offline, .offline, .condition),
        (.silent, .silent, .condition), (.stuck, .stuck, .condition), (.leak, .leak, .condition),
        (.tilt, .tilt, .condition), (.neverHeard, .neverHeard, .condition),
    ]

    /// The devices that wait for one kind of ticket, the earliest first: all of them wait equally long.
    private struct Queue: Sendable {
        var entries: [(due: Instant, device: Int32)] = []
        var done = 0

        mutating func takeDue(_ moment: Instant, limit: Int) -> [Int] {
            var taken: [Int] = []
            while done < entries.count, taken.count < limit, entries[done].due <= moment {
                taken.append(Int(entries[done].device))
                done += 1
            }
            if done == entries.count {
                entries.removeAll(keepingCapacity: entries.capacity <= 1000)
                done = 0
            }
            return taken
        }
    }

    /// How far the look through all devices has come.
    struct Round: Sendable {
        /// The next device, while a round is under way.
        var cursor: Int?
        var next: Instant
        /// The day to which what is measured belongs, until a device's turn.
        var day: Int
        /// The day to which figures belong that were measured before this round.
        var dayBefore: Int
    }

    public init(devices: [Device], settings: UpkeepSettings, utcOffset: Duration, at moment: Instant) {
        self.settings = settings
        self.devices = devices
        self.utcOffset = utcOffset
        figures = CurrentFigures(devices: devices.count)
        marks = ContiguousArray(repeating: [], count: devices.count)
        queued = marks
        queues = Self.meanings.map { _ in Queue() }
        book = TicketBook(settings: settings)
        let day = moment.day(utcOffset: utcOffset)
        round = Round(cursor: nil, next: moment + Self.firstRoundAfter, day: day, dayBefore: day)
    }

    /// How soon after a start all devices are looked at for the first time.
    static let firstRoundAfter = Duration.seconds(60)
    /// How many tickets are opened and closed in one step, so that a mass of them delays nobody.
    static let ticketsPerStep = 200
    /// How many join those of their block that were never heard in one step: on a first start it may be all.
    static let neverHeardPerStep = 5000

    // MARK: What is heard

    /// Takes a message's readings into account.
    ///
    /// - Parameter live: false for what the broker kept: it may be of any day.
    public mutating func take(_ readings: [Reading], of index: Int, live: Bool, at moment: Instant) {
        guard live else { return }
        for reading in readings {
            switch reading.value {
            case .number(let value):
                guard let series = Series(reading.kind, unit: reading.unit) else { continue }
                figures.add(value, to: series, of: index)
                if series == .battery { noteBattery(value, of: index, at: moment) }
            case .flag(let flag):
                if reading.kind == .tilt { set(.tilt, flag, of: index, at: moment) }
                if reading.kind == .vibration { noteVibration(flag, of: index) }
            case .text: continue
            }
        }
    }

    private mutating func noteBattery(_ percent: Double, of index: Int, at moment: Instant) {
        if percent <= settings.battery.low {
            set(.batteryLevel, true, of: index, at: moment)
        } else if percent >= settings.battery.good {
            set(.batteryLevel, false, of: index, at: moment)
        }
    }

    private mutating func noteVibration(_ vibrates: Bool, of index: Int) {
        guard vibrates != marks[index].contains(.vibration) else { return }
        if vibrates {
            marks[index].formUnion(.vibration)
            figures.add(1, to: .vibration, of: index)
        } else {
            marks[index].subtract(.vibration)
        }
    }

    /// Whether a device has a ticket that its next word may close.
    public func isThoughtSilent(_ index: Int) -> Bool { !marks[index].isDisjoint(with: [.silent, .neverHeard]) }

    /// Takes the rules' state of a device into account.
    public mutating func note(_ state: DeviceState, of index: Int, at moment: Instant) {
        var now = Marks()
        if state.has(.fault) { now.formUnion(.fault) }
        if state.has(.tamper) { now.formUnion(.tamper) }
        if state.has(.batteryLow) { now.formUnion(.batteryFlag) }
        if state.has(.powerLost) { now.formUnion(.mainsLost) }
        if state.has(.offline) { now.formUnion(.offline) }
        // One that has just spoken for the first time is not silent for the moment until supervision says so.
        let wasHeard = state.heardAt != nil && !marks[index].contains(.neverHeard)
        if state.silent { now.formUnion(wasHeard ? .silent : .neverHeard) }
        if state.stuck { now.formUnion(.stuck) }
        if state.alarming.contains(.waterLeak) { now.formUnion(.leak) }
        let changed = marks[index].intersection(.ofState).symmetricDifference(now)
        guard !changed.isEmpty else { return }
        for (mark, _, _) in Self.meanings where changed.contains(mark) {
            set(mark, now.contains(mark), of: index, at: moment)
        }
    }

    private mutating func set(_ mark: Marks, _ value: Bool, of index: Int, at moment: Instant) {
        guard value != marks[index].contains(mark),
            let position = Self.meanings.firstIndex(where: { $0.mark == mark })
        else { return }
        let (_, kind, source) = Self.meanings[position]
        guard value else {
            marks[index].subtract(mark)
            return book.mend(kind, source, of: devices[index].id, among: devices, at: moment)
        }
        marks[index].formUnion(mark)
        guard !queued[index].contains(mark) else { return }
        queued[index].formUnion(mark)
        let isBrief = kind == .offline || kind == .mainsLost
        queues[position].entries.append((moment + (isBrief ? settings.briefOutage : .zero), Int32(index)))
    }

    /// An incident has closed: what it says of the detectors that spoke in it.
    public mutating func note(_ closing: ClosedIncident, _ incident: Incident) {
        guard closing.exercise == nil, closing.block != "*" else { return }
        for member in incident.members.prefix(NuisanceMemory.devicesMax) {
            let nuisance = Nuisance(
                incident: closing.id, device: member.device, at: closing.closedAt, cause: closing.cause,
                wasConfirmed: incident.wasConfirmed == true)
            nuisances.add(nuisance)
            changes.nuisances.append(nuisance)
        }
    }

    public mutating func note(_ cause: GivenCause) { changes.nuisances += nuisances.note(cause) }

    // MARK: Time

    /// Opens and closes what is due, and begins a round when it is time for one.
    public mutating func advance(to moment: Instant) {
        var limit = Self.ticketsPerStep
        for (position, (mark, kind, source)) in Self.meanings.enumerated() where limit > 0 {
            if mark == .neverHeard {
                let due = queues[position].takeDue(moment, limit: Self.neverHeardPerStep)
                for index in due { queued[index].subtract(mark) }
                let joining = due.filter { marks[$0].contains(mark) }.map { devices[$0] }
                let finding = TicketBook.Finding(kind: kind, source: source, evidence: kind.ofDevice)
                book.reportShared(finding, of: joining, at: moment)
                continue
            }
            let due = queues[position].takeDue(moment, limit: limit)
            limit -= due.count
            for index in due {
                queued[index].subtract(mark)
                guard marks[index].contains(mark) else { continue }
                let evidence =
                    mark == .batteryLevel
                    ? Evidence(
                        "battery at \(settings.battery.low.written) % or less",
                        "電量為 \(settings.battery.low.written)% 或以下") : kind.ofDevice
                book.report(
                    TicketBook.Finding(kind: kind, source: source, evidence: evidence), of: devices[index], at: moment)
            }
        }
        book.settle(to: moment, limit: Self.ticketsPerStep)
        beginRound(at: moment)
    }

    /// When ``advance(to:)`` has something to do next, as far as tickets go.
    public var nextDeadline: Instant? {
        (queues.compactMap { $0.done < $0.entries.count ? $0.entries[$0.done].due : nil }
            + [book.nextSettling].compactMap { $0 }).min()
    }

    // MARK: Closing by hand

    /// What becomes of a person's word that something has been mended.
    public enum Closing: Hashable, Sendable {
        case closed(Ticket)
        /// There is no such open ticket.
        case unknown
        /// A reading says that it is not; the sentence says what would close it.
        case refused(String)
    }

    /// Closes a ticket that no reading can close. Its trend begins anew, so that what was does not open it again.
    public mutating func close(_ number: Int, by person: String, why: String, at moment: Instant) -> Closing {
        guard let ticket = book[number], ticket.isOpen else { return .unknown }
        if ticket.kind == .endOfLife {
            return .refused("write the new device's date of manufacture into devices.csv, and restart the hub")
        }
        let stands = ticket.kind != .tilt && !ticket.sources.intersection([.condition, .level]).isEmpty
        if stands || ticket.device == nil && ticket.deviceCount > 0 {
            return .refused("its readings still say so (\(ticket.evidence.text.english)); it closes when they do not")
        }
        guard book.close(number, by: person, why: why, at: moment) != nil, let closed = book[number] else {
            return .unknown
        }
        if let device = ticket.device {
            if ticket.kind == .nuisance {
                nuisances.forget(device)
                changes.absolved.append(device)
            } else if !ticket.kind.series.isEmpty {
                voided[device, default: []] += ticket.kind.series
            }
        }
        return .closed(closed)
    }

    // MARK: Keeping

    /// Takes up what an earlier hub has written, and the rules' states of all devices.
    public mutating func restore(_ stored: StoredUpkeep, states: (Int) -> DeviceState, at moment: Instant) {
        let positions = Dictionary(
            devices.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        book.restore(stored.tickets, lastNumber: stored.lastNumber, at: moment) { id in
            positions[id].map { devices[$0] }
        }
        for nuisance in stored.nuisances { nuisances.add(nuisance) }
        digests.lastDay = stored.digestDay
        changes.forgottenTrends = stored.devices.filter { positions[$0] == nil }
        // What only readings tell is as it was when the hub stopped; for the rest the rules' states are asked.
        for ticket in book.open {
            guard let index = ticket.device.flatMap({ positions[$0] }) else { continue }
            if ticket.sources.contains(.level) { marks[index].formUnion(.batteryLevel) }
            if ticket.kind == .tilt, !ticket.sources.isEmpty { marks[index].formUnion(.tilt) }
            for (mark, kind, source) in Self.meanings
            where Marks.ofState.contains(mark) && kind == ticket.kind && ticket.sources.contains(source) {
                marks[index].formUnion(mark)
            }
        }
        for ticket in stored.tickets where ticket.kind == .tilt && !ticket.isOpen && ticket.closedBy != nil {
            // Somebody has looked at what leans, and let it be.
            if let index = ticket.device.flatMap({ positions[$0] }) { marks[index].formUnion(.tilt) }
        }
        for index in devices.indices { note(states(index), of: index, at: moment) }
    }

    /// What has changed since the last call and is to be written.
    public mutating func takeChanges() -> UpkeepChanges {
        changes.tickets = book.takeChanged()
        changes.lastNumber = book.lastNumber
        defer { changes = UpkeepChanges() }
        return changes
    }

    /// What has become of tickets since the last call, in order.
    public mutating func takeEvents() -> [TicketEvent] { book.takeEvents() }

    /// The tickets that are open, by their numbers.
    public var openTickets: [Ticket] { book.open }
}

extension Ticket.Kind {
    /// The figures that it rests on.
    var series: [Series] {
        switch self {
        case .battery: Series.batteries
        case .contamination: Series.smokes
        case .signal: Series.signals
        case .temperature: [.temperature]
        case .humidity: [.humidity]
        case .vibration: [.vibration]
        case .endOfLife, .nuisance, .leak, .tilt, .fault, .tamper, .mainsLost, .silent, .offline, .stuck,
            .neverHeard:
            []
        }
    }
}
