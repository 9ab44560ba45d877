import AlertLog
import ArgumentParser
import Foundation
import Hub
import Registry
import RuleTables
import Rules

/// What can be asked about the rules.
struct RulesGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Ask what the rules do.",
        discussion: """
            EXAMPLES
              smokehub rules explain
              smokehub rules test
            """, subcommands: [RulesExplain.self, RulesTest.self])
}

/// Says the rules in words.
struct RulesExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what the rules do, in plain words, with each hazard's ladder drawn.",
        discussion: """
            Made of rules.yaml as the hub reads it, so it says what the hub will do. Every rule is one sentence: what \
            has to hold, where that leads, who is told, and how often again.

            EXAMPLES
              smokehub rules explain
              smokehub rules explain --language zh-Hant --hazard fire

            EXIT STATUS
              0 explained, 2 rules.yaml or another file of the configuration is wrong.
            """)

    @Option(help: "The sentences' language. (default: the locale's)")
    var language: LogLanguage?

    @Option(help: "Only this hazard.")
    var hazard: Hazard?

    @OptionGroup var option: ConfigOption

    func run() async throws {
        try await refusing {
            let rules = try HubConfiguration.load(option.config).rules
            let tongue = language?.language ?? Language(environment: ProcessInfo.processInfo.environment)
            FileHandle.standardOutput.write(Data(Explanation(rules, language: tongue).text(hazard).utf8))
        }
    }
}

extension Hazard: ExpressibleByArgument {}

/// Plays an estate's own tables through its rules.
struct RulesTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Do the rules decide what these tables say?",
        discussion: """
            A table is a scenario, one line a moment, with every decision that has to come of it behind the bar:

              table  Smoke in a second flat nearby confirms a fire
              00:00  smoke  a/12/C        | first-detector:investigate
              00:30  smoke  a-12-D-smoke  | near-flats:confirmed

            They are played on rules.yaml, estate.yaml and devices.csv of the configuration. The README.md beside the \
            sample's tables, in Config/rules-tests, explains the whole format.

            EXAMPLES
              smokehub rules test
              smokehub rules test kitchen.table --config /etc/smokehub

            EXIT STATUS
              0 all hold, 1 some do not: each line says what was expected and what came; 2 a file is wrong.
            """)

    @Argument(help: "Files of tables, or folders of .table files. (default: rules-tests of the configuration)")
    var files: [String] = []

    @OptionGroup var option: ConfigOption

    func run() async throws {
        try await refusing {
            let configuration = try HubConfiguration.load(option.config)
            let usual = configuration.settings.folder + "/rules-tests"
            let tables = try TableFiles.read(files.isEmpty ? [usual] : files, configuration)
            var verdicts: [TableVerdict] = []
            for table in tables {
                let verdict = TablePlayer.verdict(
                    on: table, estate: configuration.registry.estate, rules: configuration.rules)
                for sentence in verdict.sentences { Line.out(sentence) }
                verdicts.append(verdict)
            }
            if files.isEmpty { noteUnfired(configuration.rules.rules, verdicts) }
            let failed = verdicts.filter { !$0.holds }.count
            guard failed == 0 else {
                Line.out("\(failed) of \(verdicts.count) tables do not hold.")
                throw ExitCode(1)
            }
            Line.out("All \(verdicts.count) tables hold.")
        }
    }

    /// A rule that no table has ever seen fire may do anything.
    private func noteUnfired(_ rules: [Rule], _ verdicts: [TableVerdict]) {
        for rule in rules where !verdicts.contains(where: { $0.fired(rule) }) {
            Line.out("rules.yaml:\(rule.line):\(rule.column): no table fires the rule '\(rule.name)'; write one")
        }
    }
}

/// Finds and reads the files that `smokehub rules test` is asked for.
private enum TableFiles {
    /// - Throws: every mistake of all the files.
    static func read(_ paths: [String], _ configuration: HubConfiguration) throws(ConfigErrors) -> [RuleTable] {
        var mistakes = Mistakes()
        var tables: [RuleTable] = []
        let roster = Roster(configuration.registry)
        for path in paths.flatMap({ files(at: $0, &mistakes) }) {
            guard let file = mistakes.reading({ () throws(ConfigError) in try ConfigFile.read(path) }) else { continue }
            do {
                tables += try TableReader.read(file, roster: roster, rules: configuration.rules)
            } catch {
                mistakes.note(contentsOf: error.errors)
            }
        }
        try mistakes.throwIfAny()
        return tables
    }

    /// The file itself, or the `.table` files of a folder in the order of their names.
    private static func files(at path: String, _ mistakes: inout Mistakes) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [path]
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            mistakes.note(
                ConfigError(
                    file: path, line: 0, column: 0, problem: "the folder cannot be read",
                    mend: "let whoever runs this read it"))
            return []
        }
        let tables = names.filter { $0.hasSuffix(".table") }.sorted().map { "\(path)/\($0)" }
        if tables.isEmpty {
            mistakes.note(
                ConfigError(
                    file: path, line: 0, column: 0, problem: "no .table file is in this folder",
                    mend: "write one, as Config/rules-tests/README.md explains"))
        }
        return tables
    }
}
