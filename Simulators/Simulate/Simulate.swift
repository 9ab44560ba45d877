import Foundation
import Simulation

/// `make simulate`: many short runs under faults, and a year of an estate's life.
@main
struct Simulate {
    static func main() throws {
        let options = Options(CommandLine.arguments.dropFirst())
        guard let options else {
            print(Options.help)
            exit(2)
        }
        let setting = try Setting.load(options.config)
        if let seed = options.seed {
            do {
                print(try SeedRun(seed: seed, setting).run())
                print("seed \(seed): every promise held")
            } catch let violation as Violation {
                print(violation)
                exit(1)
            }
            return
        }
        var failures = 0
        for seed in options.seeds {
            do {
                _ = try SeedRun(seed: seed, setting).run()
            } catch let violation as Violation {
                failures += 1
                print(violation)
                if failures >= 5 { break }
            }
        }
        print("\(options.seeds.count) seeds, \(failures) failed")
        if failures > 0 { exit(1) }
        do {
            try live(setting, options)
        } catch let violation as Violation {
            print(violation)
            exit(1)
        }
    }

    /// Years of the sample estate's life, and what they say of the rules.
    private static func live(_ setting: Setting, _ options: Options) throws {
        for answering in Year.Answering.allCases {
            var quality: Quality?
            for year in options.years {
                let one = try Year(
                    seed: year, setting, answering: answering, checksLadder: options.config == "Config"
                ).run()
                if quality == nil { quality = one } else { quality?.merge(one) }
            }
            guard let quality else { continue }
            print("\nalarm quality, \(options.years.count) estate-years, \(answering.rawValue) answering:")
            print(quality.report)
        }
    }
}

/// `SEED=7`, `SEEDS=1000`, `CONFIG=Config`: words as `make` writes them.
struct Options {
    var config = "Config"
    var seed: UInt64?
    var seeds: ClosedRange<UInt64> = 1...1000
    var years: ClosedRange<UInt64> = 1...10

    static let help = """
        Plays SmokeHub's engine, store and notifier through simulated faults and a simulated year.

            simulate SEEDS=1000        short seeds of faults, and ten years of life (YEARS=10)
            simulate SEED=17           one seed, exactly as it was; says the step and the last events if a promise breaks
        """

    init?(_ words: some Sequence<String>) {
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            switch (parts[0], UInt64(parts[1])) {
            case ("CONFIG", _): config = parts[1]
            case ("SEED", let number?): seed = number
            case ("SEEDS", let number?) where number > 0: seeds = 1...number
            case ("YEARS", let number?) where number > 0: years = 1...number
            default: return nil
            }
        }
    }
}
