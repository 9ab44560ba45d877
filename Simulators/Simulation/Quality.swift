/// How good the alarm was in one or more years.
public struct Quality: Sendable {
    public private(set) var years: Double
    public private(set) var flats: Int
    /// By the rule that confirmed.
    public internal(set) var falseEvacuations: [String: Int] = [:]
    /// To flats, in which nothing burned.
    public internal(set) var investigateMessages = 0
    private var kinds: [Kind]
    /// The fires that were told late or never, a line each: for whoever has to find out why.
    public internal(set) var lateFires: [String] = []
    /// The block evacuations in which nothing burned, a line each.
    public internal(set) var falseAlarms: [String] = []

    public static let rungs = ["", "investigate", "widened", "confirmed", "spreading"]

    /// How one kind of fire was told.
    private struct Kind: Sendable {
        var name: String
        var fires = 0
        /// By height: how many owed it, and how late each was told, in seconds.
        var owed = Array(repeating: 0, count: 5)
        var late: [[Double]] = Array(repeating: [], count: 5)
        /// After its beginning.
        var after: [[Double]] = Array(repeating: [], count: 5)
    }

    init(years: Double, flats: Int) {
        self.years = years
        self.flats = flats
        kinds = FireKind.allCases.map { Kind(name: $0.rawValue) }
    }

    mutating func owe(_ kind: FireKind, _ times: [Double?]) {
        guard let index = kinds.firstIndex(where: { $0.name == kind.rawValue }) else { return }
        kinds[index].fires += 1
        for height in 1...4 where times[height] != nil { kinds[index].owed[height] += 1 }
    }

    mutating func tell(_ kind: FireKind, _ height: Int, after seconds: Double, owed: Double) {
        guard let index = kinds.firstIndex(where: { $0.name == kind.rawValue }) else { return }
        kinds[index].late[height].append(max(0, seconds - owed))
        kinds[index].after[height].append(seconds)
    }

    /// Takes in another year of the same estate's kind.
    public mutating func merge(_ other: Quality) {
        years += other.years
        investigateMessages += other.investigateMessages
        lateFires += other.lateFires
        falseAlarms += other.falseAlarms
        falseEvacuations.merge(other.falseEvacuations, uniquingKeysWith: +)
        for index in kinds.indices {
            kinds[index].fires += other.kinds[index].fires
            for height in 1...4 {
                kinds[index].owed[height] += other.kinds[index].owed[height]
                kinds[index].late[height] += other.kinds[index].late[height]
                kinds[index].after[height] += other.kinds[index].after[height]
            }
        }
    }

    public var fires: Int { kinds.map(\.fires).reduce(0, +) }

    /// Fires that were never told at a rung that was owed.
    public var missed: Int {
        kinds.map { kind in (1...4).map { kind.owed[$0] - kind.late[$0].count }.reduce(0, +) }.reduce(0, +)
    }

    /// Of all fires but those whose radio was jammed, at all rungs.
    public var lateness99: Double {
        let late = kinds.filter { $0.name != FireKind.radioLoss.rawValue }.flatMap { $0.late.flatMap { $0 } }
        return Self.percentile(late, 0.99)
    }

    public var falseEvacuationsYearly: Double { Double(falseEvacuations.map(\.value).reduce(0, +)) / years }

    public var investigateMessagesMonthly: Double { Double(investigateMessages) / Double(flats) / (years * 12) }

    static func percentile(_ values: [Double], _ share: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }

    /// For people, a line each.
    public var report: String {
        var lines = ["  fires told, p99 behind what the ladder owes (s); in brackets, median after the fire began (s)"]
        lines.append("    \(Self.padded("kind", 15)) fires  " + Self.rungs[1...4].map { Self.padded($0, 24) }.joined())
        for kind in kinds {
            let cells = (1...4).map { height -> String in
                guard kind.owed[height] > 0 else { return Self.padded("–", 24) }
                let late = Self.tenths(Self.percentile(kind.late[height], 0.99))
                let after = Self.tenths(Self.percentile(kind.after[height], 0.5))
                return Self.padded("\(kind.late[height].count)/\(kind.owed[height])  \(late)  (\(after))", 24)
            }
            lines.append("    \(Self.padded(kind.name, 15)) \(Self.padded("\(kind.fires)", 6)) " + cells.joined())
        }
        let rules = falseEvacuations.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
        lines.append(
            "  missed: \(missed) (aim 0); p99 of lateness: \(Self.tenths(lateness99)) s (aim 1 s; without the radio losses)"
        )
        lines.append(
            "  false block evacuations an estate-year: \(Self.hundredths(falseEvacuationsYearly)) (aim 0.1)"
                + (rules.isEmpty ? "" : ", by " + rules.joined(separator: ", ")))
        lines.append("  investigate messages a flat a month: \(Self.hundredths(investigateMessagesMonthly))")
        lines += falseAlarms.prefix(40).map { "  false: \($0)" }
        lines += lateFires.prefix(40).map { "  late: \($0)" }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    private static func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
