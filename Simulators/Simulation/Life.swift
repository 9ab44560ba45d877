import Registry
import Rules

/// Plans a year of an estate: what cooks, steams and burns there, what breaks, and real fires of every kind.
struct Life {
    private let simulation: Simulation
    private let habits: Habits
    private var random: SplitMix64
    private(set) var fires: [Fire] = []
    /// Detectors of each place, in the registry's order.
    private var byPlace: [Place: [Int]] = [:]
    private let flats: [Place]
    private let days: Int
    /// Seconds from the simulation's start to the first midnight on the estate's clocks.
    private let midnight: Double

    /// Festivals at which incense is burnt at home, as days of the year: Lunar New Year, Ching Ming, Buddha's birthday,
    /// Hungry Ghosts, Mid-Autumn, Chung Yeung, winter solstice.
    private static let festivals = [29, 30, 95, 125, 241, 275, 298, 355]

    init(_ simulation: Simulation, _ habits: Habits, days: Int, _ random: SplitMix64) {
        self.simulation = simulation
        self.habits = habits
        self.days = days
        self.random = random
        let clock = simulation.start + simulation.setting.rules.settings.utcOffset
        midnight = Double(86_400 - clock.milliseconds / 1000 % 86_400)
        var flats: [Place] = []
        for (index, device) in simulation.devices.enumerated() where device.kind != nil {
            let place = device.device.place
            if byPlace[place] == nil, place.flat != nil { flats.append(place) }
            byPlace[place, default: []].append(index)
        }
        self.flats = flats
    }

    mutating func plan() {
        let year = Double(days) / 365
        for flat in flats {
            for _ in 0..<count(habits.cooking * year) { nuisance(in: flat, at: day() + DayTime.cooking(&random)) }
            for _ in 0..<count((habits.steam + habits.dust) * year) {
                nuisance(in: flat, at: day() + random.between(7 * 3600...23 * 3600))
            }
            for festival in Self.festivals where festival < days && random.chance(habits.incense) {
                nuisance(in: flat, at: Double(festival) * 86_400 + midnight + random.between(8 * 3600...12 * 3600))
            }
        }
        planDevices(year)
        planOutages(year)
        for number in 0..<habits.fires {
            let kind = FireKind.allCases[number % FireKind.allCases.count]
            // Apart from each other, so that each is told by itself.
            let at = (Double(number) + random.between(0.2...0.7)) * Double(days) / Double(max(habits.fires, 1)) * 86_400
            fire(kind, at: at)
        }
    }

    private mutating func plan(_ event: Event, _ seconds: Double) {
        simulation.agenda.plan(event, at: simulation.start + .milliseconds(Int64(seconds * 1000)))
    }

    /// When a day begins on the estate's clocks. The year may end in one more evening.
    private mutating func day() -> Double { Double(random.below(days)) * 86_400 + midnight }

    /// A whole number that is so large on average.
    private mutating func count(_ mean: Double) -> Int {
        var events = 0
        var left = random.wait(mean: .seconds(1_000_000))
        while Double(left.components.seconds) / 1_000_000 < mean {
            events += 1
            left += random.wait(mean: .seconds(1_000_000))
        }
        return events
    }

    // MARK: False alarms

    private mutating func nuisance(in flat: Place, at moment: Double) {
        let detectors = smoke(in: flat)
        guard let first = detectors.first else { return }
        let length = DayTime.nuisanceLength(&random)
        alarm(first, moment, length)
        if detectors.count > 1, random.chance(habits.reachesSecond) {
            alarm(detectors[1], moment + random.between(20...120), length)
        }
        if random.chance(habits.reachesCorridor), let corridor = smoke(in: corridor(of: flat)).first {
            alarm(corridor, moment + random.between(20...120), length)
        }
    }

    /// - Parameter isSure: the clear is not lost, for a fire's detectors are reset by the brigade.
    private mutating func alarm(_ device: Int, _ at: Double, _ length: Double, isSure: Bool = false) {
        // Of all its heartbeats only the last two matter: they are what the hub knows of a clock that drifts.
        if case .runs(_, let drift) = simulation.devices[device].clock, drift != 0 {
            plan(.says(device: device, .heartbeat), max(0, at - 600))
            plan(.says(device: device, .heartbeat), max(0, at - 300))
        }
        plan(.hazard(device: device, begins: true), at)
        if !isSure, random.chance(habits.lostClears) {
            plan(.loses(device: device), at + length)
            // Its next heartbeat says that the air is clear.
            plan(.says(device: device, .heartbeat), at + length + random.between(3600...4 * 3600))
        } else {
            plan(.hazard(device: device, begins: false), at + length)
        }
    }

    private func smoke(in place: Place) -> [Int] {
        (byPlace[place] ?? []).filter { simulation.devices[$0].kind == .smoke }
    }

    private func corridor(of flat: Place) -> Place { Place(block: flat.block, floor: flat.floor, area: "corridor") }

    private mutating func planDevices(_ year: Double) {
        for (index, device) in simulation.devices.enumerated() where device.kind != nil {
            for _ in 0..<count(habits.tests * year) {
                plan(.says(device: index, .test), day() + random.between(9 * 3600...20 * 3600))
            }
            guard device.kind == .smoke, random.chance(habits.stuckFlags / 100 * year) else { continue }
            let at = day() + random.between(0...86_400)
            plan(.sticks(device: index, true), at)
            plan(.sticks(device: index, false), at + random.between(86_400...5 * 86_400))
        }
    }

