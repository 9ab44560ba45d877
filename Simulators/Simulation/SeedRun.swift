import Registry
import Rules

/// One short, wild run: some hours of a small estate with fires, false alarms, stuck flags and drills, under the faults
/// that its seed draws; then everything is mended, and all has to come to rest.
public struct SeedRun {
    public let seed: UInt64
    private let setting: Setting
    private let folder: String?

    /// What a run was about, for the summary of many.
    public struct Result: Hashable, Sendable {
        public var steps = 0
        public var messages = 0
        public var decisions = 0
        public var deliveries = 0
        public var crashes = 0
    }

    static let start = Instant(milliseconds: 1_763_812_800_000)
    static let length = Duration.seconds(2 * 3600)

    /// - Parameters:
    ///   - setting: whose rules and texts it is played with.
    ///   - folder: where the databases lie; `nil` for memory.
    public init(seed: UInt64, _ setting: Setting, folder: String? = nil) {
        self.seed = seed
        self.setting = setting
        self.folder = folder
    }

    /// - Throws: ``Violation``, with its trace, if a promise does not hold.
    public func run() throws -> Result {
        do {
            return try play(traced: false)
        } catch is Violation where folder == nil {
            // Played again exactly as it was, this time with a trace.
            return try play(traced: true)
        }
    }

    private func play(traced: Bool) throws -> Result {
        var random = SplitMix64(seed)
        let faults = Faults.draw(&random)
        let shape = EstateShape(blocks: 1 + random.below(3), floors: 2 + random.below(4), flats: 1 + random.below(4))
        let setting = try setting.with(EstateMaker.make([shape], random.fork()))
        let simulation = try Simulation(
            seed: seed, setting, faults: faults, disk: Disk(folder: folder), start: Self.start, traced: traced,
            random: &random)
        Script(simulation, random.fork()).plan(for: Self.length)
        try simulation.restart()
        try simulation.play(until: Self.start + Self.length)
        try simulation.comeToRest()
        return Result(
            steps: simulation.step, messages: simulation.statistics.messages,
            decisions: simulation.statistics.decisions, deliveries: simulation.statistics.departures,
            crashes: simulation.statistics.crashes)
    }
}
