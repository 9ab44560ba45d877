import Notify
import Registry
import Rules

/// Watches a year go by, answers for the guards, and counts.
struct Collector {
    private(set) var quality: Quality
    private let fires: [Fire]
    private let answering: Year.Answering
    private var random: SplitMix64
    private var hearers = Hearers()
    /// The fires that are under way, and how far each has come.
    private var told: [[Double?]]
    private let owed: [[Double?]]
    private var evacuated: Set<String> = []
    private var visited: Set<String> = []

    init(
        _ simulation: Simulation, _ fires: [Fire], _ answering: Year.Answering, days: Int, _ random: SplitMix64
    ) {
        self.fires = fires
        self.answering = answering
        self.random = random
        told = fires.map { _ in Array(repeating: nil, count: 5) }
        let truth = fires.map { OwedTimes(of: $0, simulation, answered: answering != .nobody).seconds }
        owed = truth
        let residents = simulation.setting.registry.residents
        quality = Quality(
            years: Double(days) / 365, flats: Set(residents.compactMap { $0.place?.flat == nil ? nil : $0.place }).count
        )
        for (fire, times) in zip(fires, truth) where times[1] != nil { quality.owe(fire.kind, times) }
    }

    mutating func take(_ outcome: Consequences, _ simulation: Simulation) {
        for decision in outcome.decisions where decision.hazard == .fire && decision.exercise == nil {
            countEvacuation(decision, simulation.now)
        }
        for alert in outcome.alerts where alert.exercise == nil && alert.hazard == .fire {
            tellFire(alert, simulation)
            if alert.stage == .investigate, alert.repetition == 0 { countMessages(alert, simulation) }
            if answering == .guards { answer(alert, simulation) }
        }
    }

    /// Behind what the ladder owed by more than the aim, and no radio to blame.
    var lateFires: [String] {
        fires.indices.filter { number in
            fires[number].kind != .radioLoss
                && (1...4).contains { height in
                    owed[number][height].map { (told[number][height] ?? .infinity) - $0 > 1 } ?? false
                }
        }.map { number in
            "\(fires[number].kind.rawValue) in \(fires[number].place) at \(fires[number].start): owed "
                + "\(Self.list(owed[number])), told \(Self.list(told[number]))"
        }
    }

    private static func list(_ times: [Double?]) -> String {
        times.dropFirst().map { $0.map { "\(($0 * 10).rounded() / 10)" } ?? "–" }.joined(separator: " ")
    }

    // MARK: Fires

    /// A fire counts as told at a rung when an alert of its block, that names a place which its smoke has reached or
    /// follows one that does, has come so far.
    private mutating func tellFire(_ alert: Alert, _ simulation: Simulation) {
        for (number, fire) in fires.enumerated()
        where fire.place.block == alert.block && fire.covers(alert.block, at: simulation.now) {
            let seconds = Double((simulation.now - fire.start).wholeMilliseconds) / 1000
            let places = fire.reached.filter { $0.seconds <= seconds }.map {
                simulation.devices[$0.device].device.place
            }
            guard alert.places.contains(where: { places.contains($0) }) else { continue }
            for height in 1...max(1, height(of: alert, simulation)) where told[number][height] == nil {
                told[number][height] = seconds
                if let owed = owed[number][height] { quality.tell(fire.kind, height, after: seconds, owed: owed) }
            }
        }
    }

    /// How far up the ladder those who are told stand: a new flat may be told as widely as the rung that the incident has
    /// reached before.
    private func height(of alert: Alert, _ simulation: Simulation) -> Int {
        let rule = simulation.setting.rules.rules.first { $0.name == alert.rule && $0.hazard == alert.hazard }
        guard case .rung(let rung)? = rule?.outcome else {
            guard alert.stage == .investigate else { return 3 }
            return alert.audience.contains(.floorAbove) ? 2 : 1
        }
        return max(1, Course.height(rung))
    }

    // MARK: False alarms

    /// A person who has seen the fire is never wrong here, though the fire may be out by then.
    private mutating func countEvacuation(_ decision: Decision, _ now: Instant) {
        guard decision.stage == .confirmed || decision.stage == .spreading, decision.block != "*",
            evacuated.insert(decision.incident).inserted, decision.rule != "person",
            !fires.contains(where: { $0.covers(decision.block, at: now) })
        else { return }
        quality.falseEvacuations[decision.rule, default: 0] += 1
        let detectors = decision.because.map(\.description).joined(separator: " ")
        quality.falseAlarms.append("\(decision.rule) at \(now), by \(detectors)")
    }

    private mutating func countMessages(_ alert: Alert, _ simulation: Simulation) {
        guard !fires.contains(where: { $0.covers(alert.block, at: simulation.now) }) else { return }
        let flats = Set(
            hearers.hear(alert, in: simulation.setting.directory).compactMap { $0.place?.flat == nil ? nil : $0.place })
        quality.investigateMessages += flats.count
    }

    // MARK: Answers

    /// The guard answers the first message of an incident nine times of ten, and goes to look.
    private mutating func answer(_ alert: Alert, _ simulation: Simulation) {
        guard alert.audience.contains(.guards), alert.stage?.isOver == false, visited.insert(alert.incident).inserted
        else {
            return
        }
        let isReal = fires.contains { $0.covers(alert.block, at: simulation.now) }
        if random.chance(0.9) {
            let press = Event.Press(verb: .acknowledge, rank: 0, incident: alert.incident)
            simulation.agenda.plan(.command(press), at: simulation.now + random.seconds(20...120))
        }
        let look = Event.Press(verb: isReal ? .confirm : .reset, rank: 0, incident: alert.incident)
        simulation.agenda.plan(.command(look), at: simulation.now + random.seconds(180...600))
    }
}

extension Stage {
    fileprivate var isOver: Bool { self == .clearing || self == .closed }
}

/// What the ladder owes a fire, from when its smoke truly reaches each detector, whatever the radio does.
struct OwedTimes {
    /// By height, 1 to 4, in seconds after the fire began; `nil` where it is never owed.
    private(set) var seconds: [Double?] = Array(repeating: nil, count: 5)

    /// - Parameter answered: a guard's answer may come before the 90 s are over, so that nothing is owed for them.
    init(of fire: Fire, _ simulation: Simulation, answered: Bool) {
        guard let block = simulation.setting.registry.estate.block(fire.place.block) else { return }
        var course = Course(block: block, hazard: .fire, stageSince: fire.start)
        course.isAcknowledged = answered
        let reached = fire.reached.filter { reached in
            let device = simulation.devices[reached.device].device
            // A detector that is stuck already has nothing new to say.
            return device.place.block == fire.place.block && reached.device != fire.stuck
        }.sorted { $0.seconds < $1.seconds }
        var moments = reached.flatMap { [$0.seconds, $0.seconds + 60, $0.seconds + 90] }.sorted()
        moments.append(contentsOf: moments.map { $0 })
        for moment in moments.sorted() {
            let at = fire.start + .milliseconds(Int64(moment * 1000))
            course.members = reached.filter { $0.seconds <= moment }.map { reached in
                let device = simulation.devices[reached.device]
                let raisedAt = fire.start + .milliseconds(Int64(reached.seconds * 1000))
                return Course.Member(
                    device: device.device.id, place: device.device.place, kind: device.kind ?? .smoke,
                    raisedAt: raisedAt, heardAt: raisedAt, isLive: true, isStuck: false)
            }
            let height = max(1, course.owed(at: at)?.height ?? 1)
            if height >= 3 { course.stage = .confirmed }
            for rung in 1...height where seconds[rung] == nil { seconds[rung] = moment }
        }
    }
}