    private mutating func planOutages(_ year: Double) {
        for block in simulation.setting.registry.estate.blocks {
            for _ in 0..<count(habits.gatewayOutages * year) {
                let at = day() + random.between(0...86_400)
                plan(.gateway(block: block.id, up: false), at)
                plan(.gateway(block: block.id, up: true), at + random.between(300...7200))
            }
        }
        for _ in 0..<count(habits.brokerOutages * year) {
            let at = day() + random.between(0...86_400)
            plan(.brokerLink(up: false), at)
            plan(.brokerLink(up: true), at + random.between(60...1800))
        }
    }

    // MARK: Fires

    private mutating func fire(_ kind: FireKind, at moment: Double) {
        guard let flat = random.pick(flats) else { return }
        var fire = Fire(kind: kind, place: flat, start: simulation.start + .milliseconds(Int64(moment * 1000)))
        let own = (byPlace[flat] ?? []).filter { [.smoke, .heat].contains(simulation.devices[$0].kind) }
        switch kind {
        case .smouldering:
            reach(own.filter { simulation.devices[$0].kind == .smoke }, 300...900, &fire)
            reach(smoke(in: corridor(of: flat)), 900...1800, &fire)
        case .kitchen, .radioLoss, .stuckBefore:
            kitchen(flat, own, &fire)
        case .deadDetector:
            for device in own { plan(.dies(device: device, true), moment - 60) }
            for device in own { plan(.dies(device: device, false), moment + 5400) }
            kitchen(flat, [], &fire)
        case .corridor:
            fire.place = corridor(of: flat)
            reach(smoke(in: fire.place), 30...90, &fire)
            reach(smoke(in: Place(block: flat.block, floor: flat.floor, area: "stair-1")), 90...240, &fire)
            for other in flatsOn(flat.floor, of: flat.block) { reach(smoke(in: other), 90...400, &fire) }
        case .facade: facade(flat, own, &fire)
        }
        if kind == .radioLoss {
            plan(.noise(block: flat.block, 0.6), moment)
            plan(.noise(block: flat.block, 0), moment + 5400)
        }
        if kind == .stuckBefore, let stuck = smoke(in: flat).first {
            fire.stuck = stuck
            plan(.sticks(device: stuck, true), moment - 20_000)
            plan(.sticks(device: stuck, false), moment + 5400)
        }
        for reached in fire.reached { alarm(reached.device, reached.seconds + moment, 3600, isSure: true) }
        fires.append(fire)
    }

    private mutating func kitchen(_ flat: Place, _ own: [Int], _ fire: inout Fire) {
        reach(own.filter { simulation.devices[$0].kind == .smoke }, 60...240, &fire)
        reach(own.filter { simulation.devices[$0].kind == .heat }, 90...180, &fire)
        reach(smoke(in: corridor(of: flat)), 240...420, &fire)
        for other in flatsOn(flat.floor, of: flat.block).prefix(2) where other != flat {
            reach(smoke(in: other), 300...900, &fire)
        }
        if let above = floor(flat, up: 1) { reach(smoke(in: above), 300...700, &fire) }
    }

    private mutating func facade(_ flat: Place, _ own: [Int], _ fire: inout Fire) {
        reach(own, 60...240, &fire)
        for up in 1...6 {
            guard let above = floor(flat, up: up) else { break }
            let after = Double(up) * 200
            reach(smoke(in: above), after...(after + 120), &fire)
        }
        let blocks = simulation.setting.registry.estate.blocks.map(\.id)
        guard blocks.count > 1, let here = blocks.firstIndex(of: flat.block) else { return }
        let next = blocks[(here + 1) % blocks.count]
        fire.nextBlock = next
        for other in flats.filter({ $0.block == next }).prefix(3) { reach(smoke(in: other), 1200...1230, &fire) }
    }

    private mutating func reach(_ devices: [Int], _ after: ClosedRange<Double>, _ fire: inout Fire) {
        for device in devices { fire.reached.append(.init(device: device, seconds: random.between(after))) }
    }

    private func flatsOn(_ floor: String?, of block: String) -> [Place] {
        flats.filter { $0.block == block && $0.floor == floor }
    }

    private func floor(_ flat: Place, up: Int) -> Place? {
        guard let block = simulation.setting.registry.estate.block(flat.block), let floor = flat.floor,
            let here = block.floors.firstIndex(of: floor), here + up < block.floors.count
        else { return nil }
        return Place(block: flat.block, floor: block.floors[here + up], flat: flat.flat)
    }
}

/// A real fire: where and when it began, and which detectors its smoke reaches after how long.
struct Fire {
    let kind: FireKind
    var place: Place
    let start: Instant
    var nextBlock: String?
    /// A detector that was stuck before.
    var stuck: Int?
    var reached: [Reached] = []

    struct Reached {
        var device: Int
        var seconds: Double
    }

    /// While it burns and is put out, nothing in its blocks is a false alarm.
    func covers(_ block: String, at moment: Instant) -> Bool {
        (block == place.block || block == nextBlock || block == "*") && moment >= start
            && moment <= start + .seconds(4 * 3600)
    }
}
