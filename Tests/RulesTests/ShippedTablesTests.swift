import Foundation
import Registry
import RuleTables
import Rules
import Testing

/// The sample configuration, as it is shipped.
enum Sample {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Config").path

    static func registry() throws -> EstateRegistry { try EstateRegistry.load(folder: folder) }

    static func tables() throws -> [RuleTable] {
        let roster = Roster(try registry())
        let rules = try TableEstate.sampleRules()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/rules-tests").sorted()
        return try names.filter { $0.hasSuffix(".table") }.flatMap { name in
            try TableReader.read(ConfigFile.read("\(folder)/rules-tests/\(name)"), roster: roster, rules: rules)
        }
    }

    /// - Parameter rules: instead of the sample's.
    static func verdicts(_ rules: RuleSet? = nil) throws -> [TableVerdict] {
        let registry = try registry()
        let rules = try rules ?? TableEstate.sampleRules()
        return try tables().map { TablePlayer.verdict(on: $0, estate: registry.estate, rules: rules) }
    }
}

@Suite struct `The shipped tables` {
    @Test func `hold`() throws {
        for verdict in try Sample.verdicts() {
            #expect(verdict.holds, "\(verdict.sentences.joined(separator: "\n"))")
        }
    }

    @Test func `fire every rule of the sample`() throws {
        let verdicts = try Sample.verdicts()
        for rule in try TableEstate.sampleRules().rules {
            #expect(verdicts.contains { $0.fired(rule) }, "no table in Config/rules-tests fires '\(rule.name)'")
        }
    }

    /// A table that a slip in a figure passes by shows no bound.
    @Test(arguments: [Duration.seconds(-1), .seconds(1)])
    func `fail when a figure of any rule is a second off`(_ slip: Duration) throws {
        let sample = try TableEstate.sampleRules()
        let tables = try Sample.tables()
        let estate = try Sample.registry().estate
        for (position, rule) in sample.rules.enumerated() {
            for (number, pattern) in rule.when.enumerated() {
                for slipped in pattern.slipped(by: slip) {
                    var rules = sample
                    rules.rules[position].when[number] = slipped
                    #expect(
                        tables.contains { !TablePlayer.verdict(on: $0, estate: estate, rules: rules).holds },
                        "no table shows a figure of '\(rule.name)' at its bound: \(slipped)")
                }
            }
        }
    }

    @Test func `say what was expected and what came`() throws {
        var rules = try TableEstate.sampleRules()
        rules.rules.removeAll { $0.name == "call-point" }
        let failure = try #require(
            try Sample.verdicts(rules).first { $0.table.name == "A call point confirms by itself" })
        #expect(!failure.holds)
        #expect(
            failure.sentences.map { $0.replacing(Sample.folder, with: "Config") } == [
                "Config/rules-tests/fire.table:\(failure.table.line + 1):1: A call point confirms by itself: "
                    + "after '00:00 button a-12-call-point'",
                "    expected  call-point:confirmed",
                "    came      first-detector:investigate",
            ])
    }
}

extension Pattern {
    /// This pattern with one of its figures moved, for each that it has.
    fileprivate func slipped(by slip: Duration) -> [Pattern] {
        switch self {
        case .unanswered(let duration): [.unanswered(duration + slip)]
        case .cleared(let duration): [.cleared(duration + slip)]
        case .lasting(let duration): [.lasting(duration + slip)]
        case .count(let count):
            count.time.slipped(by: slip).map { time in
                var slipped = count
                slipped.time = time
                return .count(slipped)
            }
        case .all(let parts):
            parts.indices.flatMap { position in
                parts[position].slipped(by: slip).map { slipped in
                    var others = parts
                    others[position] = slipped
                    return .all(others)
                }
            }
        default: []
        }
    }
}

extension Pattern.Count.Time {
    fileprivate func slipped(by slip: Duration) -> [Self] {
        switch self {
        case .ever: []
        case .within(let duration): [.within(duration + slip)]
        case .holding(let duration, let within):
            [.holding(duration + slip, within: within)]
                + (within.map { [.holding(duration, within: $0 + slip)] } ?? [])
        }
    }
}
