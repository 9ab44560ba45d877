import Registry
import Rules

/// A year of an estate's life through the sample rules, without faults of the hub's own: what its people are told, how
/// late, and how often in vain.
public struct Year {
    /// Who answers.
    public enum Answering: String, Sendable, CaseIterable {
        case nobody
        /// The block's guard: acknowledges within minutes, goes to look, and confirms or resets.
        case guards
    }

    public enum Size: Sendable {
        /// 356 flats in three blocks, as the sample estate has.
        case sample
        /// One block of 80 flats.
        case small
    }

    private let seed: UInt64
    private let setting: Setting
    private let answering: Answering
    private let size: Size
    private let days: Int
    private let checksLadder: Bool

    /// - Parameter checksLadder: the rules are the sample's own; others are only measured.
    public init(
        seed: UInt64, _ setting: Setting, answering: Answering, size: Size = .sample, days: Int = 365,
        checksLadder: Bool = true
    ) {
        self.seed = seed
        self.setting = setting
        self.answering = answering
        self.size = size
        self.days = days
        self.checksLadder = checksLadder
    }

    /// - Throws: ``Violation`` if a promise does not hold.
    public func run() throws -> Quality {
        do {
            return try play(traced: false)
        } catch is Violation {
            // Played again exactly as it was, this time with a trace.
            return try play(traced: true)
        }
    }

    private func play(traced: Bool) throws -> Quality {
        var random = SplitMix64(seed &* 0x2545_F491_4F6C_DD1D)
        let shapes = size == .sample ? EstateShape.sample : EstateShape.small
        let setting = try setting.with(EstateMaker.make(shapes, random.fork()))
        let habits = Habits()
        var faults = Faults()
        faults.radio.loss = habits.radioLoss
        faults.driftingClocks = 0.3
        faults.noStamp = 0.3
        let simulation = try Simulation(
            seed: seed, setting, faults: faults, disk: nil, start: SeedRun.start, traced: traced, random: &random)
        simulation.watch.checksLadder = checksLadder
        var life = Life(simulation, habits, days: days, random.fork())
        life.plan()
        var collector = Collector(simulation, life.fires, answering, days: days, random.fork())
        simulation.onStep = { outcome, simulation in collector.take(outcome, simulation) }
        try simulation.restart()
        try simulation.play(until: simulation.start + .seconds(days * 86_400))
        var quality = collector.quality
        quality.lateFires = collector.lateFires
        return quality
    }
}
